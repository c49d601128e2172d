import type { IToken, TokenType } from 'chevrotain';

/** Something opened and never closed. `start` to `end` is the opener; `insertAt` is where its end was missed. */
export interface Unclosed {
  readonly what: 'brace' | 'quote' | 'comment';
  readonly start: number;
  readonly end: number;
  readonly insertAt: number;
}

/**
 * Supplies missing closing braces, so that one slip is one finding at the opener and the rest is still read.
 * When the braces balance, indentation means nothing. When they do not, the block that was left open is the one
 * whose next line stands no deeper than the block's own first line.
 */
export function closeBraces(
  text: string,
  tokens: IToken[],
  brace: TokenType,
): { tokens: IToken[]; unclosed: Unclosed[] } {
  let depth = 0;
  for (const { image } of tokens) {
    if (image === '{') depth++;
    else if (image === '}' && depth > 0) depth--;
  }
  if (depth === 0) return { tokens, unclosed: [] };
  const result: IToken[] = [];
  const unclosed: Unclosed[] = [];
  const openers: { token: IToken; indent: number }[] = [];
  const close = (insertAt: number) => {
    const opener = openers.pop();
    if (!opener) return;
    unclosed.push({ what: 'brace', start: opener.token.startOffset, end: opener.token.startOffset + 1, insertAt });
    result.push(suppliedBrace(brace));
  };
  let line = 0;
  let indent = 0;
  for (const token of tokens) {
    const startsLine = (token.startLine ?? 0) > line;
    if (startsLine) indent = indentOf(text, token.startOffset);
    line = token.endLine ?? line;
    if (startsLine && token.tokenType.name !== 'KEYS') {
      const inner = () => openers.length > 1 && indent <= (openers.at(-1)?.indent ?? 0);
      const closesIt = () => token.image === '}' && indent === openers.at(-1)?.indent;
      while (unclosed.length < depth && inner() && !closesIt()) close(token.startOffset);
    }
    if (token.image === '{') openers.push({ token, indent });
    else if (token.image === '}') openers.pop();
    result.push(token);
  }
  while (openers.length > 0) close(text.trimEnd().length);
  return { tokens: result, unclosed };
}

function suppliedBrace(tokenType: TokenType): IToken {
  const nowhere = Number.NaN;
  return {
    image: '}',
    tokenType,
    tokenTypeIdx: tokenType.tokenTypeIdx ?? 0,
    startOffset: nowhere,
    endOffset: nowhere,
    startLine: nowhere,
    startColumn: nowhere,
    endLine: nowhere,
    endColumn: nowhere,
    isInsertedInRecovery: true,
  };
}

/** Width of the blanks at the beginning of the line that holds an offset. */
function indentOf(text: string, offset: number): number {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0].length ?? 0;
}
