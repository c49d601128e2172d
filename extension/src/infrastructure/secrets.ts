/** What must not be in a log even if somebody puts it there by mistake: tokens, secrets, log-in queries. */
const secrets = [
  /\bQJWT\s+\S+/g,
  /\b(?:Bearer|Device)\s+[A-Za-z0-9._~+/=-]{8,}/g,
  /\b(?:password|access_?secret|access_?token|refresh_token|secret)(["']?\s*[=:]\s*["']?)[^\s"'&,}]+/gi,
];

/** The text without anything that looks like a secret. */
export function withoutSecrets(text: string): string {
  return secrets.reduce((rest, pattern) => rest.replace(pattern, '‹secret›'), text);
}
