import { time004 } from './period-order.ts';
import type { AnyRule } from './rule.ts';
import { syn001, syn002, syn003, syn011 } from './syntax/parser.ts';
import { safe002 } from './targets-all.ts';

/** Every rule, in the order of the rules reference. A rule that is not here does not exist. */
export const rules: readonly AnyRule[] = [
  // Syntax
  syn001,
  syn002,
  syn003,
  syn011,
  // Time
  time004,
  // Safety
  safe002,
];
