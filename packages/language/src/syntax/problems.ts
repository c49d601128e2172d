import type { IToken } from 'chevrotain';
import type { AstNode, LangiumCoreServices } from 'langium';
import { readExpectation } from './expectations.ts';
import type { Comment } from './lexemes.ts';
import type { OtaplanLexer, OtaplanLexingReport } from './lexer.ts';
import { Lines } from './lines.ts';
import { nearest } from './nearest.ts';
import { prune } from './prune.ts';
import { type BlockKind, blockKinds } from './statements.ts';
import { describeExpected, describeFound } from './words.ts';

/** A mistake that the parser met, in offsets of the text it was given. */
export interface SyntaxProblem {
  readonly code: 'SYN001' | 'SYN002' | 'SYN003' | 'SYN011';
  readonly start: number;
  readonly end: number;
  readonly message: string;
  /** Text that would put it right. */
  readonly fix?: { readonly title: string; readonly start: number; readonly end: number; readonly text: string };
}

/** What became of one piece of text. */
export interface ParsedPiece {
  readonly tree: AstNode;
  readonly comments: readonly Comment[];
  readonly problems: readonly SyntaxProblem[];
  /** Whether anything was lost to a syntax error. */
  readonly broken: boolean;
}

const endsEarly = 'The block ends too early';

/** After this many unknown statements in one declaration, the parser's own recovery has to do. */
const maximumSetAside = 20;

/** Parses one piece of a file and words its mistakes. */
export function parsePiece(text: string, services: LangiumCoreServices): ParsedPiece {
  const lexer = services.parser.Lexer as OtaplanLexer;
  const problems: SyntaxProblem[] = [];
  let readable = text;
  for (let round = 0; ; round++) {
    const parsed = services.parser.LangiumParser.parse(readable);
    const errors = parsed.parserErrors;
    const maySetAside = errors.length > 0 && round < maximumSetAside;
    const unknown = maySetAside ? firstUnknown(errors, lexer.tokenize(readable).tokens, readable) : undefined;
    if (unknown) {
      // Read on as if the statement were not there: what follows it deserves a finding of its own, or none.
      problems.push(unknown.problem);
      const { start, end } = unknown;
      readable = readable.slice(0, start) + readable.slice(start, end).replace(/[^\s]/g, ' ') + readable.slice(end);
      continue;
    }
    for (const error of parsed.lexerErrors) {
      const found = text.slice(error.offset, error.offset + error.length);
      if (/^[\p{Cs}\p{Cc}\ufffd]+$/u.test(found)) continue; // SYN007 says it better
      const message = `${describeCharacters(found)} cannot stand here. Remove it, or put it in quotes where a text is meant.`;
      problems.push({ code: 'SYN001', start: error.offset, end: error.offset + error.length, message });
    }
    const report = parsed.lexerReport as OtaplanLexingReport;
    for (const open of report.unclosed) problems.push(unclosedProblem(open, text));
    for (const error of parsed.parserErrors) problems.push(parserProblem(error, text));
    const broken = problems.length > 0 || parsed.lexerErrors.length > 0;
    if (!broken) return { tree: parsed.value, comments: report.comments, problems, broken };
    const lines = new Lines(text);
    prune(parsed.value, services.shared.AstReflection, (node) => isRemnant(node, problems, lines));
    return { tree: parsed.value, comments: report.comments, problems: withoutEchoes(problems, lines), broken };
  }
}

type ParserError = ReturnType<LangiumCoreServices['parser']['LangiumParser']['parse']>['parserErrors'][number];

/** The grammar's block in which an error stands, if it was at the place where a statement begins. */
function blockAt(error: ParserError): BlockKind | undefined {
  const { kind, expected } = readExpectation(error.message);
  const rule = error.context.ruleStack.at(-1)?.replace('\u200b', '') ?? '';
  const betweenStatements = expected.includes('}') || kind === 'end' || expected.includes('EOF');
  return betweenStatements || (rule === 'Declaration' && kind === 'choice') ? blockKinds[rule] : undefined;
}

function firstUnknown(
  errors: readonly ParserError[],
  tokens: readonly IToken[],
  text: string,
): { problem: SyntaxProblem; start: number; end: number } | undefined {
  for (const error of errors) {
    const index = tokens.findIndex((token) => token.startOffset === error.token.startOffset);
    const block = modeAt(tokens, index, blockAt(error));
    const token = tokens[index];
    if (!block || !token || !startsStatement(tokens, index)) continue;
    const start = token.startOffset;
    const word = token.image;
    const isWord = /^[\p{L}_]/u.test(word);
    const outside = statementWords.has(word);
    if (!isWord || block.statements.some((s) => s.split(' ')[0] === word)) continue;
    const guess = nearest(word, block.statements);
    const list = block.statements.map((statement) => `\`${statement}\``).join(', ');
    const message = guess
      ? `${capital(block.words)} has no statement \`${word}\`. Did you mean \`${guess}\`?`
      : outside
        ? `\`${word}\` cannot stand in ${block.words}. Move it to where it belongs; here stand ${list}.`
        : `${capital(block.words)} has no statement \`${word}\`. It has ${list}.`;
    const problem: SyntaxProblem = {
      code: 'SYN003',
      start,
      end: start + word.length,
      message,
      ...(guess ? { fix: { title: `Change to \`${guess}\``, start, end: start + word.length, text: guess } } : {}),
    };
    return { problem, start, end: statementEnd(tokens, index, text) };
  }
  return undefined;
}

/** Within `mode`, whether it is the silent or the manual one. */
function modeAt(tokens: readonly IToken[], index: number, block: BlockKind | undefined): BlockKind | undefined {
  if (block !== blockKinds['Mode']) return block;
  const head = tokens.slice(0, index).findLastIndex(({ image }) => image === 'mode');
  return blockKinds[tokens[head + 1]?.image ?? ''] ?? block;
}

