import { componentStatusNames, deviceStatusNames, limits } from '@otaplan/model';
import * as z from 'zod';
import { endpoint } from './endpoint.ts';
import { exampleIds } from './example-values.ts';
import { PushWindow } from './plan-document.ts';
import { deviceStatusFilter, PlanId } from './plans.ts';
import { ComponentType, DeviceKey, Instant, openEnum, PageQuery, page } from './scalars.ts';

const tag = 'Rollout';

export const PlanDevice = z
  .object({
    deviceKey: z.string(),
    status: openEnum(deviceStatusNames),
    online: z.boolean(),
    /** First component received the plan. */
    startedAt: Instant.nullable(),
    /** Every component is done or one failed for good. */
    endedAt: Instant.nullable(),
    wave: z.int(),
    /** Why it failed, or why nothing was issued yet. */
    cause: z.string().nullable(),
  })
  .meta({ id: 'PlanDevice' });
export type PlanDevice = z.infer<typeof PlanDevice>;

export const DeviceComponent = z
  .object({
    identifier: z.string(),
    type: ComponentType,
    sourceVersion: z.string().nullable(),
    targetVersion: z.string(),
    status: openEnum(componentStatusNames),
    /** Percent of the step under way. */
    progress: z.int().min(0).max(100),
    attempts: z.int(),
    updatedAt: Instant.nullable(),
  })
  .meta({ id: 'DeviceComponent' });
export type DeviceComponent = z.infer<typeof DeviceComponent>;

export const logCauses = ['device', 'platform', 'user', 'schedule'] as const;
export const LogLine = z
  .object({
    /** Grows along a component's log; the cursor for "after". */
    id: z.int(),
    time: Instant,
    component: z.string(),
    attempt: z.int(),
    cause: openEnum(logCauses),
    text: z.string(),
    /** What the device reported, for lines about a report. */
    reported: z.string().nullable(),
  })
  .meta({ id: 'LogLine' });
export type LogLine = z.infer<typeof LogLine>;

const DeviceOfPlan = PlanId.extend({ deviceKey: DeviceKey });

export const listPlanDevices = endpoint({
  id: 'listPlanDevices',
  tag,
  method: 'GET',
  path: '/ota/v1/plans/{planId}/devices',
  summary:
    'Devices of a plan in order of device key; the search text is a part of the key, the cause one of the statistics’ failures.',
  access: 'viewer',
  params: PlanId,
  query: PageQuery.extend({
    status: deviceStatusFilter.optional(),
    search: z.string().max(32).optional(),
    cause: z.string().max(500).optional(),
  }),
  reply: page(PlanDevice),
  problems: ['not-found'],
  example: { params: { planId: exampleIds.plan }, query: { status: 'upgradeFailed', limit: 100 } },
});
export const getPlanDevice = endpoint({
  id: 'getPlanDevice',
  tag,
  method: 'GET',
  path: '/ota/v1/plans/{planId}/devices/{deviceKey}',
  summary: 'One device of a plan.',
  access: 'viewer',
  params: DeviceOfPlan,
  reply: PlanDevice,
  problems: ['not-found'],
  example: { params: { planId: exampleIds.plan, deviceKey: exampleIds.device } },
});
export const listDeviceComponents = endpoint({
  id: 'listDeviceComponents',
  tag,
  method: 'GET',
  path: '/ota/v1/plans/{planId}/devices/{deviceKey}/components',
  summary: 'The components of a device, in the plan’s order.',
  access: 'viewer',
  params: DeviceOfPlan,
  reply: z.object({ items: z.array(DeviceComponent) }),
  problems: ['not-found'],
  example: { params: { planId: exampleIds.plan, deviceKey: exampleIds.device } },
});
export const listComponentLog = endpoint({
  id: 'listComponentLog',
  tag,
  method: 'GET',
  path: '/ota/v1/plans/{planId}/devices/{deviceKey}/log',
  summary: 'The log of a device’s components, oldest first. `after` resumes behind a line that was seen.',
  access: 'viewer',
  params: DeviceOfPlan,
  query: PageQuery.extend({ component: z.string().optional(), after: z.coerce.number().int().min(0).optional() }),
  reply: page(LogLine),
  problems: ['not-found'],
  example: {
    params: { planId: exampleIds.plan, deviceKey: exampleIds.device },
    query: { component: 'FOTA', after: 0 },
  },
});

export const RetryRequest = z.union([
  z.object({ devices: z.array(DeviceKey).min(1).max(10_000) }),
  z.object({ allFailed: z.literal(true) }),
]);
/** The first thousand of each are named; the totals always hold. */
export const RetryReply = z
  .object({
    accepted: z.array(z.string()),
    refused: z.array(z.object({ deviceKey: z.string(), reason: z.string() })),
    acceptedTotal: z.int(),
    refusedTotal: z.int(),
  })
  .meta({ id: 'RetryReply' });
export type RetryReply = z.infer<typeof RetryReply>;
export const retryPlan = endpoint({
  id: 'retryPlan',
  tag,
  method: 'POST',
  path: '/ota/v1/plans/{planId}/retry',
  summary: 'Retries failed devices of a silent plan: some by key, or all. Refusals are told device by device.',
  access: 'operator',
  params: PlanId,
  body: RetryRequest,
  reply: RetryReply,
  problems: ['not-found', 'retry-refused'],
  example: { params: { planId: exampleIds.plan }, body: { devices: [exampleIds.device] } },
});

/** Aggregates for a dashboard, computed by the service however many devices there are. */
export const PlanStatistics = z
  .object({
    /** Failed components by cause, most first, at most 50; of each device the one that failed first in the plan’s order. */
    failures: z.array(z.object({ cause: z.string(), components: z.int(), devices: z.array(z.string()).max(5) })),
    /** Counts of component statuses by component identifier. */
    components: z.array(z.object({ identifier: z.string(), statuses: z.record(z.string(), z.int()) })),
    /** Devices upgraded and failed so far, along time from the activation, at most 200 points: seconds apart at first. */
    timeline: z.array(z.object({ time: Instant, upgraded: z.int(), upgradeFailed: z.int() })),
    waves: z.array(z.object({ percent: z.number(), devices: z.int(), openedAt: Instant.nullable() })),
    /** When devices are pushed to, and what halts the waves: of the document, which may be large. An earlier server does not say. */
    push: z.union([PushWindow, z.enum(['any', 'onRequest'])]).optional(),
    halt: z.object({ failedPercent: z.number(), sample: z.int() }).nullable().optional(),
  })
  .meta({ id: 'PlanStatistics' });
export type PlanStatistics = z.infer<typeof PlanStatistics>;
export const getPlanStatistics = endpoint({
  id: 'getPlanStatistics',
  tag,
  method: 'GET',
  path: '/ota/v1/plans/{planId}/statistics',
  summary: 'Failures by cause, statuses by component, the rollout along time, waves.',
  access: 'viewer',
  params: PlanId,
  reply: PlanStatistics,
  problems: ['not-found'],
  example: { params: { planId: exampleIds.plan } },
});

export const limitsOfLists = {
  retryNamed: 1000,
  devicesPerRetry: 10_000,
  devicesPerPlan: limits.devicesPerPlan,
} as const;
