/** Small turns of phrase that messages of rules have in common. */

/** “1 device”, “12,000 devices”. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

/** The first few of a list and how many more there are: `a, b, c and 4 more`. */
export function some(items: readonly string[], most = 5): string {
  if (items.length <= most) return listed(items);
  return `${items.slice(0, most).join(', ')} and ${(items.length - most).toLocaleString('en-US')} more`;
}

/** `a, b and c`. */
export function listed(items: readonly string[], word = 'and'): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} ${word} ${last}`;
}

/** A text as a message shows it: short, and on one line whatever it holds. */
export function shown(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
  return `“${line.length > 60 ? `${line.slice(0, 60)}…` : line}”`;
}
