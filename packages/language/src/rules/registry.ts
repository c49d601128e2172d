import { onl007, onl008, onl009, ver010 } from './catalogue/devices.ts';
import { onl006, xpl010, xpl011 } from './catalogue/plans.ts';
import { onl001 } from './catalogue/products.ts';
import { pkg001, pkg002, pkg006 } from './packages/files.ts';
import { pkg007, pkg014 } from './packages/resolving.ts';
import { pkg003, ver011 } from './packages/uniqueness.ts';
import { xpl001, xpl002, xpl004, xpl006 } from './plans/overlaps.ts';
import type { AnyRule } from './rule.ts';
import { sem019 } from './structure/allowances.ts';
import { sem023 } from './structure/duplicates.ts';
import { sem022 } from './structure/imports.ts';
import { sem025 } from './structure/incomplete-declarations.ts';
import { sem003, sem004, sem020, sem021 } from './structure/missing-statements.ts';
import { sem001, sem002 } from './structure/names.ts';
import { sem010 } from './structure/other-products.ts';
import { sem024 } from './structure/ranges.ts';
import { sem005 } from './structure/repeated-upgrades.ts';
import { sem014 } from './structure/secrets.ts';
import { sem015, sem016 } from './structure/texts.ts';
import { sem006 } from './structure/unknown-names.ts';
import { sem008 } from './structure/unused.ts';
import { sem011, sem013, sem017 } from './structure/without-effect.ts';
import { syn012 } from './syntax/canonical.ts';
import { syn007, syn008 } from './syntax/characters.ts';
import { syn005 } from './syntax/literals.ts';
import { syn001, syn002, syn003, syn011 } from './syntax/parser.ts';
import { syn004 } from './syntax/repeated.ts';
import { tgt004, tgt005, tgt006 } from './targets/device-keys.ts';
import { tgt007 } from './targets/list-files.ts';
import { tgt002, tgt003, tgt008, tgt015 } from './targets/lists.ts';
import { tgt001 } from './targets/missing-targets.ts';
import { safe001, safe002, safe003, safe005, safe010 } from './targets/safety.ts';
import { tgt010, tgt011 } from './targets/waves.ts';
import { time005, time006, time011 } from './time/clock-changes.ts';
import { time022 } from './time/dates.ts';
import { time019 } from './time/long-enough.ts';
import { time014, time015, time018 } from './time/now.ts';
import { time004 } from './time/period-order.ts';
import { time007, time008, time009, time010, time021 } from './time/push-periods.ts';
import { time001, time002, time003 } from './time/zones.ts';
import { ver004, ver008, ver009 } from './versions/ways.ts';
import { ver001, ver002, ver003, ver006, ver015 } from './versions/well-formed.ts';

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
  // Names and structure
  sem001,
  sem002,
  sem003,
  sem004,
  sem005,
  sem006,
  sem008,
  sem010,
  sem011,
  sem013,
  sem014,
  sem015,
  sem016,
  sem017,
  sem019,
  sem020,
  sem021,
  sem022,
  sem023,
  sem024,
  sem025,
  // Time
  time001,
  time002,
  time003,
  time004,
  time005,
  time006,
  time007,
  time008,
  time009,
  time010,
  time011,
  time014,
  time015,
  time018,
  time019,
  time021,
  time022,
  // Versions
  ver001,
  ver002,
  ver003,
  ver004,
  ver006,
  ver008,
  ver009,
  ver010,
  ver011,
  ver015,
  // Targets
  tgt001,
  tgt002,
  tgt003,
  tgt004,
  tgt005,
  tgt006,
  tgt007,
  tgt008,
  tgt010,
  tgt011,
  tgt015,
  // Safety
  safe001,
  safe002,
  safe003,
  safe005,
  safe010,
  // Packages
  pkg001,
  pkg002,
  pkg003,
  pkg006,
  pkg007,
  pkg014,
  // Plans against each other
  xpl001,
  xpl002,
  xpl004,
  xpl006,
  xpl010,
  xpl011,
  // With the catalogue
  onl001,
  onl006,
  onl007,
  onl008,
  onl009,
];
