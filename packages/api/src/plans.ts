import { deviceStatusNames, limits, planStatusNames } from '@otaplan/model';
import * as z from 'zod';
import { endpoint } from './endpoint.ts';
import { exampleIds, examplePlan } from './example-values.ts';
import { PlanDocument } from './plan-document.ts';
import { Instant, openEnum, PageQuery, page } from './scalars.ts';

const tag = 'Plans';
export const PlanId = z.object({ planId: z.string().max(64) });

/** What is known of a plan without its document, which may list a million devices. */
export const PlanInfo = z
  .object({
    id: z.string(),
    name: z.string(),
    product: z.string(),
    status: openEnum(planStatusNames),
    digest: z.string(),
    /** Counts the edits and status changes; the ETag is this number in quotes. */
    revision: z.int(),
    mode: openEnum(['silent', 'manual']),
    effective: PlanDocument.shape.effective,
    components: z.array(
      z.object({
        component: z.string(),
        type: z.string(),
        identifier: z.string(),
        target: z.string(),
        /** Names its package together with type and target; `null`: a full one. An earlier server does not say. */
        sourceVersion: z.string().nullable().optional(),
      }),
    ),
    createdAt: Instant,
    updatedAt: Instant,
    activatedAt: Instant.nullable(),
    endedAt: Instant.nullable(),
    /** Why and by whom it is suspended, terminated or halted. */
    reason: z.string().nullable(),
    /** Waves: how many there are and have opened, and when the next may open. */
    waves: z.object({ total: z.int(), opened: z.int(), nextAt: Instant.nullable() }),
  })
  .meta({ id: 'PlanInfo' });
export type PlanInfo = z.infer<typeof PlanInfo>;

const count = z.int().min(0);
export const DeviceCounts = z.object({
  total: count,
  notUpgraded: count,
  upgrading: count,
  upgraded: count,
  upgradeFailed: count,
  noUpdateRequired: count,
});

/** A plan with its counts: the state that lists, the summary and live events carry. */
export const PlanOverview = z
  .object({ plan: PlanInfo, devices: DeviceCounts, successRate: z.number().nullable() })
  .meta({ id: 'PlanOverview' });
export type PlanOverview = z.infer<typeof PlanOverview>;

export const PlanDetail = PlanOverview.extend({ document: PlanDocument }).meta({ id: 'PlanDetail' });
export type PlanDetail = z.infer<typeof PlanDetail>;

export const listPlans = endpoint({
  id: 'listPlans',
  tag,
  method: 'GET',
  path: '/ota/v1/plans',
  summary: 'Plans of the account, newest first.',
  access: 'viewer',
  query: PageQuery.extend({
    name: z.string().optional(),
    product: z.string().optional(),
    status: z.string().optional(),
  }),
  reply: page(PlanOverview),
  example: { query: { status: 'upgrading', limit: 50 } },
});
export const createPlan = endpoint({
  id: 'createPlan',
  tag,
  method: 'POST',
  path: '/ota/v1/plans',
  summary:
    'Saves a new plan, inactivated. The document is checked by the rules of Developer Center, its digest recomputed.',
  access: 'operator',
  body: z.object({ document: PlanDocument }),
  reply: PlanOverview,
  status: 201,
  problems: ['name-taken', 'plan-invalid', 'product-unknown', 'too-large'],
  example: { body: { document: { ...examplePlan, name: 'Water meter 2.4, north' } } },
});
export const getPlan = endpoint({
  id: 'getPlan',
  tag,
  method: 'GET',
  path: '/ota/v1/plans/{planId}',
  summary: 'One plan with its document; ETag is its revision.',
  access: 'viewer',
  params: PlanId,
  reply: PlanDetail,
  problems: ['not-found'],
  example: { params: { planId: exampleIds.plan } },
});
export const getPlanSummary = endpoint({
  id: 'getPlanSummary',
  tag,
  method: 'GET',
  path: '/ota/v1/plans/{planId}/summary',
  summary: 'Status, counts and success rate of a plan.',
  access: 'viewer',
  params: PlanId,
  reply: PlanOverview,
  problems: ['not-found'],
  example: { params: { planId: exampleIds.plan } },
});
export const updatePlan = endpoint({
  id: 'updatePlan',
  tag,
  method: 'PUT',
  path: '/ota/v1/plans/{planId}',
  summary: 'Changes an inactivated plan. The product is fixed. Needs If-Match.',
  access: 'operator',
  params: PlanId,
  body: z.object({ document: PlanDocument }),
  reply: PlanOverview,
  ifMatch: true,
  problems: ['not-found', 'stale', 'precondition-missing', 'plan-frozen', 'name-taken', 'plan-invalid'],
  example: { params: { planId: exampleIds.plan }, body: { document: { ...examplePlan, retry: 3 } } },
});
export const updatePlanTexts = endpoint({
  id: 'updatePlanTexts',
  tag,
  method: 'PUT',
  path: '/ota/v1/plans/{planId}/texts',
  summary: 'Changes the texts of a manual plan, which is allowed until it is over. Needs If-Match.',
  access: 'operator',
  params: PlanId,
  body: z.object({ texts: z.record(z.string().min(2).max(35), z.string().min(1).max(limits.textCharacters)) }),
  reply: PlanOverview,
  ifMatch: true,
  problems: ['not-found', 'stale', 'precondition-missing', 'wrong-status', 'plan-invalid'],
  example: { params: { planId: exampleIds.plan }, body: { texts: { en: 'A new version is ready.' } } },
});
export const deletePlan = endpoint({
  id: 'deletePlan',
  tag,
  method: 'DELETE',
  path: '/ota/v1/plans/{planId}',
  summary: 'Deletes an inactivated plan. Needs If-Match.',
  access: 'operator',
  params: PlanId,
  ifMatch: true,
  problems: ['not-found', 'stale', 'precondition-missing', 'wrong-status'],
  example: { params: { planId: exampleIds.plan } },
});

