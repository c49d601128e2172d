import type { IToken } from 'chevrotain';
import type { AstNode } from 'langium';
import type { Comment } from '../syntax/lexemes.ts';
import { alignRows, type Row } from './layout.ts';
import { cellLengthsOf, standingOf } from './order.ts';
import { type BlockText, type Span, spanOf } from './text.ts';

/** Entries of a target list stay on one line up to this width. */
const lineWidth = 100;

/** A statement on paper, before it is aligned with its neighbours. */
interface Item {
  readonly node: AstNode;
  readonly row: Row;
  /** Lines that stand above it. */
  readonly leading: readonly string[];
  /** Lines of its block, to its closing brace. */
  readonly body: readonly string[];
  /** Comments at the end of its first line, and of its last where that is another. */
  readonly trailing: string;
  readonly trailingLast: string;
}

/** A body between braces, in canonical order, without indentation. Also the comments that belong to the opening line. */
export function formatBody(
  statements: readonly AstNode[],
  inside: Span,
  text: BlockText,
): { lines: string[]; opening: string } {
  const inOrder = [...statements].sort((a, b) => spanOf(a).start - spanOf(b).start);
  const { opening, leading, trailing, tail } = attach(inOrder.map(spanOf), inside, text);
  const items = inOrder.map((node, index) => formatItem(node, leading[index] ?? [], trailing[index] ?? [], text));
  const sorted = items
    .map((item, index) => ({ item, index, standing: standingOf(item.node.$type) }))
    .sort((a, b) => a.standing.rank - b.standing.rank || a.index - b.index);
  const rows = alignRows(sorted.map(({ item }) => item.row));
  const lines: string[] = [];
  for (const [index, { item, standing }] of sorted.entries()) {
    if (index > 0 && sorted[index - 1]?.standing.group !== standing.group) lines.push('');
    const last = item.body.length - 1;
    lines.push(...item.leading, withTrailing(rows[index] ?? '', item.trailing));
    lines.push(...item.body.map((line, i) => (i === last ? withTrailing(line, item.trailingLast) : line)));
  }
  lines.push(...tail);
  return { lines, opening: joinTrailing(opening) };
}

function formatItem(node: AstNode, leading: readonly string[], after: readonly Comment[], text: BlockText): Item {
  const span = spanOf(node);
  const tokens = text.tokensIn(span);
  const brace = tokens.findIndex((token) => token.image === '{');
  const { table } = standingOf(node.$type);
  if (brace === -1) {
    const { cells, moved, above } = formatTokens(node.$type, tokens, text.commentsIn(span));
    const entries = breaksEntries(node.$type, cells, moved) ? entriesOf(tokens) : undefined;
    return {
      node,
      row: { table, cells: entries ? cells.slice(0, 1) : cells },
      leading: [...leading, ...above],
      body: entries ?? [],
      trailing: joinTrailing(entries ? moved : [...moved, ...after]),
      trailingLast: entries ? joinTrailing(after) : '',
    };
  }
  const open = tokens[brace]?.startOffset ?? span.start;
  const head = { start: span.start, end: open };
  const { cells, moved, above } = formatTokens(node.$type, tokens.slice(0, brace), text.commentsIn(head));
  const children = (node as AstNode & { statements?: AstNode[] }).statements ?? [];
  const body = formatBody(children, { start: open + 1, end: span.end - 1 }, text);
  const optional = node.$type === 'Mode' || cells.join(' ') === 'targets all';
  if (body.lines.length === 0 && optional) {
    const trailing = [...moved, ...after];
    return {
      node,
      row: { table, cells },
      leading: [...leading, ...above],
      body: [],
      trailing: [body.opening, joinTrailing(trailing)].filter(Boolean).join(' '),
      trailingLast: '',
    };
  }
  return {
    node,
    row: { table, cells: [`${cells.join(' ')} {`] },
    leading: [...leading, ...above],
    body: [...indent(body.lines), '}'],
    trailing: [joinTrailing(moved), body.opening].filter(Boolean).join(' '),
    trailingLast: joinTrailing(after),
  };
}

