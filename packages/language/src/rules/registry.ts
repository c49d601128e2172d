import { time004 } from './period-order.ts';
import type { AnyRule } from './rule.ts';
import { syn012 } from './syntax/canonical.ts';
import { syn007, syn008 } from './syntax/characters.ts';
import { syn005 } from './syntax/literals.ts';
import { syn001, syn002, syn003, syn011 } from './syntax/parser.ts';
import { syn004 } from './syntax/repeated.ts';
import { safe002 } from './targets-all.ts';

/** Every rule, in the order of the rules reference. A rule that is not here does not exist. */
export const rules: readonly AnyRule[] = [
  // Syntax
  syn001,
  syn002,
  syn003,
  syn004,
  syn005,
  syn007,
  syn008,
  syn011,
  syn012,
  // Time
  time004,
  // Safety
  safe002,
];
