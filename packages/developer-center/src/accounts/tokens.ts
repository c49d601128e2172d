import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a token says. Times in seconds since the epoch, as JWT has them (RFC 7519). */
export interface Claims {
  /** What it is good for: a refresh token opens nothing but a new log-in. */
  readonly use: 'access' | 'refresh' | 'endUser';
  /** The access key that it stands for, or that issued it. */
  readonly iss: string;
  readonly sub: string;
  readonly iat: number;
  readonly exp: number;
  /** For an end user: `<product key>/<device key>`. */
  readonly devices?: readonly string[];
}

const header = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');
const prefix = 'QJWT ';

/** Makes a token, `QJWT <JWT>`, signed with HMAC-SHA-256. */
export function signToken(key: string | Buffer, claims: Claims): string {
  const content = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${prefix}${content}.${signature(key, content).toString('base64url')}`;
}

/** The claims of a token whose signature nobody checked yet: only good to find the key to check it with. */
export function peekToken(token: string): Claims | null {
  return split(token)?.claims ?? null;
}

/**
 * The claims of a token, or `null` when it is not one, is signed with another key, or is over.
 * @param now milliseconds since the epoch
 */
export function readToken(key: string | Buffer, token: string, now: number): Claims | null {
  const parts = split(token);
  if (!parts) return null;
  const expected = signature(key, parts.content);
  if (expected.length !== parts.signature.length || !timingSafeEqual(expected, parts.signature)) return null;
  return parts.claims.exp * 1000 > now ? parts.claims : null;
}

function split(token: string): { content: string; signature: Buffer; claims: Claims } | null {
  if (!token.startsWith(prefix)) return null;
  const [head, body, sign, more] = token.slice(prefix.length).split('.');
  // Only the one algorithm: a header that asks for another is not even looked at.
  if (head !== header || body === undefined || sign === undefined || more !== undefined) return null;
  const claims = parseClaims(body);
  return claims && { content: `${head}.${body}`, signature: Buffer.from(sign, 'base64url'), claims };
}

function parseClaims(body: string): Claims | null {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { use, iss, sub, iat, exp, devices } = value as Record<string, unknown>;
  if (use !== 'access' && use !== 'refresh' && use !== 'endUser') return null;
  if (typeof iss !== 'string' || typeof sub !== 'string' || typeof iat !== 'number' || typeof exp !== 'number')
    return null;
  if (devices === undefined) return { use, iss, sub, iat, exp };
  if (!Array.isArray(devices) || !devices.every((device) => typeof device === 'string')) return null;
  return { use, iss, sub, iat, exp, devices };
}

function signature(key: string | Buffer, content: string): Buffer {
  return createHmac('sha256', key).update(content).digest();
}
