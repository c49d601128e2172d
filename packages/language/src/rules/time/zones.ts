import { placeOf } from '../../syntax/source.ts';
import { quote } from '../../syntax/values.ts';
import { insertAfter, replace, rule } from '../rule.ts';
import { listed } from '../wording.ts';
import { zoneCandidates } from './zone-candidates.ts';
import { keptName } from './zone-links.ts';

export const time001 = rule({
  code: 'TIME001',
  severity: 'error',
  title: 'Zone missing',
  sentence: 'An effective period must name its time zone.',
  why: 'The same words are hours apart from zone to zone, and devices are far from who writes the plan.',
  bad: 'effective 2026-12-01 00:00 to 2026-12-15 23:59',
  good: 'effective 2026-12-01 00:00 to 2026-12-15 23:59 in "Europe/Berlin"',
  on: 'plan',
  needsWhole: true,
  *check({ period }, { workspace }) {
    if (!period || period.zoneText !== undefined) return;
    yield {
      at: { ...placeOf(period.node, 'start'), end: placeOf(period.node, 'end').end },
      message: 'The period does not say in which time zone it is meant. Add `in "ZONE"`, such as `in "Europe/Berlin"`.',
      fixes: () => {
        const used = workspace.plans().flatMap(({ period: other }) => other?.zone ?? []);
        const zones = [...new Set([...used, 'UTC'])].slice(0, 5);
        const end = placeOf(period.node, 'end');
        return zones.map((zone) => insertAfter(`Add \`in ${quote(zone)}\``, end, ` in ${quote(zone)}`, false));
      },
    };
  },
});

export const time002 = rule({
  code: 'TIME002',
  severity: 'error',
  title: 'Not a time zone',
  sentence: 'A time zone must be an IANA name such as `Europe/Berlin`.',
  why: 'An abbreviation stands for several zones, and a fixed offset does not say what happens when the clock changes.',
  bad: 'effective 2026-12-01 00:00 to 2026-12-15 23:59 in "CET"',
  good: 'effective 2026-12-01 00:00 to 2026-12-15 23:59 in "Europe/Berlin"',
  on: 'plan',
  *check({ period }, { world }) {
    const { node, zone, zoneText } = period ?? {};
    if (!node?.zone || zone !== undefined || zoneText === undefined) return;
    const at = placeOf(node.zone);
    const candidates = zoneCandidates(zoneText, instantNear(period?.startText, world.now));
    const advice =
      candidates.length === 0
        ? 'Write one such as `Europe/Berlin`.'
        : `Write ${listed(
            candidates.map((name) => quote(name)),
            'or',
          )}.`;
    yield {
      at,
      message: `${quote(zoneText)} is not the IANA name of a time zone. ${advice}`,
      fixes: () =>
        candidates.map((name) => replace(`Change to ${quote(name)}`, at, quote(name), candidates.length === 1)),
    };
  },
});

export const time003 = rule({
  code: 'TIME003',
  severity: 'information',
  title: 'Old name of a zone',
  sentence: 'A time zone should be written with the name that is kept today.',
  why: 'Old names keep working, but tools list a zone only under its present name.',
  bad: 'effective 2026-12-01 00:00 to 2026-12-15 23:59 in "Asia/Calcutta"',
  good: 'effective 2026-12-01 00:00 to 2026-12-15 23:59 in "Asia/Kolkata"',
  on: 'plan',
  *check({ period }) {
    const kept = period?.zone === undefined ? undefined : keptName(period.zone);
    if (kept === undefined || !period?.node.zone) return;
    const at = placeOf(period.node.zone);
    yield {
      at,
      message: `${quote(period.zone ?? '')} is an old name of ${quote(kept)}. Write the present name.`,
      tags: ['deprecated'],
      fixes: () => [replace(`Change to ${quote(kept)}`, at, quote(kept))],
    };
  },
});

/** The instant of a local time, near enough to tell summer from winter. */
function instantNear(local: string | undefined, otherwise: number): number {
  const at = Date.parse(`${local?.slice(0, 16)}Z`);
  return Number.isNaN(at) ? otherwise : at;
}
