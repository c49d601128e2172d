import {
  activatePlan,
  closeAccount,
  createAccessKey,
  createPackage,
  createPlan,
  deleteAccount,
  deletePackage,
  deletePlan,
  getCloudDeviceResource,
  getPackage,
  getPlan,
  getPlanDevice,
  getPlanStatistics,
  getPlanSummary,
  getServerInfo,
  type KeyRole,
  listAccessKeys,
  listAccounts,
  listAudit,
  listCloudDevices,
  listComponentLog,
  listDeviceComponents,
  listPackages,
  listPlanDevices,
  listPlans,
  listProducts,
  type NewPackage,
  openAccount,
  type PlanOverview,
  previewPlan,
  type QueryOf,
  type RetryRequest,
  registerDevices,
  registerProducts,
  reopenAccount,
  resumePlan,
  retryPlan,
  revokeAccessKey,
  rotateAccessKey,
  suspendPlan,
  terminatePlan,
  updatePlan,
  updatePlanTexts,
  type VersionPackage,
  verifyPackage,
} from '@otaplan/api';
import { nameIdentity, type Plan } from '@otaplan/model';
import { type EventsOptions, events } from './events.ts';
import { cloudItems, items } from './paging.ts';
import { type LocalFile, uploadFile } from './upload.ts';
import { createWire, type WireOptions } from './wire.ts';

/** Options that every verb takes. */
export interface VerbOptions {
  readonly signal?: AbortSignal | undefined;
}
export interface CreateOptions extends VerbOptions {
  readonly idempotencyKey?: string;
}
export interface ActionOptions extends VerbOptions {
  /** The revision that was seen: another one is refused as stale. */
  readonly revision?: number;
}
export type PlanDeed = 'activate' | 'suspend' | 'resume' | 'terminate';
type NewPackageInput = (typeof NewPackage)['_input'];
type RetryInput = (typeof RetryRequest)['_input'];
const deeds = { activate: activatePlan, suspend: suspendPlan, resume: resumePlan, terminate: terminatePlan } as const;

export type Client = ReturnType<typeof createClient>;

/**
 * The verbs of one Developer Center. Every one throws a `ClientError` that says by name what went wrong; lists are read page by
 * page as they are iterated. Throws a TypeError when `server` is not an http or https address.
 */
