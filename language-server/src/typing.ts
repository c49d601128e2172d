import type { SourceFile } from '@otaplan/language';
import { statementOf } from './shapes.ts';

/** Where somebody is typing: in which block, after which words of which statement. By tokens, so that broken text is no hindrance. */
export interface Typing {
  /** Keyword of the declaration (`plan`), or `undefined` between declarations. */
  readonly declaration: string | undefined;
  /** Key of the block in the table of statements. */
  readonly block: string;
  /** Offset at which the declaration begins. */
  readonly declarationStart: number;
  /** Words of the statement before the cursor, without the one that is being typed. */
  readonly words: readonly string[];
  /** What is being typed, from `start` to the cursor; with its opening quote when it is a text. */
  readonly partial: string;
  readonly start: number;
  /** First words of the statements that the block has already, and how often. */
  readonly present: ReadonlyMap<string, number>;
  /** Whether the cursor stands in a comment: nothing is offered there. */
  readonly inComment: boolean;
}

const token =
  /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:\\.|[^"\\\n])*"?|[{},:%]|>=?|[^\s{},:%">/]+(?:\/[^\s{},:%">]*)?|\//g;
const times = /\d{1,2}:\d\d|[+-]\d\d:\d\d/g;

interface Frame {
  readonly block: string;
  readonly present: Map<string, number>;
}

/** Reads the text of the declaration up to an offset. */
export function typingAt(file: SourceFile, offset: number): Typing {
  const block = file.blockAt(offset);
  const from = block ? block.offset : offset;
  // A declaration that is whole ends before the cursor: a new one begins there.
  const text = file.text.slice(from, offset);
  const frames: Frame[] = [{ block: 'file', present: new Map() }];
  let words: string[] = [];
  let declaration: string | undefined;
  let declarationStart = from;
  let lastEnd = 0;
  let inComment = false;
  let partial: { text: string; start: number } | undefined;
  for (const [image, start] of tokensOf(text)) {
    const end = start + image.length;
    if (image.startsWith('//') || image.startsWith('/*')) {
      inComment = end === text.length && !(image.startsWith('/*') && image.endsWith('*/') && image.length > 3);
      continue;
    }
    const frame = frames.at(-1) as Frame;
    const newLine = text.slice(lastEnd, start).includes('\n');
    lastEnd = end;
    const unfinishedText = image.startsWith('"') && (image.length === 1 || !image.endsWith('"'));
    const isPartial = end === text.length && (unfinishedText || /[\p{L}\p{N}_\-+.:/]$/u.test(image));
    if (newLine && begins(frame.block, image)) words = [];
    if (isPartial) {
      partial = { text: image, start: from + start };
      if (newLine && frame.block !== 'file' && !continues(words)) words = [];
      break;
    }
    if (image === '{') {
      const opener = words[0] ?? '';
      if (frames.length === 1) {
        declaration = opener;
      }
      frames.push({ block: opener === 'devices' ? 'keys' : opener, present: new Map() });
      words = [];
      continue;
    }
    if (image === '}') {
      if (frames.length > 1) frames.pop();
      if (frames.length === 1) declaration = undefined;
      words = [];
      continue;
    }
    if (words.length === 0 || (begins(frame.block, image) && !expectsName(words))) {
      if (frames.length === 1) declarationStart = from + start;
      words = [];
      frame.present.set(image, (frame.present.get(image) ?? 0) + 1);
    }
    words.push(image);
  }
  const frame = frames.at(-1) as Frame;
  const between = text.slice(lastEnd);
  // On a new line a new statement begins, unless the words before cannot be all.
  if (!partial && between.includes('\n') && !continues(words)) words = [];
  if (partial && words.length > 0 && frames.length > 1 && !partial.text.startsWith('"')) {
    const lineStart = text.lastIndexOf('\n') + 1;
    if (
      from + lineStart <= partial.start &&
      !/\S/.test(text.slice(lineStart, partial.start - from)) &&
      !continues(words)
    )
      words = [];
  }
  return {
    declaration,
    block: frame.block,
    declarationStart,
    words,
    partial: partial?.text ?? '',
    start: partial?.start ?? offset,
    present: frame.present,
    inComment,
  };
}

function* tokensOf(text: string): Iterable<[string, number]> {
  // Times and offsets hold a colon, which otherwise is a sign of its own.
  const colons = new Set<number>();
  for (const { 0: image, index } of text.matchAll(times)) colons.add(index + image.indexOf(':'));
  let held: [string, number] | undefined;
  for (const { 0: image, index } of text.matchAll(token)) {
    if (held && index === held[1] + held[0].length && (image === ':' ? colons.has(index) : held[0].endsWith(':'))) {
      held = [held[0] + image, held[1]];
      continue;
    }
    if (held) yield held;
    held = [image, index];
  }
  if (held) yield held;
}

function begins(block: string, word: string): boolean {
  // The sign of a wave's share stands behind its number.
  return word !== '%' && statementOf(block, [word]) !== undefined;
}

/** After `upgrade` or `product` a keyword is a name, and after `wait` a number is no wave. */
function expectsName(words: readonly string[]): boolean {
  const last = words.at(-1) ?? '';
  return (
    /^(?:upgrade|product|component|include|exclude|of|,|devices|allow|wait|>|>=|least)$/.test(last) ||
    (words.length === 1 && last === 'from')
  );
}

/** Whether a statement goes on for certain after its words. */
function continues(words: readonly string[]): boolean {
  return [',', 'to', 'from', 'in', 'of', 'because', 'include', 'exclude', 'upgrade', '>=', 'wait'].includes(
    words.at(-1) ?? '',
  );
}
