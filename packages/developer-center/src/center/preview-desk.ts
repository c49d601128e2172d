import type { PlanPreview } from '@otaplan/api';
import { expectedWaveSizes, formatLocal, type Plan, waveOf, windowOpenings } from '@otaplan/model';
import { match } from '../engine/index.ts';
import type { ReportedVersion } from '../store/registry.ts';
import { type Activation, conflictDetail, noDevicesDetail, overDetail } from './activation.ts';
import { neededPackages } from './needed-packages.ts';
import type { Parts } from './parts.ts';
import { checkPlan } from './plan-rules.ts';
import { ProblemError } from './problem-error.ts';

const unknownNamed = 20;
const windowsShown = 400;
/** Up to this many devices each is put into its wave; of more the shares are told. */
const wavesCounted = 50_000;

/** What a plan would do if it were activated now; nothing is saved. */
export class PreviewDesk {
  readonly #parts: Parts;
  readonly #activation: Activation;

  constructor(parts: Parts, activation: Activation) {
    this.#parts = parts;
    this.#activation = activation;
  }

  async preview(plan: Plan): Promise<PlanPreview> {
    const { store, clock, zoneData } = this.#parts;
    const errors = checkPlan(plan, zoneData);
    if (errors.length > 0) throw new ProblemError('plan-invalid', errors[0]?.detail, errors);
    const product = await store.registry.findProduct(plan.product);
    if (!product) {
      throw new ProblemError('product-unknown', `There is no product ${plan.product}.`);
    }
    const now = clock.now();
    const devices = await this.#devices(plan, now);
    const conflicts = await this.#activation.conflicts(plan);
    const packages = await neededPackages(store.packages, product.account, plan.components);
    const deployed = await store.plans.findPlanByName(product.account, plan.name);
    const refusals: PlanPreview['refusals'] = [];
    if (now >= Date.parse(plan.effective.endUtc)) refusals.push({ problem: 'period-over', detail: overDetail(plan) });
    for (const { problem } of packages) if (problem) refusals.push({ problem: problem.name, detail: problem.detail });
    for (const each of conflicts) refusals.push({ problem: 'plan-conflict', detail: conflictDetail(each) });
    if (devices.matched === 0) refusals.push({ problem: 'no-devices', detail: noDevicesDetail(plan) });
    return {
      devices: {
        matched: devices.matched,
        unknown: devices.unknown,
        unknownFirst: devices.unknownFirst,
        excluded: devices.excluded,
        online: devices.online,
      },
      components: versionsOf(plan, devices.groups),
      conflicts: conflicts.flatMap(({ plan: other, identifiers, devices: count }) =>
        identifiers.map((identifier) => ({
          planId: other.id,
          planName: other.document.name,
          identifier,
          devices: count,
        })),
      ),
      packages: packages.map(({ identifier, version, sourceVersion, problem }) => ({
        identifier,
        version,
        sourceVersion,
        present: problem === null,
      })),
      windows: windowsOf(plan, now),
      waves: wavesOf(plan, devices, now),
      zoneData,
      refusals,
      deployed: deployed && {
        id: deployed.id,
        status: deployed.status,
        revision: deployed.revision,
        digest: deployed.document.digest,
      },
    };
  }

  async #devices(plan: Plan, now: number) {
    const { store } = this.#parts;
    const { include, exclude, all } = plan.targets;
    const texts = new Map<string, number>();
    const keys: string[] = [];
    const listed = new Set(include);
    let [matched, online] = [0, 0];
    for await (const devices of this.#activation.targets(plan)) {
      for (const device of devices) {
        matched++;
        if (device.onlineUntil > now) online++;
        texts.set(device.versions, (texts.get(device.versions) ?? 0) + 1);
        if (keys.length <= wavesCounted) keys.push(device.deviceKey);
        listed.delete(device.deviceKey);
      }
    }
    let excluded = 0;
    const wanted = new Set(include);
    for (const key of exclude) {
      if (!all && !wanted.has(key)) continue;
      listed.delete(key);
      const [found] = await store.plans.targetDevices(plan.product, { key }, Number.MAX_SAFE_INTEGER, 1);
      if (found) excluded++;
    }
    const groups = [...texts].map(([text, count]) => ({ versions: store.plans.readVersions(text), devices: count }));
    return {
      matched,
      online,
      excluded,
      groups,
      keys,
      unknown: listed.size,
      unknownFirst: [...listed].slice(0, unknownNamed),
    };
  }
}

interface Group {
  readonly versions: readonly ReportedVersion[];
  readonly devices: number;
}

const ways = { upgrade: 'upgrade', atTarget: 'atTarget', noWay: 'noWay', notReported: 'notReported' } as const;

function versionsOf(plan: Plan, groups: readonly Group[]): PlanPreview['components'] {
  return plan.components.map((component) => {
    const { identifier, type, target } = component;
    const counts = new Map<string | null, number>();
    for (const { versions, devices } of groups) {
      const version = versions.find((v) => v.identifier === identifier && v.type === type)?.version ?? null;
      counts.set(version, (counts.get(version) ?? 0) + devices);
    }
    const versions = [...counts]
      .map(([version, devices]) => ({ version, devices, way: ways[match(component, version).way] }))
      .sort((a, b) => b.devices - a.devices);
    return { identifier, target, versions };
  });
}

function windowsOf({ mode, effective }: Plan, now: number): PlanPreview['windows'] {
  if (typeof mode.push !== 'object') return [];
  const { zone } = effective;
  const start = Math.max(now, Date.parse(effective.startUtc));
  const openings = windowOpenings(mode.push, zone, start, Date.parse(effective.endUtc));
  return openings
    .flatMap(({ date, stretches, minutes, nominalMinutes }) => {
      const clockChange = minutes !== nominalMinutes;
      return stretches.map(({ from, to }) => ({
        date,
        local: `${formatLocal(from, zone)} to ${formatLocal(to, zone)}`,
        fromUtc: new Date(from).toISOString(),
        toUtc: new Date(to).toISOString(),
        minutes: (to - from) / 60_000,
        clockChange,
      }));
    })
    .slice(0, windowsShown);
}

function wavesOf(plan: Plan, found: { matched: number; keys: readonly string[] }, now: number): PlanPreview['waves'] {
  const { steps } = plan.waves;
  let sizes = expectedWaveSizes(plan.waves, found.matched);
  if (found.matched <= wavesCounted) {
    sizes = steps.map(() => 0);
    for (const key of found.keys) {
      const wave = waveOf(plan.waves, plan.name, key);
      sizes[wave] = (sizes[wave] ?? 0) + 1;
    }
  }
  let opens = Math.max(now, Date.parse(plan.effective.startUtc));
  return steps.map(({ percent, waitMinutes }, index) => {
    const wave = { percent, devices: sizes[index] ?? 0, opensUtc: new Date(opens).toISOString() };
    opens += waitMinutes * 60_000;
    return wave;
  });
}
