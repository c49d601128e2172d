import { placeOf, placeOfKeyword } from '../../syntax/source.ts';
import { rule } from '../rule.ts';
import { counted, shown, some } from '../wording.ts';
import { devicesOf, fleetOf, versionsIn } from './fleet.ts';

const day = 24 * 3_600_000;
const notKnown = 'the devices that Developer Center knows';

export const onl007 = rule({
  code: 'ONL007',
  severity: 'warning',
  title: 'Devices not known there',
  sentence: 'Listed devices should be registered at Developer Center.',
  why: 'They are not upgraded, and nobody is told.',
  bad: 'targets { include "866123049999999" } // not registered',
  good: 'targets { include "866123040000013" } // registered',
  on: 'plan',
  needsCatalogue: true,
  *check(plan, { world }) {
    if (!plan.targets || !plan.product) return;
    const fleet = fleetOf(plan, world);
    if (!fleet) {
      if (!plan.targets.all) yield { notKnown };
      return;
    }
    for (const { node, key, devices } of plan.targets.include) {
      const keys = key === undefined ? new Set(devices?.keys) : new Set([key]);
      const missing = [...keys].filter((each) => !fleet.has(each));
      if (missing.length === 0) continue;
      const message = `Developer Center does not know ${counted(missing.length, 'of these devices', 'of these devices')}: ${some(missing)}. Register them, or take them off the list.`;
      yield { at: placeOf(node), message };
    }
  },
});

export const onl008 = rule({
  code: 'ONL008',
  severity: 'warning',
  title: 'Versions outside `from`',
  sentence: 'The versions that devices report should be in `from`.',
  why: 'Devices with other versions get no plan, and stay at Plan Not Received.',
  bad: 'upgrade modem to "2.4.0" from "2.3.0" // and devices report 2.2.0',
  good: 'upgrade modem to "2.4.0" from "2.2.0", "2.3.0"',
  on: 'plan',
  needsCatalogue: true,
  *check(plan, { world }) {
    const fleet = fleetOf(plan, world);
    for (const { node, component, target, sources } of plan.upgrades) {
      if (!component || sources.length === 0) continue;
      if (!fleet) {
        yield { notKnown: 'the versions that devices report' };
        return;
      }
      const wanted = new Set([...sources, target]);
      const outside = versionsIn(plan, fleet, component.identifier).filter(([version]) => !wanted.has(version));
      if (outside.length === 0) continue;
      const total = outside.reduce((sum, [, count]) => sum + count, 0);
      const distribution = some(
        outside.map(([version, count]) => `${shown(version)} ${count.toLocaleString('en-US')}`),
      );
      const [first, last] = [node.sources[0], node.sources.at(-1)];
      const at = first && last ? { ...placeOf(first), end: placeOf(last).end } : placeOf(node, 'target');
      const message = `${counted(total, 'device')} report other versions of \`${component.name}\` and get no plan: ${distribution}. Add those versions, or exclude the devices.`;
      yield { at, message };
    }
  },
});

export const onl009 = rule({
  code: 'ONL009',
  severity: 'information',
  title: 'Devices long offline',
  sentence: 'Devices of a plan should have been online in the last 30 days.',
  why: 'They will hardly be reached, and count as not upgraded to the end.',
  bad: 'targets { include pilot } // half of them lie in a drawer',
  good: 'targets { include berlin } // all of them in use',
  on: 'plan',
  needsCatalogue: true,
  *check(plan, { world }) {
    if (!plan.targets || !plan.product) return;
    const fleet = fleetOf(plan, world);
    if (!fleet) {
      yield { notKnown };
      return;
    }
    const offline: string[] = [];
    for (const [key, { lastSeen }] of devicesOf(plan, fleet)) {
      if (lastSeen === null || lastSeen < world.now - 30 * day) offline.push(key);
    }
    if (offline.length === 0) return;
    const message = `${counted(offline.length, 'device')} of the plan ${offline.length === 1 ? 'was' : 'were'} not online in the last 30 days: ${some(offline)}.`;
    yield { at: placeOfKeyword(plan.targets.node, 'targets'), message };
  },
});

export const ver010 = rule({
  code: 'VER010',
  severity: 'warning',
  title: 'No way to the target',
  sentence: 'From every version in the fleet some package should lead towards the target.',
  why: 'Delta packages fit one version each. Devices with any other stay where they are.',
  bad: 'upgrade main_mcu to "1.9.0" from "1.8.3" using delta // and devices report 1.7.0',
  good: 'upgrade main_mcu to "1.9.0" from "1.8.3" using delta // and another package leads from 1.7.0 to 1.8.3',
  on: 'plan',
  needsCatalogue: true,
  *check(plan, { workspace, world }) {
    const fleet = fleetOf(plan, world);
    for (const { node, component, target, delta } of plan.upgrades) {
      if (!component || !delta) continue;
      const type = component.type === 'mcu' ? 'mcu' : 'module';
      const there = world.catalogue?.packages(type);
      if (!fleet || there?.kind !== 'good') {
        yield { notKnown: 'the versions that devices report and the packages that are there' };
        return;
      }
      const declared = workspace.visible(plan.file).packages.filter((each) => each.type === type);
      const packages = [
        ...there.value.map(({ version, sourceVersion }) => ({ version, source: sourceVersion })),
        ...declared.map(({ version = '', source }) => ({ version, source })),
      ];
      const leading = versionsTowards(target, packages);
      if (leading === 'any') continue;
      const stuck = versionsIn(plan, fleet, component.identifier).filter(([version]) => !leading.has(version));
      if (stuck.length === 0) continue;
      const total = stuck.reduce((sum, [, count]) => sum + count, 0);
      const distribution = some(stuck.map(([version, count]) => `${shown(version)} ${count.toLocaleString('en-US')}`));
      const message = `No package leads to ${shown(target)} for ${counted(total, 'device')}: ${distribution}. Upload a full package, or deltas from those versions.`;
      yield { at: placeOf(node, 'target'), message };
    }
  },
});

/** The versions from which packages lead, in any number of steps, to a target; `any` when a full package is on the way. */
function versionsTowards(
  target: string,
  packages: readonly { readonly version: string; readonly source: string | null }[],
): ReadonlySet<string> | 'any' {
  const into = Map.groupBy(packages, ({ version }) => version);
  const leading = new Set([target]);
  for (const version of leading) {
    for (const { source } of into.get(version) ?? []) {
      if (source === null) return 'any';
      leading.add(source);
    }
  }
  return leading;
}