function action(
  name: 'activate' | 'suspend' | 'resume' | 'terminate',
  summary: string,
  problems: Parameters<typeof endpoint>[0]['problems'],
) {
  return endpoint({
    id: `${name}Plan`,
    tag,
    method: 'POST',
    path: `/ota/v1/plans/{planId}/${name}`,
    summary,
    access: 'operator',
    params: PlanId,
    body: z.object({
      /** The revision that was seen; refused as stale when the plan has another. */
      revision: z.int().optional(),
    }),
    reply: PlanOverview,
    problems: ['not-found', 'wrong-status', 'stale', ...(problems ?? [])],
    example: { params: { planId: exampleIds.plan }, body: {} },
  });
}
export const activatePlan = action('activate', 'Activates a plan: its devices are resolved now and it is frozen.', [
  'no-devices',
  'period-over',
  'plan-conflict',
  'package-missing',
  'package-incomplete',
]);
export const suspendPlan = action('suspend', 'Suspends a plan; devices that confirmed go on.', []);
export const resumePlan = action('resume', 'Resumes a suspended plan.', []);
export const terminatePlan = action('terminate', 'Ends a plan for good; devices that confirmed go on.', []);

/** What a plan would do if it were activated now. */
export const PlanPreview = z
  .object({
    devices: z.object({
      matched: count,
      unknown: count,
      unknownFirst: z.array(z.string()),
      excluded: count,
      online: count,
    }),
    /** Per component: which versions the matched devices run, and whether the plan has a way for them. */
    components: z.array(
      z.object({
        identifier: z.string(),
        target: z.string(),
        versions: z.array(
          z.object({
            version: z.string().nullable(),
            devices: count,
            way: openEnum(['upgrade', 'atTarget', 'noWay', 'notReported']),
          }),
        ),
      }),
    ),
    conflicts: z.array(z.object({ planId: z.string(), planName: z.string(), identifier: z.string(), devices: count })),
    packages: z.array(
      z.object({
        identifier: z.string(),
        version: z.string(),
        sourceVersion: z.string().nullable(),
        present: z.boolean(),
      }),
    ),
    /** Push windows, at most 400. */
    windows: z.array(
      z.object({
        date: z.string(),
        local: z.string(),
        fromUtc: Instant,
        toUtc: Instant,
        minutes: z.number(),
        clockChange: z.boolean(),
      }),
    ),
    waves: z.array(z.object({ percent: z.number(), devices: count, opensUtc: Instant })),
    /** Version of the zone data that Developer Center used. */
    zoneData: z.string(),
    /** What activation would be refused for, in words. */
    refusals: z.array(z.object({ problem: z.string(), detail: z.string() })),
    /** The deployed plan of the same name, if there is one. */
    deployed: z.object({ id: z.string(), status: z.string(), revision: z.int(), digest: z.string() }).nullable(),
  })
  .meta({ id: 'PlanPreview' });
export type PlanPreview = z.infer<typeof PlanPreview>;
export const previewPlan = endpoint({
  id: 'previewPlan',
  tag,
  method: 'POST',
  path: '/ota/v1/plans/preview',
  summary: 'What a plan would do now; nothing is saved.',
  access: 'viewer',
  body: z.object({ document: PlanDocument }),
  reply: PlanPreview,
  idempotent: false,
  problems: ['plan-invalid', 'product-unknown'],
  example: { body: { document: examplePlan } },
});

export const deviceStatusFilter = z.enum(deviceStatusNames as [string, ...string[]]);