/** Where the comments of a body go: to the end of a line where they share one, else above what follows. */
function attach(spans: readonly Span[], inside: Span, text: BlockText) {
  const opening: Comment[] = [];
  const leading: string[][] = spans.map(() => []);
  const trailing: Comment[][] = spans.map(() => []);
  const tail: string[] = [];
  const comments = text.commentsIn(inside);
  let next = 0;
  for (const [index, comment] of comments.entries()) {
    while (next < spans.length && (spans[next]?.start ?? 0) < comment.start) next++;
    const before = spans[next - 1];
    if (before && comment.start < before.end) continue; // inside the statement
    if (!isLong(comment) && text.breaks(before?.end ?? inside.start, comment.start) === 0)
      (trailing[next - 1] ?? opening).push(comment);
    else {
      const lines = leading[next] ?? tail;
      lines.push(comment.text.trimEnd());
      const following = Math.min(comments[index + 1]?.start ?? inside.end, spans[next]?.start ?? inside.end);
      if (text.breaks(comment.end, following) > 1 && following < inside.end) lines.push('');
    }
  }
  return { opening, leading, trailing, tail };
}

/** Tokens in their canonical spelling and spacing, cut into cells. Comments that cannot stay between them move: one to the end of its line to the end of this one, one of several lines above it. */
export function formatTokens(
  type: string,
  tokens: readonly IToken[],
  comments: readonly Comment[],
): { cells: string[]; moved: Comment[]; above: string[] } {
  const above = comments.filter(isLong).map(({ text }) => text);
  const moved = comments.filter((comment) => comment.text.startsWith('//'));
  const inline = comments.filter((comment) => !moved.includes(comment) && !isLong(comment));
  // A percentage may lack its sign (SYN005).
  const lengths = type === 'Wave' && tokens[1]?.image !== '%' ? [1] : [...cellLengthsOf(type)];
  const cells: string[] = [];
  let cell = '';
  let inCell = 0;
  for (const [index, token] of tokens.entries()) {
    if (lengths.length > 0 && inCell === lengths[0]) {
      cells.push(cell);
      lengths.shift();
      cell = '';
      inCell = 0;
    }
    while (inline[0] && inline[0].start < token.startOffset)
      cell += `${cell === '' ? '' : ' '}${inline.shift()?.text ?? ''}`;
    const tight = cell === '' || token.image === ',' || token.image === ':';
    cell += `${tight ? '' : ' '}${spelling(type, token, tokens[index - 1])}`;
    inCell++;
  }
  // The share of a wave counts for the width of its column also where nothing follows it.
  const rest = type === 'Wave' && cells.length === 0 ? [cell, ''] : [cell];
  return { cells: [...cells, ...rest], moved: [...inline, ...moved], above };
}

function spelling(type: string, token: IToken, before: IToken | undefined): string {
  const isCount = type === 'Retry' && (token.image === 'times' || token.image === 'time');
  return isCount ? (before?.image === '1' ? 'time' : 'times') : token.image;
}

function breaksEntries(type: string, cells: readonly string[], moved: readonly Comment[]): boolean {
  if (type !== 'Include' && type !== 'Exclude') return false;
  return moved.length === 0 && cells.join(' ').length > lineWidth && !cells.some((cell) => cell.includes('/*'));
}

/** One entry a line, below the keyword. */
function entriesOf(tokens: readonly IToken[]): string[] {
  const entries = tokens.slice(1).filter(({ image }) => image !== ',');
  return entries.map(({ image }, index) => `  ${image}${index === entries.length - 1 ? '' : ','}`);
}

export function joinTrailing(comments: readonly Comment[]): string {
  const texts = comments.map(({ text }) => text.trimEnd());
  return [...texts.filter((text) => !text.startsWith('//')), ...texts.filter((text) => text.startsWith('//'))].join(
    ' ',
  );
}

export function withTrailing(line: string, trailing: string): string {
  return trailing === '' ? line : `${line}  ${trailing}`;
}

/** Indents lines by one level; the further lines of a comment keep what they have. */
export function indent(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : `  ${line}`));
}

/** Whether a comment takes several lines: such a one never shares a line. */
export function isLong(comment: Comment): boolean {
  return comment.text.includes('\n');
}
