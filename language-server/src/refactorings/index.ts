import { deviceListForms, extractList } from './device-lists.ts';
import { addDigest } from './packages.ts';
import { successor, toDelta } from './plans.ts';
import type { Asked, Refactoring } from './refactoring.ts';

/** Every refactoring. One is its function and its place here. */
export const refactorings: readonly ((asked: Asked) => Iterable<Refactoring>)[] = [
  deviceListForms,
  extractList,
  toDelta,
  successor,
  addDigest,
];
