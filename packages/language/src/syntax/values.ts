/** The text that a string literal stands for. An unknown escape stands for its character; a missing end quote is forgiven. */
export function unquote(literal: string): string {
  // Nearly every text is plain.
  if (!literal.includes('\\')) return literal.slice(1, literal.length > 1 && literal.endsWith('"') ? -1 : undefined);
  const inner = literal.slice(1, isClosed(literal) ? -1 : undefined);
  return inner.replace(/\\(?:u\{([0-9A-Fa-f]{1,6})\}|([\s\S]))/g, (_, hex: string | undefined, character: string) => {
    if (hex !== undefined) {
      const code = Number.parseInt(hex, 16);
      return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : '\ufffd';
    }
    return character === 'n' ? '\n' : character === 't' ? '\t' : character;
  });
}

/** A text as a string literal. What cannot be seen is written as an escape. */
export function quote(text: string): string {
  const escaped = text.replace(/["\\\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, (character) => {
    if (character === '"' || character === '\\') return `\\${character}`;
    if (character === '\n') return '\\n';
    if (character === '\t') return '\\t';
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
  return `"${escaped}"`;
}

function isClosed(literal: string): boolean {
  return literal.length > 1 && /(?:^|[^\\])(?:\\\\)*"$/.test(literal.slice(1));
}