export function createClient(options: WireOptions) {
  const wire = createWire(options);
  /** The document's type is the model's; the wire's is the same with arrays that may be written to. */
  const bodyOf = (document: Plan) => ({
    document: document as unknown as (typeof createPlan.body & object)['_input']['document'],
  });

  const plans = {
    list: (query: QueryOf<typeof listPlans> = {}, { signal }: VerbOptions = {}) =>
      items(wire, listPlans, { query, signal }),
    /** One page and its ETag, for who reads again and again. */
    page: (query: QueryOf<typeof listPlans>, ifNoneMatch?: string, { signal }: VerbOptions = {}) =>
      wire.exchange(listPlans, { query, ifNoneMatch, signal }),
    get: (planId: string, { signal }: VerbOptions = {}) => wire.call(getPlan, { params: { planId }, signal }),
    summary: (planId: string, { signal }: VerbOptions = {}) =>
      wire.call(getPlanSummary, { params: { planId }, signal }),
    /** The plan of a name, or `null`; names are compared as the account does. */
    async find(name: string, { signal }: VerbOptions = {}): Promise<PlanOverview | null> {
      for await (const overview of items(wire, listPlans, { query: { name }, signal })) {
        if (nameIdentity(overview.plan.name) === nameIdentity(name)) return overview;
      }
      return null;
    },
    create: (document: Plan, { signal, idempotencyKey }: CreateOptions = {}) =>
      wire.call(createPlan, { body: bodyOf(document), signal, ...(idempotencyKey ? { idempotencyKey } : {}) }),
    update: (planId: string, revision: number, document: Plan, { signal }: VerbOptions = {}) =>
      wire.call(updatePlan, { params: { planId }, body: bodyOf(document), revision, signal }),
    updateTexts: (
      planId: string,
      revision: number,
      texts: Readonly<Record<string, string>>,
      { signal }: VerbOptions = {},
    ) => wire.call(updatePlanTexts, { params: { planId }, body: { texts: { ...texts } }, revision, signal }),
    delete: (planId: string, revision: number, { signal }: VerbOptions = {}) =>
      wire.call(deletePlan, { params: { planId }, revision, signal }),
    act: (deed: PlanDeed, planId: string, { signal, revision }: ActionOptions = {}) =>
      wire.call(deeds[deed], { params: { planId }, body: revision === undefined ? {} : { revision }, signal }),
    preview: (document: Plan, { signal }: VerbOptions = {}) =>
      wire.call(previewPlan, { body: bodyOf(document), harmless: true, signal }),
    retry: (planId: string, body: RetryInput, { signal }: VerbOptions = {}) =>
      wire.call(retryPlan, { params: { planId }, body, signal }),
    statistics: (planId: string, { signal }: VerbOptions = {}) =>
      wire.call(getPlanStatistics, { params: { planId }, signal }),
    devices: (planId: string, query: QueryOf<typeof listPlanDevices> = {}, { signal }: VerbOptions = {}) =>
      items(wire, listPlanDevices, { params: { planId }, query, signal }),
    devicePage: (planId: string, query: QueryOf<typeof listPlanDevices>, { signal }: VerbOptions = {}) =>
      wire.call(listPlanDevices, { params: { planId }, query, signal }),
    device: (planId: string, deviceKey: string, { signal }: VerbOptions = {}) =>
      wire.call(getPlanDevice, { params: { planId, deviceKey }, signal }),
    components: async (planId: string, deviceKey: string, { signal }: VerbOptions = {}) =>
      (await wire.call(listDeviceComponents, { params: { planId, deviceKey }, signal })).items,
    log: (
      planId: string,
      deviceKey: string,
      query: QueryOf<typeof listComponentLog> = {},
      { signal }: VerbOptions = {},
    ) => items(wire, listComponentLog, { params: { planId, deviceKey }, query, signal }),
  };

  const packages = {
    list: (query: QueryOf<typeof listPackages> = {}, { signal }: VerbOptions = {}) =>
      items(wire, listPackages, { query, signal }),
    get: (packageId: string, { signal }: VerbOptions = {}) => wire.call(getPackage, { params: { packageId }, signal }),
    /** The package of a component type, target version and source version (`null`: full), or `null`. */
    async find(
      wanted: { type: VersionPackage['type']; version: string; sourceVersion: string | null },
      { signal }: VerbOptions = {},
    ): Promise<VersionPackage | null> {
      const query = { type: wanted.type, version: wanted.version, sourceVersion: wanted.sourceVersion ?? '' };
      for await (const found of items(wire, listPackages, { query, signal })) {
        const same = found.type === wanted.type && found.version === wanted.version;
        if (same && found.sourceVersion === wanted.sourceVersion) return found;
      }
      return null;
    },
    create: (body: NewPackageInput, { signal, idempotencyKey }: CreateOptions = {}) =>
      wire.call(createPackage, { body, signal, ...(idempotencyKey ? { idempotencyKey } : {}) }),
    upload: (packageId: string, file: LocalFile, upload: Parameters<typeof uploadFile>[3] = {}) =>
      uploadFile(wire, packageId, file, upload),
    delete: (packageId: string, { signal }: VerbOptions = {}) =>
      wire.call(deletePackage, { params: { packageId }, signal }),
    verify: (
      packageId: string,
      device: { productKey: string; deviceKey: string; identifier: string },
      { signal }: VerbOptions = {},
    ) => wire.call(verifyPackage, { params: { packageId }, body: device, signal }),
  };

  return {
    /** Origin of the server, to be shown. */
    server: wire.origin,
    /** The calls underneath, for what has no verb. */
    wire,
    plans,
    packages,
    serverInfo: ({ signal }: VerbOptions = {}) => wire.call(getServerInfo, { signal }),
    products: ({ signal }: VerbOptions = {}) => cloudItems(wire, listProducts, { signal }),
    devices: (productKey: string, { signal }: VerbOptions = {}) =>
      cloudItems(wire, listCloudDevices, { query: { productKey }, signal }),
    /** What a device last reported of itself. */
    deviceResource: async (productKey: string, deviceKey: string, { signal }: VerbOptions = {}) =>
      (await wire.call(getCloudDeviceResource, { query: { productKey, deviceKey }, signal })).data ?? null,
    registerProducts: (products: { productKey: string; name: string }[], { signal }: VerbOptions = {}) =>
      wire.call(registerProducts, { body: { products }, harmless: true, signal }),
    registerDevices: (
      productKey: string,
      devices: { deviceKey: string; name?: string; secretSha256?: string }[],
      { signal }: VerbOptions = {},
    ) => wire.call(registerDevices, { params: { productKey }, body: { devices }, harmless: true, signal }),
    /** Access keys of the account; a new one's secret is told once. */
    keys: {
      list: ({ signal }: VerbOptions = {}) => items(wire, listAccessKeys, { signal }),
      create: (name: string, role: KeyRole, { signal }: VerbOptions = {}) =>
        wire.call(createAccessKey, { body: { name, role }, signal }),
      /** @param overlapMinutes how long both keys open; a day when not given */
      rotate: (accessKey: string, overlapMinutes?: number, { signal }: VerbOptions = {}) =>
        wire.call(rotateAccessKey, {
          params: { accessKey },
          body: overlapMinutes === undefined ? {} : { overlapMinutes },
          signal,
        }),
      revoke: (accessKey: string, { signal }: VerbOptions = {}) =>
        wire.call(revokeAccessKey, { params: { accessKey }, signal }),
    },
    /** Accounts, for the owners of the first. */
    accounts: {
      list: ({ signal }: VerbOptions = {}) => items(wire, listAccounts, { signal }),
      open: (name: string, { signal }: VerbOptions = {}) => wire.call(openAccount, { body: { name }, signal }),
      close: (accountId: string, { signal }: VerbOptions = {}) =>
        wire.call(closeAccount, { params: { accountId }, signal }),
      reopen: (accountId: string, { signal }: VerbOptions = {}) =>
        wire.call(reopenAccount, { params: { accountId }, signal }),
      delete: (accountId: string, { signal }: VerbOptions = {}) =>
        wire.call(deleteAccount, { params: { accountId }, signal }),
    },
    audit: ({ signal }: VerbOptions = {}) => items(wire, listAudit, { signal }),
    events: (stream: EventsOptions) => events(wire, stream),
    close: () => wire.close(),
  };
}
