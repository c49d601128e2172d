import type { Finding, FindingTag, RelatedPlace, Severity } from '../findings.ts';
import type { AnyRule, Problem } from '../rules/rule.ts';
import { rulesReference } from '../rules/run.ts';
import { commonEnd, commonStart } from '../syntax/alike.ts';
import type { Range } from '../syntax/lines.ts';
import type { Block, Place, SourceFile } from '../syntax/source.ts';

/** A place that moves along with its block: offsets count from the block's beginning, or the file's where there is none. */
export interface Anchor {
  readonly uri: string;
  readonly block: Block | undefined;
  readonly start: number;
  readonly end: number;
}

/**
 * A finding as it is kept: plain data, without the closure for its fixes, which would hold on to texts of long ago.
 * Fixes are worked out by running the rule again when someone asks.
 */
export interface StoredFinding {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly tags: readonly FindingTag[];
  readonly at: Anchor;
  readonly related: readonly { readonly at: Anchor; readonly message: string }[];
}

/** @param home the block whose rules are run: of two blocks that touch, a place belongs to it */
export function store(rule: AnyRule, problem: Problem, home: Block | undefined): StoredFinding {
  return {
    code: rule.code,
    severity: problem.severity ?? rule.severity,
    message: problem.message,
    tags: problem.tags ?? [],
    at: anchor(problem.at, home),
    related: (problem.related ?? []).map(({ at, message }) => ({ at: anchor(at, home), message })),
  };
}

function anchor({ source, start, end }: Place, home: Block | undefined): Anchor {
  const { uri } = source;
  const block = home && home.file === source && holds(home, start, end) ? home : source.blockAt(start);
  return block && holds(block, start, end)
    ? { uri, block, start: start - block.offset, end: end - block.offset }
    : { uri, block: undefined, start, end };
}

function holds(block: Block, start: number, end: number): boolean {
  return start >= block.offset && end <= block.offset + block.text.length;
}

/** A kept finding with the ranges that it has now. */
export function tell(stored: StoredFinding, files: ReadonlyMap<string, SourceFile>, fixes: Finding['fixes']): Finding {
  return {
    uri: stored.at.uri,
    code: stored.code,
    severity: stored.severity,
    message: stored.message,
    range: rangeOf(stored.at, files),
    related: stored.related.map(
      ({ at, message }): RelatedPlace => ({ uri: at.uri, range: rangeOf(at, files), message }),
    ),
    url: `${rulesReference}#${stored.code.toLowerCase()}`,
    tags: stored.tags,
    fixes,
  };
}

function rangeOf({ uri, block, start, end }: Anchor, files: ReadonlyMap<string, SourceFile>): Range {
  const nowhere = { line: 0, character: 0 };
  const offset = block?.offset ?? 0;
  return files.get(uri)?.range(offset + start, offset + end) ?? { start: nowhere, end: nowhere };
}

/** A finding in the block that took the place of its own, where its words are still there; else `undefined`. */
export function carried(
  finding: StoredFinding,
  successors: ReadonlyMap<Block, Block | undefined>,
): StoredFinding | undefined {
  const { block, start, end } = finding.at;
  if (!block || !successors.has(block)) return finding;
  const next = successors.get(block);
  if (!next) return undefined;
  const [before, after] = [block.text, next.text];
  const head = commonStart(before, after);
  const tail = commonEnd(before, after, head);
  const shift = end <= head ? 0 : start >= before.length - tail ? after.length - before.length : undefined;
  if (shift === undefined) return undefined;
  const related = finding.related.filter(({ at }) => at.block !== block);
  return { ...finding, at: { ...finding.at, block: next, start: start + shift, end: end + shift }, related };
}
