import type { Client } from '@otaplan/client';
import {
  comparePlanSets,
  type Declared,
  isOver,
  nameIdentity,
  type Plan,
  type PlanDifference,
  planStatuses,
  planStatusNames,
  statusLabel,
  unmanagedPlan,
} from '@otaplan/model';

/** Plans of one name at both ends. */
export interface DeployedComparison {
  readonly plans: readonly PlanDifference[];
  /** The deployed plans that were compared with. */
  readonly deployed: readonly Plan[];
}

/**
 * Compares what files declare with what is at Developer Center, plan by plan.
 * @param all whether plans that no file declares are told too; those that are over are history, not drift
 */
export async function compareWithDeployed(
  client: Client,
  declared: Pick<Declared, 'plans'>,
  { all, signal }: { readonly all: boolean; readonly signal?: AbortSignal },
): Promise<DeployedComparison> {
  const wanted = new Map(declared.plans.map((plan) => [nameIdentity(plan.name), plan]));
  const deployed: Plan[] = [];
  const unmanaged: PlanDifference[] = [];
  for await (const { plan } of client.plans.list({}, { signal })) {
    const here = wanted.get(nameIdentity(plan.name));
    if (here) {
      // The same digest is the same plan: a list of a million devices need not be read again.
      const same = here.digest === plan.digest;
      deployed.push(same ? here : (await client.plans.get(plan.id, { signal })).document);
    } else if (all && !isOver(planStatusNames.find((status) => status === plan.status) ?? 'inactivated')) {
      unmanaged.push(unmanagedPlan(plan.name, statusLabel(planStatuses, plan.status)));
    }
  }
  return { plans: [...comparePlanSets(deployed, declared.plans), ...unmanaged], deployed };
}
