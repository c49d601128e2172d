import type { Finding } from '../findings.ts';
import type { StoredFinding } from './stored.ts';

/** Whether two lists hold findings of the same words, in the same order. */
export function sameFindings(a: readonly StoredFinding[], b: readonly StoredFinding[]): boolean {
  return (
    a.length === b.length &&
    a.every((left, index) => {
      const right = b[index];
      return (
        right !== undefined &&
        left.code === right.code &&
        left.severity === right.severity &&
        left.message === right.message &&
        left.at.block === right.at.block &&
        left.at.start === right.at.start &&
        left.at.end === right.at.end
      );
    })
  );
}

export function sameRange(a: Finding['range'], b: Finding['range']): boolean {
  return (
    a.start.line === b.start.line &&
    a.start.character === b.start.character &&
    a.end.line === b.end.line &&
    a.end.character === b.end.character
  );
}

/** Orders the findings of a file. */
export function byPlace(a: Finding, b: Finding): number {
  const [left, right] = [a.range.start, b.range.start];
  return left.line - right.line || left.character - right.character || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0);
}
