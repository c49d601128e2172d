/** A comment, kept aside: comments are no part of the tree, the formatter puts them back by place. */
export interface Comment {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const space = /\s+/y;
const lexeme = new RegExp(
  [
    /(\/\/[^\n\r]*|\/\*[\s\S]*?(?:\*\/|$))/, // comment
    /("(?:\\[^\n\r]|[^"\\\n\r])*")/, // string
    /("(?:\\[^\n\r]|[^"\\\n\r])*)/, // string without its end
    /(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?(?!\w))/, // ISO date and time
    /(\d{4}-\d{1,2}-\d{1,2}(?![\w./-]))/, // date
    /([+-]\d\d:\d\d(?!\w))/, // offset
    /(\d{1,2}:\d\d(?![\w:]))/, // time
    /([+-]?\d+(?:\.\d+)?(?:(?![\w./-])|(?=(?:min|h|d|m|s|dBm)\b)))/, // number
    /([\p{L}_][\p{L}\p{M}\p{N}_-]*(?![\p{L}\p{M}\p{N}_-]|[.+/][\p{L}\p{N}_-]))/u, // name or keyword
    /([\p{L}\p{N}_][\p{L}\p{M}\p{N}_-]*(?:[.+/][\p{L}\p{N}_-]+)*)/u, // a bare word that is none of these: 2.4.0, Europe/Berlin
    /(>=|[{},:>%])/, // punctuation
  ]
    .map((part) => part.source)
    .join('|'),
  'uy',
);
const kinds = ['', '', 'STRING', 'STRING', 'ISO', 'DATE', 'OFFSET', 'TIME', 'NUMBER', 'NAME', 'BARE', ''];

/** Where blanks that begin at an offset end. */
export function skipBlanks(text: string, at: number): number {
  space.lastIndex = at;
  return space.test(text) ? space.lastIndex : at;
}

/** The token or comment at an offset, in the groups that {@link terminalOf} knows. */
export function matchLexeme(text: string, at: number): RegExpExecArray | null {
  lexeme.lastIndex = at;
  return lexeme.exec(text);
}

/** The terminal of what was matched; empty for signs and comments. */
export function terminalOf(match: RegExpExecArray): string {
  return kinds[groupOf(match)] ?? '';
}
function groupOf(match: RegExpExecArray): number {
  return match.findIndex((group, index) => index > 0 && group !== undefined);
}

/** The token or comment at an offset: its terminal (empty: a sign), or that it is a comment or a text without its end. */
export function cutLexeme(text: string, at: number): { readonly kind: string; readonly end: number } | undefined {
  const match = matchLexeme(text, at);
  if (!match) return undefined;
  const index = groupOf(match);
  const kind = index === 1 ? 'comment' : index === 3 ? 'unclosed' : (kinds[index] ?? '');
  return { kind, end: at + match[0].length };
}