/** The first words of all statements. */
const statementWords = new Set(
  Object.values(blockKinds).flatMap(({ statements }) => statements.map((statement) => statement.split(' ')[0] ?? '')),
);

/** Whether a token is the first of its line or follows a brace: only there a word is taken for a statement. */
function startsStatement(tokens: readonly IToken[], index: number): boolean {
  const before = tokens[index - 1];
  const token = tokens[index];
  if (!before || !token || before.image === '{' || before.image === '}') return true;
  return (token.startLine ?? 0) > (before.endLine ?? 0);
}

/** Where an unknown statement ends: before the next known one that begins a line, after its block, or where its block's does. */
function statementEnd(tokens: readonly IToken[], from: number, text: string): number {
  const column = tokens[from]?.startColumn;
  let end = tokens[from]?.endOffset ?? 0;
  let depth = 0;
  for (let i = from + 1; i < tokens.length; i++) {
    const token = tokens[i];
    if (!token) break;
    // A supplied brace stands nowhere: the words before it end the statement.
    end = Number.isFinite(tokens[i - 1]?.endOffset) ? (tokens[i - 1]?.endOffset ?? end) : end;
    if (token.image === '{') depth++;
    else if (token.image === '}') {
      if (depth === 0) return end + 1;
      depth--;
      if (depth === 0) return Number.isNaN(token.startOffset) ? end + 1 : token.startOffset + 1;
    } else if (depth === 0 && startsStatement(tokens, i)) {
      if (token.startColumn === column || statementWords.has(token.image)) return end + 1;
    }
  }
  return text.length;
}

function unclosedProblem(
  open: { what: string; start: number; end: number; insertAt: number },
  text: string,
): SyntaxProblem {
  const { start, end } = open;
  if (open.what === 'quote') {
    const insert = text.slice(0, open.insertAt).trimEnd().length;
    const message = 'This text has no closing quote on its line. Add `"` where it ends.';
    return {
      code: 'SYN002',
      start,
      end: start + 1,
      message,
      fix: { title: 'Add the closing quote', start: insert, end: insert, text: '"' },
    };
  }
  if (open.what === 'comment') {
    return { code: 'SYN002', start, end, message: 'This comment is never closed. Add `*/` where it ends.' };
  }
  const message = 'This brace is never closed. Add `}` where the block ends.';
  return { code: 'SYN002', start, end, message };
}

function parserProblem(error: ParserError, text: string): SyntaxProblem {
  const { token, previousToken } = error as ParserError & { previousToken?: IToken };
  const { expected } = readExpectation(error.message);
  const block = blockAt(error);
  const wanted = describeExpected(expected, block);
  const ends = !Number.isFinite(token.startOffset) || token.image === '';
  const isNextLine = (token.startLine ?? 0) > (previousToken?.endLine ?? Number.POSITIVE_INFINITY);
  if (ends || (isNextLine && !block)) {
    // Something is wanted where the piece, a supplied brace or the line ends: point at the last words before it.
    const end = Number.isFinite(previousToken?.endOffset) ? (previousToken?.endOffset ?? 0) + 1 : text.trimEnd().length;
    const start = Number.isFinite(previousToken?.startOffset) ? (previousToken?.startOffset ?? 0) : end;
    const what = ends ? endsEarly : 'Something is missing after this';
    return { code: 'SYN001', start, end, message: `${what}: ${wanted} is expected.` };
  }
  const start = token.startOffset;
  const end = start + token.image.length;
  const keywords = expected.filter((name) => /^[a-z]+$/.test(name));
  const guess = token.tokenType.name === 'STRING' ? undefined : nearest(token.image, keywords);
  const message = `${describeFound(token)} cannot stand here. ${guess ? `Did you mean \`${guess}\`?` : `${capital(wanted)} is expected.`}`;
  if (!guess) return { code: 'SYN001', start, end, message };
  return { code: 'SYN001', start, end, message, fix: { title: `Change to \`${guess}\``, start, end, text: guess } };
}

/**
 * One slip can be met twice: by lexer and parser, or by a parser that has not found its feet again. Of findings at one
 * place the first stays, what is not expected is told once a line, and nothing is said of the end of a block left open.
 */
function withoutEchoes(problems: readonly SyntaxProblem[], lines: Lines): SyntaxProblem[] {
  const taken = new Set<number>();
  const unclosed = problems.some(({ code }) => code === 'SYN002');
  const inOrder = [...problems].sort((a, b) => a.start - b.start);
  const spoiled = new Set<number>();
  return inOrder.filter((problem) => {
    const { line } = lines.position(problem.start);
    const early = unclosed && problem.message.startsWith(endsEarly);
    const echo = taken.has(problem.start) || early || (problem.code === 'SYN001' && spoiled.has(line));
    taken.add(problem.start);
    if (problem.code === 'SYN001' && !early) spoiled.add(line);
    return !echo;
  });
}

/** Whether a statement begins behind a mistake on its line: then it is what is left of another one. */
function isRemnant(node: AstNode, problems: readonly SyntaxProblem[], lines: Lines): boolean {
  const start = node.$cstNode?.offset ?? 0;
  const { line } = lines.position(start);
  return problems.some((p) => p.code === 'SYN001' && p.start < start && lines.position(p.start).line === line);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function describeCharacters(text: string): string {
  const [first = ''] = text;
  const visible = /[\p{L}\p{N}\p{P}\p{S}]/u.test(first);
  return visible
    ? `“${first}”`
    : `The character U+${(first.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
