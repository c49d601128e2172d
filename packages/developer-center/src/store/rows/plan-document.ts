import { type Plan, planDigest } from '@otaplan/model';
import { StoreError } from '../store-error.ts';

/** The lists of devices are kept apart: most readers do without. */
export function splitDocument(document: Plan): { head: Plan; targets: string } {
  const { include, exclude } = document.targets;
  const head = { ...document, targets: { ...document.targets, include: [], exclude: [] } };
  return { head, targets: JSON.stringify({ include, exclude }) };
}

export function joinDocument(head: Plan, targets: string): Plan {
  const lists = JSON.parse(targets) as Pick<Plan['targets'], 'include' | 'exclude'>;
  return { ...head, targets: { ...head.targets, ...lists } };
}

/** The whole document. @throws StoreError corrupt, when it is not what its digest says */
export function soundDocument(head: Plan, targets: string): Plan {
  const document = joinDocument(head, targets);
  if (planDigest(document) === document.digest) return document;
  throw new StoreError('corrupt', `the plan “${document.name}” is not what its digest says`);
}
