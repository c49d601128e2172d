import { limits, windowOpenings } from '@otaplan/model';
import * as ast from '../../generated/ast.ts';
import type { PlanMeaning } from '../../meaning/plan.ts';
import { placeOf } from '../../syntax/source.ts';
import type { World } from '../../world.ts';
import { devicesOf, fleetOf } from '../catalogue/fleet.ts';
import { rule } from '../rule.ts';
import { counted } from '../wording.ts';

const minute = 60_000;

export const time019 = rule({
  code: 'TIME019',
  severity: 'warning',
  title: 'Period too short',
  sentence: 'An effective period should be long enough for all waves and devices.',
  why: 'At most 10,000 devices are in progress at a time, and active pushes happen every 10 minutes. What the end finds waiting is not upgraded.',
  bad: 'effective 2036-12-01 00:00 to 2036-12-02 00:00 in "Europe/Berlin"\nwaves {\n  10 % then wait 2 d\n  100 %\n}',
  good: 'effective 2036-12-01 00:00 to 2036-12-08 00:00 in "Europe/Berlin"\nwaves {\n  10 % then wait 2 d\n  100 %\n}',
  on: 'plan',
  needsCatalogue: true,
  *check(plan, { world }) {
    const { startAt, endAt, zone, node } = plan.period ?? {};
    if (!node || startAt === undefined || endAt === undefined || zone === undefined || endAt <= startAt) return;
    const available = (endAt - startAt) / minute;
    const opening = waits(plan);
    const statements = plan.first(ast.isWaves)?.statements.filter(ast.isWave) ?? [];
    for (const [index, after] of opening.entries()) {
      const wave = statements[index];
      if (after < available || !wave) continue;
      const message = `This wave opens ${duration(after)} after the start at the earliest, and the period lasts ${duration(available)}. Shorten the waits, or lengthen the period.`;
      yield { at: placeOf(wave, 'percent'), message, related: [{ at: placeOf(node, 'end'), message: 'the end' }] };
      return;
    }
    const { mode } = plan;
    if (!mode || mode.push === 'onRequest') return;
    const count = countOf(plan, world);
    if (count === undefined) {
      if (plan.targets?.all) yield { notKnown: 'how many devices the product has' };
      return;
    }
    const batches = Math.ceil(count / limits.devicesInProgress);
    const needed = batches * limits.pushTickMinutes;
    if (batches < 2 || needed > 60 * 24 * 400) return;
    const openFor =
      mode.push === 'any'
        ? available
        : windowOpenings(mode.push, zone, startAt, Math.min(endAt, startAt + 400 * 1440 * minute))
            .flatMap(({ stretches }) => stretches)
            .reduce((sum, { from, to }) => sum + (to - from) / minute, 0);
    if (needed <= openFor) return;
    const at = { ...placeOf(node, 'start'), end: placeOf(node, 'end').end };
    const message = `${counted(count, 'device')}, ${limits.devicesInProgress.toLocaleString('en-US')} at a time and one push in ${limits.pushTickMinutes} min, take ${duration(needed)} at the least; pushes are open for ${duration(openFor)}. Lengthen the period, or make several plans.`;
    yield { at, message };
  },
});

/** Minutes after the start at which each wave opens at the earliest. */
function waits({ waves }: PlanMeaning): number[] {
  let sum = 0;
  return waves.steps.map(({ waitMinutes }) => {
    const opens = sum;
    sum += waitMinutes;
    return opens;
  });
}

function countOf(plan: PlanMeaning, world: World): number | undefined {
  if (!plan.targets) return undefined;
  if (!plan.targets.all) return plan.targets.known ? plan.targets.remaining.length : undefined;
  const fleet = fleetOf(plan, world);
  return fleet && [...devicesOf(plan, fleet)].length;
}

function duration(minutes: number): string {
  if (minutes < 60) return `${Math.round(minutes)} min`;
  if (minutes < 2880) return `${+(minutes / 60).toFixed(1)} h`;
  return `${+(minutes / 1440).toFixed(1)} days`;
}
