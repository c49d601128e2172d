import * as ast from '../generated/ast.ts';
import { inheritKeys } from '../meaning/devices.ts';
import { commonEnd, commonStart } from '../syntax/alike.ts';
import { cutFrom } from '../syntax/blocks.ts';
import { nestAlike, nestTooDeep } from '../syntax/nesting.ts';
import { type Block, blockIndexAt, detached, mayBeRead, SourceFile, type SourceParser } from '../syntax/source.ts';

/** A stretch of a text that is replaced: from `start` to `oldEnd` by `insert`. Everything else stays the same. */
export interface Change {
  readonly start: number;
  readonly oldEnd: number;
  readonly insert: string;
}

/** A file after an edit, and the blocks by which it differs from the one before. */
export interface Edited {
  readonly file: SourceFile;
  readonly removed: readonly Block[];
  readonly added: readonly Block[];
  /**
   * Of `added`, those that mean the same as the block that stood there: a comment or a blank changed. They hold the same
   * trees, so what refers to them is still right, but for places in them.
   */
  readonly same: ReadonlySet<Block>;
}

/** How many blocks before the change may end elsewhere because of it: their ends depend on the words that follow. */
const blocksBefore = 2;
/** How many unchanged blocks have to be seen behind a cut to know that nothing of what follows moves it. */
const blocksBehind = 2;
/** From so many units on it pays not to count the lines of a block again. */
const longText = 20_000;

/**
 * Reads a file again after an edit: cuts and parses only what the edit touched. The result is the one that reading the
 * whole text would give.
 */
export function editFile(parser: SourceParser, previous: SourceFile, change: Change): Edited {
  const { uri, blocks } = previous;
  const delta = change.insert.length - (change.oldEnd - change.start);
  if (previous.problems.length > 0 || !mayBeRead(previous.length + delta)) {
    return readAnew(parser, previous, edited(previous, 0, change, previous.length));
  }
  const first = Math.max(0, blockIndexAt(blocks, change.start) - blocksBefore);
  const { pieces, next, tail } = cutAgain(previous, first, change, delta);
  const { middle, removed, added, same } = exchange(parser, blocks.slice(first, next), pieces);
  const all = [...blocks.slice(0, first), ...middle, ...blocks.slice(next)];
  if (!nestAlike(removed, added) && nestTooDeep(all)) {
    return readAnew(parser, previous, edited(previous, 0, change, previous.length));
  }
  // What follows stays where it is when as much came as went.
  const moved = delta === 0 ? first + middle.length : all.length;
  let offset = blocks[first]?.offset ?? 0;
  for (let index = first; index < moved; index++) {
    const block = all[index];
    if (!block) break;
    block.offset = offset;
    offset += block.text.length;
  }
  const file = new SourceFile(uri, all, tail, [], { before: previous, removed, added });
  file.takeOver(previous, first, first + middle.length);
  return { file, removed, added, same };
}

/** Cuts anew from a block on until the cuts are those of before: a window of text behind the change is enough mostly. */
function cutAgain(previous: SourceFile, first: number, change: Change, delta: number) {
  const { blocks } = previous;
  const from = blocks[first]?.offset ?? 0;
  const touched = blockIndexAt(blocks, change.oldEnd);
  for (let behind = blocksBehind + 1; ; behind *= 4) {
    const last = touched + behind;
    const whole = last >= blocks.length - 1;
    const stop = whole ? previous.length : (blocks[last + 1]?.offset ?? previous.length);
    const text = edited(previous, from, change, stop);
    const pieces: string[] = [];
    let next = first;
    let end = 0;
    for (const piece of cutFrom(text, 0)) {
      pieces.push(detached(text, piece.start, piece.end));
      ({ end } = piece);
      const before = from + end - delta;
      while (next < blocks.length && (blocks[next]?.offset ?? 0) < before) next++;
      const meets = before >= change.oldEnd && blocks[next]?.offset === before;
      if (meets && (whole || next + blocksBehind <= last + 1)) return { pieces, next, tail: previous.tail };
    }
    if (whole) return { pieces, next: blocks.length, tail: detached(text, end, text.length) };
  }
}

/** The text between two places of a file, the second counted before the change, with the change made. */
function edited(file: SourceFile, from: number, { start, oldEnd, insert }: Change, stop: number): string {
  return file.slice(from, start) + insert + file.slice(oldEnd, stop);
}

/** Reads the whole text; every block counts as changed. */
export function readAnew(parser: SourceParser, previous: SourceFile | undefined, text: string, uri = ''): Edited {
  const file = parser.parse(previous?.uri ?? uri, text);
  return { file, removed: previous?.blocks ?? [], added: file.blocks, same: new Set() };
}

/** Puts pieces in the place of blocks: equal ones at both ends stay, those between are read. */
function exchange(parser: SourceParser, old: readonly Block[], pieces: readonly string[]) {
  let head = 0;
  while (head < old.length && head < pieces.length && old[head]?.text === pieces[head]) head++;
  let tail = 0;
  const most = Math.min(old.length, pieces.length) - head;
  while (tail < most && old[old.length - 1 - tail]?.text === pieces[pieces.length - 1 - tail]) tail++;
  const removed = old.slice(head, old.length - tail);
  const changed = pieces.slice(head, pieces.length - tail);
  const paired = removed.length === changed.length;
  const added = changed.map((text, index) => parser.parseBlock(text, paired ? removed[index] : undefined));
  for (const [index, block] of paired ? added.entries() : []) inherit(block, removed[index]);
  const same = new Set(added.filter((block, index) => paired && sharesTrees(block, removed[index])));
  const middle = [...old.slice(0, head), ...added, ...old.slice(old.length - tail)];
  return { middle, removed, added, same };
}

/** Takes over what the block that stood there has worked out of its text, where it is long. */
function inherit(block: Block, before: Block | undefined): void {
  if (before && block.text.length > longText) {
    const start = commonStart(before.text, block.text);
    block.lines.takeOver(before.lines, start, before.text.length - commonEnd(before.text, block.text, start));
  }
  const [node] = block.declarations;
  const [other] = before?.declarations ?? [];
  if (ast.isDevices(node) && ast.isDevices(other)) withFile(block, before, () => inheritKeys(node, other));
}

/** A block that is in no file yet has places all the same: those of the block that stood there. */
function withFile(block: Block, before: Block | undefined, work: () => void): void {
  block.home = before?.home;
  work();
  block.home = undefined;
}

function sharesTrees(block: Block, before: Block | undefined): boolean {
  return block.declarations.length > 0 && block.root === before?.root;
}
