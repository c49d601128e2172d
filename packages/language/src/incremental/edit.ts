import * as ast from '../generated/ast.ts';
import { inheritKeys } from '../meaning/devices.ts';
import { cutFrom } from '../syntax/blocks.ts';
import { nestTooDeep } from '../syntax/nesting.ts';
import { type Block, blockIndexAt, detached, SourceFile, type SourceParser, tooLarge } from '../syntax/source.ts';

/** A stretch of a text that was replaced: from `start` to `oldEnd` before, to `newEnd` now. Everything else is the same. */
export interface Change {
  readonly start: number;
  readonly oldEnd: number;
  readonly newEnd: number;
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

/**
 * Reads a file again after an edit: cuts and parses only what the edit touched. The result is the one that reading the
 * whole text would give.
 */
export function editFile(parser: SourceParser, previous: SourceFile, text: string, change: Change): Edited {
  const { uri, blocks } = previous;
  if (previous.problems.length > 0 || tooLarge(text)) return readAnew(parser, previous, text);
  const delta = change.newEnd - change.oldEnd;
  const first = Math.max(0, blockIndexAt(blocks, change.start) - blocksBefore);
  const from = blocks[first]?.offset ?? 0;
  let next = first;
  let met = false;
  const pieces: string[] = [];
  for (const { start, end } of cutFrom(text, from)) {
    pieces.push(detached(text, start, end));
    const before = end - delta;
    while (next < blocks.length && (blocks[next]?.offset ?? 0) < before) next++;
    met = end >= change.newEnd && before >= change.oldEnd && blocks[next]?.offset === before;
    if (met) break;
  }
  if (!met) next = blocks.length;
  const { middle, removed, added, same } = exchange(parser, blocks.slice(first, next), pieces);
  const all = [...blocks.slice(0, first), ...middle, ...blocks.slice(next)];
  if (nestTooDeep(all.map(({ nesting }) => nesting))) return readAnew(parser, previous, text);
  let offset = from;
  for (let index = first; index < all.length; index++) {
    const block = all[index];
    if (!block) break;
    block.offset = offset;
    offset += block.text.length;
  }
  return { file: new SourceFile(uri, text, all, []), removed, added, same };
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
  const [node] = block.declarations;
  const [other] = before?.declarations ?? [];
  if (ast.isDevices(node) && ast.isDevices(other)) withFile(block, before, () => inheritKeys(node, other));
}

/** A block that is in no file yet has places all the same: those of the block that stood there. */
function withFile(block: Block, before: Block | undefined, work: () => void): void {
  block.file = before?.file;
  work();
  block.file = undefined;
}

function sharesTrees(block: Block, before: Block | undefined): boolean {
  return block.declarations.length > 0 && block.declarations === before?.declarations;
}
