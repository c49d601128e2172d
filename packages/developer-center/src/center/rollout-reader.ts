import type {
  DeviceComponent,
  LogLine,
  listComponentLog,
  listPlanDevices,
  ParsedQueryOf,
  PlanDevice,
  PlanStatistics,
} from '@otaplan/api';
import type { PlanDeviceRow, PlanRecord } from '../store/plans.ts';
import { storableText } from '../store/rows/text.ts';
import { type Parts, planOf } from './parts.ts';
import { ProblemError } from './problem-error.ts';
import { timelineOf } from './timeline.ts';

const pageSize = 100;
const causes = 50;
/** Failed devices that the statistics look at for examples. */
const lookedAtForExamples = 1000;

const instantOrNull = (at: number | null) => (at === null ? null : new Date(at).toISOString());

/** What can be read of a rollout: devices, components, logs, statistics. */
export class RolloutReader {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async devices(planId: string, query: ParsedQueryOf<typeof listPlanDevices>) {
    const plan = await planOf(this.#parts.store, planId);
    if (plan.status === 'inactivated') return { items: [], nextCursor: null };
    const { limit = pageSize, cursor, ...filter } = query;
    const page = await this.#parts.store.plans.listPlanDevices(planId, filter, limit, rowCursor(cursor));
    const now = this.#parts.clock.now();
    return { items: page.items.map((device) => deviceOf(device, now)), nextCursor: page.nextCursor };
  }

  async device(planId: string, deviceKey: string): Promise<PlanDevice> {
    const { row } = await this.#find(planId, deviceKey);
    return deviceOf(row, this.#parts.clock.now());
  }

  async components(planId: string, deviceKey: string): Promise<{ items: DeviceComponent[] }> {
    const { plan, row } = await this.#find(planId, deviceKey);
    return { items: componentsOf(plan, row) };
  }

  async log(planId: string, deviceKey: string, query: ParsedQueryOf<typeof listComponentLog>) {
    const { plan } = await this.#find(planId, deviceKey);
    const { limit = pageSize, cursor, after = 0, component } = query;
    const names = plan.document.components.map(({ identifier }) => identifier);
    const place = component === undefined ? null : names.indexOf(component);
    if (place === -1) throw new ProblemError('not-found', `The plan has no component ${component}.`);
    const from = Math.max(after, Number(rowCursor(cursor) ?? 0));
    const found = await this.#parts.store.plans.componentLog(planId, deviceKey, place, from, limit + 1);
    const items: LogLine[] = found.slice(0, limit).map((line) => ({
      id: line.id,
      time: new Date(line.time).toISOString(),
      component: names[line.component] ?? '',
      attempt: line.attempt,
      cause: line.cause,
      text: line.text,
      reported: line.reported,
    }));
    return { items, nextCursor: found.length > limit ? String(items.at(-1)?.id) : null };
  }

  async statistics(planId: string): Promise<PlanStatistics> {
    const plan = await planOf(this.#parts.store, planId);
    const { mode, waves } = plan.document;
    const { steps, halt } = waves;
    const points = await this.#parts.store.plans.timeline(planId);
    return {
      failures: await this.#failures(plan),
      components: plan.document.components.map(({ identifier }, index) => ({
        identifier,
        statuses: { ...plan.counts.components[index] },
      })),
      timeline: timelineOf(points, plan.state.activatedAt).map(({ time, upgraded, failed }) => ({
        time: new Date(time).toISOString(),
        upgraded,
        upgradeFailed: failed,
      })),
      waves: steps.map((step, index) => ({
        percent: step.percent,
        devices: plan.counts.waves[index] ?? 0,
        openedAt: instantOrNull(plan.state.waveOpenedAt[index] ?? null),
      })),
      push: mode.push,
      halt,
    };
  }

  async #failures(plan: PlanRecord): Promise<PlanStatistics['failures']> {
    const byCause = new Map<string, string[]>();
    let cursor: string | null = null;
    const { plans } = this.#parts.store;
    if (plan.status === 'inactivated') return [];
    // They are counted; devices are looked at for examples alone.
    for (let seen = 0; seen < lookedAtForExamples; ) {
      const page = await plans.listPlanDevices(plan.id, { status: 'upgradeFailed' }, 500, cursor);
      for (const { deviceKey, state } of page.items) {
        // Those behind the first that failed did so with it: their cause would only hide the one that matters.
        const cause = storableText(state.components.find(({ status }) => status === 'upgradeFailed')?.cause ?? '');
        const known = byCause.get(cause) ?? [];
        if (known.length < 5) known.push(deviceKey);
        byCause.set(cause, known);
      }
      seen += page.items.length;
      cursor = page.nextCursor;
      if (cursor === null) break;
    }
    const counted = await plans.failureCauses(plan.id);
    const failures = counted.map(({ cause, devices }) => ({
      cause,
      components: devices,
      devices: byCause.get(cause) ?? [],
    }));
    return failures.sort((a, b) => b.components - a.components).slice(0, causes);
  }

  async #find(planId: string, deviceKey: string): Promise<{ plan: PlanRecord; row: PlanDeviceRow }> {
    const plan = await planOf(this.#parts.store, planId);
    const row = plan.status === 'inactivated' ? null : await this.#parts.store.plans.findPlanDevice(planId, deviceKey);
    if (!row) throw new ProblemError('not-found', `The plan has no device ${deviceKey}.`);
    return { plan, row };
  }
}

export function deviceOf({ deviceKey, status, onlineUntil, wave, state }: PlanDeviceRow, now: number): PlanDevice {
  return {
    deviceKey,
    status,
    online: onlineUntil > now,
    startedAt: instantOrNull(state.startedAt),
    endedAt: instantOrNull(state.endedAt),
    wave,
    cause: state.cause,
  };
}

export function componentsOf(plan: PlanRecord, { state }: PlanDeviceRow): DeviceComponent[] {
  return plan.document.components.map(({ identifier, type, target }, index) => {
    const component = state.components[index];
    return {
      identifier,
      type,
      sourceVersion: component?.source ?? null,
      targetVersion: target,
      status: component?.status ?? 'planNotReceived',
      progress: component?.progress ?? 0,
      attempts: component?.attempt ?? 0,
      updatedAt: instantOrNull(component?.updatedAt ?? null),
    };
  });
}

/** Cursors are opaque to callers; ours are row numbers. @throws ProblemError invalid-request */
export function rowCursor(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  if (!/^\d{1,15}$/.test(cursor)) throw new ProblemError('invalid-request', 'The cursor is not one of this list.');
  return cursor;
}
