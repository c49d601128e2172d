import {
  activatePlan,
  createPlan,
  deletePlan,
  getPlan,
  getPlanSummary,
  listPlans,
  type PlanOverview,
  previewPlan,
  resumePlan,
  suspendPlan,
  terminatePlan,
  updatePlan,
  updatePlanTexts,
} from '@otaplan/api';
import type { Center } from '../center/center.ts';
import { ProblemError } from '../center/problem-error.ts';
import { forKeys, type Route } from './routes.ts';

/** The calls on plans. A plan's ETag is its revision. */
export function planRoutes(center: Center): Route[] {
  const tagged = <T extends PlanOverview>(reply: Headers, overview: T): T => {
    reply.set('ETag', `"${overview.plan.revision}"`);
    return overview;
  };
  const expected = async (planId: string, headers: Headers) =>
    await expectedRevision(headers, async () => (await center.getPlanSummary(planId)).plan.revision);

  /** One of the four actions: after a crash cut the first request off, a plan that is where it should lead is the answer. */
  const action = (endpoint: typeof activatePlan, act: Center['activatePlan'], leadsTo: readonly string[]): Route =>
    forKeys(endpoint, async ({ params, body, caller, reply, again }) => {
      try {
        return tagged(reply, await act.call(center, params.planId, body, caller.id));
      } catch (error) {
        const now =
          again && isProblem(error, 'wrong-status', 'stale') ? await center.getPlanSummary(params.planId) : null;
        if (now && leadsTo.includes(now.plan.status)) return tagged(reply, now);
        throw error;
      }
    });

  return [
    forKeys(listPlans, ({ query, caller }) => center.listPlans(caller.account, query)),
    forKeys(createPlan, async ({ body, caller, reply, again }) => {
      try {
        return tagged(reply, await center.createPlan(body, caller.id));
      } catch (error) {
        const made =
          again && isProblem(error, 'name-taken') ? await findMade(center, caller.account, body.document) : null;
        if (made) return tagged(reply, made);
        throw error;
      }
    }),
    forKeys(getPlan, async ({ params, reply }) => tagged(reply, await center.getPlan(params.planId))),
    forKeys(getPlanSummary, async ({ params, reply }) => tagged(reply, await center.getPlanSummary(params.planId))),
    forKeys(updatePlan, async ({ params, body, caller, request, reply }) => {
      const revision = await expected(params.planId, request.headers);
      return tagged(reply, await center.updatePlan(params.planId, body, revision, caller.id));
    }),
    forKeys(updatePlanTexts, async ({ params, body, caller, request, reply }) => {
      const revision = await expected(params.planId, request.headers);
      return tagged(reply, await center.updatePlanTexts(params.planId, body, revision, caller.id));
    }),
    forKeys(deletePlan, async ({ params, caller, request }) => {
      await center.deletePlan(params.planId, await expected(params.planId, request.headers), caller.id);
      return undefined;
    }),
    action(activatePlan, center.activatePlan, ['toBeUpgraded', 'upgrading']),
    action(suspendPlan, center.suspendPlan, ['suspended']),
    action(resumePlan, center.resumePlan, ['toBeUpgraded', 'upgrading']),
    action(terminatePlan, center.terminatePlan, ['forcedTermination']),
    forKeys(previewPlan, ({ body }) => center.previewPlan(body)),
  ];
}

/**
 * The revision that an edit expects, by `If-Match`; `*` is whatever there is.
 * @throws ProblemError `precondition-missing`; `stale` for a tag that no revision has
 */
async function expectedRevision(headers: Headers, current: () => Promise<number>): Promise<number> {
  const header = headers.get('If-Match')?.trim();
  if (header === undefined || header === '')
    throw new ProblemError('precondition-missing', 'Send the ETag of the plan that you read as If-Match.');
  if (header === '*') return await current();
  const revision = /^"(\d{1,15})"$/.exec(header)?.[1];
  if (revision === undefined)
    throw new ProblemError('stale', 'If-Match is not the ETag of a revision. Read the plan again.');
  return Number(revision);
}

async function findMade(
  center: Center,
  account: string,
  document: { name: string; digest: string },
): Promise<PlanOverview | null> {
  const { items } = await center.listPlans(account, { name: document.name, limit: 500 });
  return items.find(({ plan }) => plan.name === document.name && plan.digest === document.digest) ?? null;
}

function isProblem(error: unknown, ...names: ProblemError['problem'][]): boolean {
  return error instanceof ProblemError && names.includes(error.problem);
}
