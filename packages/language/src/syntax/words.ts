import type { IToken } from 'chevrotain';
import type { BlockKind } from './statements.ts';

const terminals: Readonly<Record<string, string>> = {
  STRING: 'a text in quotes',
  NAME: 'a name',
  NUMBER: 'a number',
  DATE: 'a date such as `2026-12-01`',
  TIME: 'a time of day such as `01:00`',
  ISO: 'a date and time',
  OFFSET: 'an offset such as `+02:00`',
  BARE: 'a text in quotes',
  KEYS: 'device keys',
  EOF: 'the end of the declaration',
};

/** In words, what could have stood at a place. */
export function describeExpected(expected: readonly string[], block: BlockKind | undefined): string {
  if (block) return `a statement of ${block.words} or its end`;
  const words = [...new Set(expected.map((name) => terminals[name] ?? `\`${name}\``))];
  const last = words.pop();
  if (last === undefined) return 'the end of the declaration';
  return words.length === 0 ? last : `${words.slice(0, 8).join(', ')} or ${last}`;
}

/** In words, what stands there. */
export function describeFound(token: IToken): string {
  const image = token.image.length > 40 ? `${token.image.slice(0, 40)}…` : token.image;
  return token.tokenType.name === 'STRING' ? `The text ${image}` : `\`${image}\``;
}
