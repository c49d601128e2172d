import { planStatusNames } from '@otaplan/model';
import type { Clock, RandomBytes } from '../clock.ts';
import type { Store } from '../store/store.ts';
import { Activation } from './activation.ts';
import type { Center, FileUrl } from './center.ts';
import { Changes } from './changes.ts';
import { DeviceDesk } from './device-desk.ts';
import { EndUserDesk } from './end-user-desk.ts';
import { overviewOf } from './overview.ts';
import { answered, type Parts, planOf } from './parts.ts';
import { PlanDesk } from './plan-desk.ts';
import { PreviewDesk } from './preview-desk.ts';
import { ProblemError } from './problem-error.ts';
import { RetryDesk } from './retry-desk.ts';
import { Rollout } from './rollout.ts';
import { RolloutReader, rowCursor } from './rollout-reader.ts';

const pageSize = 100;

export interface CenterOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Where a device gets a file of a package. */
  readonly fileUrl: FileUrl;
  /** Version of the zone data in use (`process.versions.tz`). */
  readonly zoneData?: string;
}

/** Puts the application together. It starts no timer: somebody calls `runDue` (`Scheduler`). */
export function openCenter(options: CenterOptions): Center {
  const { store, clock, random, fileUrl, zoneData = process.versions['tz'] ?? 'unknown' } = options;
  const changes = new Changes();
  const parts: Parts = { store, clock, randomBytes: random, fileUrl, changes, zoneData };
  const activation = new Activation(parts);
  const rollout = new Rollout(parts);
  const plans = new PlanDesk(parts, activation, rollout);
  const reader = new RolloutReader(parts);
  const devices = new DeviceDesk(parts);
  const retries = new RetryDesk(parts);
  const endUsers = new EndUserDesk(parts);
  const previews = new PreviewDesk(parts, activation);

  return {
    changes,
    listPlans: (account, query) =>
      answered(
        (async () => {
          const { name, product, status, limit = pageSize, cursor } = query;
          if (status !== undefined && !planStatusNames.some((known) => known === status)) {
            return { items: [], nextCursor: null };
          }
          const page = await store.plans.listPlans(account, { name, product, status }, limit, rowCursor(cursor));
          return { items: page.items.map(overviewOf), nextCursor: page.nextCursor };
        })(),
      ),
    createPlan: ({ document }, who) => answered(plans.create(document, who)),
    getPlan: (planId) => answered(plans.detail(planId)),
    getPlanSummary: async (planId) => overviewOf(await answered(planOf(store, planId))),
    watchPlan: async (planId) => {
      const plan = await answered(store.plans.findPlan(planId));
      return plan && { account: plan.account, overview: overviewOf(plan) };
    },
    updatePlan: (planId, { document }, revision, who) => answered(plans.update(planId, document, revision, who)),
    updatePlanTexts: (planId, { texts }, revision, who) => answered(plans.updateTexts(planId, texts, revision, who)),
    deletePlan: (planId, revision, who) => answered(plans.delete(planId, revision, who)),
    activatePlan: (planId, { revision }, who) => answered(plans.activate(planId, revision, who)),
    suspendPlan: (planId, { revision }, who) => answered(plans.suspend(planId, revision, who)),
    suspendPlans: (account, who) => answered(plans.suspendAll(account, who)),
    resumePlan: (planId, { revision }, who) => answered(plans.resume(planId, revision, who)),
    terminatePlan: (planId, { revision }, who) => answered(plans.terminate(planId, revision, who)),
    previewPlan: ({ document }) => answered(previews.preview(document)),

    listPlanDevices: (planId, query) => answered(reader.devices(planId, query)),
    getPlanDevice: (planId, deviceKey) => answered(reader.device(planId, deviceKey)),
    listDeviceComponents: (planId, deviceKey) => answered(reader.components(planId, deviceKey)),
    listComponentLog: (planId, deviceKey, query) => answered(reader.log(planId, deviceKey, query)),
    retryPlan: (planId, body, who) => answered(retries.retry(planId, body, who)),
    getPlanStatistics: (planId) => answered(reader.statistics(planId)),

    registerProducts: async (account, { products }, who) => {
      const counts = await answered(store.registry.registerProducts(account, products, who, clock.now()));
      if ('foreign' in counts)
        throw new ProblemError('product-unknown', `The product key ${counts.foreign} is not one that you may use.`);
      return counts;
    },
    registerDevices: async (productKey, { devices: given }, who) => {
      const counts = await answered(store.registry.registerDevices(productKey, given, who, clock.now()));
      if (!counts) throw new ProblemError('product-unknown', `There is no product ${productKey}.`);
      return counts;
    },
    listAudit: async (account, { limit = pageSize, cursor }) => {
      const page = await answered(store.registry.listAudit(account, limit, rowCursor(cursor)));
      const items = page.items.map(({ account: _, ...entry }) => ({
        ...entry,
        time: new Date(entry.time).toISOString(),
      }));
      return { items, nextCursor: page.nextCursor };
    },

    deviceReports: (device, reports) => answered(devices.reports(device, reports)),
    planMessage: (device, origin) => answered(devices.message(device, origin)),
    deviceSeen: (device) => answered(devices.seen(device)),
    deviceLeft: (device) => answered(devices.left(device)),
    endUserView: (device, planId) => answered(endUsers.view(device, planId)),
    endUserAct: (device, planId, action, who) => answered(endUsers.act(device, planId, action, who)),
    setAutoUpgrade: async (device, on) => {
      const known = await answered(store.registry.setAutoUpgrade(device.productKey, device.deviceKey, on));
      if (!known) throw new ProblemError('not-found', `There is no device ${device.deviceKey}.`);
    },
    autoUpgrade: async ({ productKey, deviceKey }) => {
      const device = await answered(store.registry.findDevice(productKey, deviceKey));
      if (!device) throw new ProblemError('not-found', `There is no device ${deviceKey}.`);
      return device.autoUpgrade;
    },
    runDue: (watchedSince) => rollout.runDue(watchedSince),
  };
}
