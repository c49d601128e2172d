import type { AstNode } from 'langium';
import { defaultParser } from '../default-parser.ts';
import type * as ast from '../generated/ast.ts';
import { keysOf } from '../meaning/devices.ts';
import type { Comment } from '../syntax/lexemes.ts';
import type { Block, SourceFile, SourceParser } from '../syntax/source.ts';
import { formatBody, formatTokens, indent, isLong, joinTrailing, withTrailing } from './statement.ts';
import { BlockText, spanOf } from './text.ts';

/** Canonical text, or why there is none. */
export type FormatResult =
  | { readonly kind: 'formatted'; readonly text: string }
  /** The file has syntax errors and stays as it is. */
  | { readonly kind: 'refused'; readonly text: string; readonly reason: string };

/**
 * The canonical form of a file: there is one, and no options (docs/language.md, Canonical form). Comments stay with what
 * they stand beside; what the file means does not change.
 */
export function format(text: string, parser: SourceParser = defaultParser()): FormatResult {
  return formatFile(parser.parse('untitled:format', text), parser);
}

/** The same for a file that is parsed already. */
export function formatFile(file: SourceFile, parser: SourceParser = defaultParser()): FormatResult {
  const { text } = file;
  if (file.broken) {
    const [first] = [
      ...file.problems,
      ...file.blocks.flatMap((block) => block.problems.map((p) => ({ ...p, start: p.start + block.offset }))),
    ];
    const line = file.lineTable.position(first?.start ?? 0).line + 1;
    return {
      kind: 'refused',
      text,
      reason: `Line ${line} has a syntax error: ${first?.message ?? ''} Nothing was changed.`,
    };
  }
  return { kind: 'formatted', text: [...canonicalParts(file, parser)].join('') };
}

/** The canonical text of a file without syntax errors, declaration by declaration. */
export function* canonicalParts(file: SourceFile, parser: SourceParser = defaultParser()): Iterable<string> {
  let before: Block | undefined;
  for (const block of file.blocks) {
    const lines = formatBlock(block, parser);
    yield withLineEnds(`${before ? gap(before, block, lines) : ''}${lines.join('\n')}`, file.text);
    before = block;
  }
  if (before) yield withLineEnds('\n', file.text);
}

/**
 * A file in which the declarations that a stretch touches are in canonical form; every other character stays, and so do
 * declarations that cannot be read. Statements change places only within their declaration: none is lost or doubled
 * where a stretch ends in the middle of one.
 */
export function formatStretch(
  file: SourceFile,
  start: number,
  end: number,
  parser: SourceParser = defaultParser(),
): string {
  const { text, blocks } = file;
  if (file.problems.length > 0) return text;
  let done = '';
  let at = 0;
  for (const [index, block] of blocks.entries()) {
    const blank = /^\s*/.exec(block.text)?.[0] ?? '';
    const stop = block.offset + block.text.length;
    if (block.broken || block.offset + blank.length > end || stop < start) continue;
    const lines = formatBlock(block, parser);
    const before = blocks[index - 1];
    // An unfinished declaration ends where the next begins: what lies between them is its own.
    const between = !before ? '' : before.broken ? blank.replace(/[ \t]+$/, '') : gap(before, block, lines);
    done += text.slice(at, block.offset) + withLineEnds(between + lines.join('\n'), text);
    at = stop;
  }
  return done + text.slice(at);
}

/** What stands between two declarations: a blank line, but for imports one below the other. */
function gap(before: Block, block: Block, lines: readonly string[]): string {
  const isImport = ({ declarations: [first] }: Block) => first?.$type === 'Import';
  return isImport(before) && isImport(block) && lines.length === 1 ? '\n' : '\n\n';
}

/** Canonical text with the line ends that a file has. */
function withLineEnds(canonical: string, text: string): string {
  const crlf = /^[^\n]*\r\n/.test(text);
  return crlf ? canonical.replace(/\r?\n/g, '\r\n') : canonical.replaceAll('\r\n', '\n');
}

function formatBlock(block: Block, parser: SourceParser): string[] {
  const lines = linesOf(block, parser);
  block.forgetPlaces();
  return lines;
}

function linesOf(block: Block, parser: SourceParser): string[] {
  const text = new BlockText(block.text, parser.lexer);
  const whole = { start: 0, end: block.text.length };
  const [node] = block.declarations;
  if (!node) return ownLines(text.commentsIn(whole), text, whole.end);
  const span = spanOf(node);
  const leading = ownLines(text.commentsIn({ start: 0, end: span.start }), text, span.start);
  const after = joinTrailing(text.commentsIn({ start: span.end, end: whole.end }));
  const tokens = text.tokensIn(span);
  const brace = tokens.findIndex((token) => token.image === '{');
  const end = brace === -1 ? span.end : (tokens[brace]?.startOffset ?? span.end);
  const headTokens = brace === -1 ? tokens : tokens.slice(0, brace);
  const {
    cells,
    moved,
    above: longer,
  } = formatTokens(node.$type, headTokens, text.commentsIn({ start: span.start, end }));
  const above = [...leading, ...longer];
  if (brace === -1)
    return [...above, withTrailing(cells.join(' '), [joinTrailing(moved), after].filter(Boolean).join(' '))];
  const inside = { start: end + 1, end: span.end - 1 };
  const body = node.$type === 'Devices' ? formatKeys(node, inside, text) : formatBody(statementsOf(node), inside, text);
  const trailing = [joinTrailing(moved), body.opening].filter(Boolean).join(' ');
  return [...above, withTrailing(`${cells.join(' ')} {`, trailing), ...indent(body.lines), withTrailing('}', after)];
}

/** Keys one a line, in their order; a single blank line between them stays, and comments keep their lines. */
function formatKeys(node: ast.Devices, inside: { start: number; end: number }, text: BlockText) {
  const { keys, starts } = keysOf(node);
  const comments = node.keys === undefined ? text.commentsIn(inside) : keysOf(node).comments;
  const lines: string[] = [];
  const opening: Comment[] = [];
  let end = inside.start;
  let nextComment = 0;
  const put = (start: number, line: string, comment?: Comment) => {
    const breaks = text.breaks(end, start);
    if (breaks > 1 && lines.length > 0) lines.push('');
    if (comment && !isLong(comment) && breaks === 0) {
      const last = lines.length - 1;
      if (last < 0) opening.push(comment);
      else lines[last] = withTrailing(lines[last] ?? '', line);
    } else lines.push(line);
    end = start + line.length;
  };
  const putComments = (until: number) => {
    for (let comment = comments[nextComment]; comment && comment.start < until; comment = comments[++nextComment]) {
      put(comment.start, comment.text.trimEnd(), comment);
      end = comment.end;
    }
  };
  for (const [index, key] of keys.entries()) {
    const start = starts[index] ?? 0;
    putComments(start);
    put(start, key);
  }
  putComments(Number.POSITIVE_INFINITY);
  return { lines, opening: joinTrailing(opening) };
}

/** Comments that have lines of their own, with the blank lines between them. */
function ownLines(comments: readonly Comment[], text: BlockText, end: number): string[] {
  return comments.flatMap((comment, index) => {
    const line = comment.text.trimEnd();
    const next = comments[index + 1];
    if (!next && end === text.text.length) return [line];
    return text.breaks(comment.end, next?.start ?? end) > 1 ? [line, ''] : [line];
  });
}

function statementsOf(node: ast.Declaration): readonly AstNode[] {
  return 'statements' in node ? node.statements : [];
}
