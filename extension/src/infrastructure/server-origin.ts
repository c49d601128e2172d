/** The address of a Developer Center in one form, or `null` when it is not an http(s) address or holds a user name. */
export function serverOrigin(text: string): string | null {
  if (!URL.canParse(text.trim())) return null;
  const url = new URL(text.trim());
  if ((url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '')
    return null;
  return url.origin;
}
