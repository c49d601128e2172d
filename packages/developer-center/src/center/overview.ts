import type { PlanOverview } from '@otaplan/api';
import { successRate } from '@otaplan/model';
import { nextWaveAt } from '../engine/index.ts';
import type { PlanRecord } from '../store/plans.ts';

const instant = (at: number) => new Date(at).toISOString();
const instantOrNull = (at: number | null) => (at === null ? null : instant(at));
const none = { total: 0, notUpgraded: 0, upgrading: 0, upgraded: 0, upgradeFailed: 0, noUpdateRequired: 0 };

/** A plan and its counts as the wire has them. An inactivated plan has no devices yet, even while they are being laid down. */
export function overviewOf(plan: PlanRecord): PlanOverview {
  const { document, state, status } = plan;
  const devices = status === 'inactivated' ? none : plan.counts.devices;
  const open = status === 'toBeUpgraded' || status === 'upgrading';
  return {
    plan: {
      id: plan.id,
      name: document.name,
      product: document.product,
      status,
      digest: document.digest,
      revision: plan.revision,
      mode: document.mode.kind,
      effective: document.effective,
      components: document.components.map(({ component, type, identifier, target, mode, sources }) => ({
        component,
        type,
        identifier,
        target,
        sourceVersion: mode === 'delta' ? (sources[0] ?? null) : null,
      })),
      createdAt: instant(plan.createdAt),
      updatedAt: instant(plan.updatedAt),
      activatedAt: instantOrNull(state.activatedAt),
      endedAt: instantOrNull(state.endedAt),
      reason: state.reason,
      waves: {
        total: document.waves.steps.length,
        opened: state.waveOpenedAt.length,
        nextAt: open ? instantOrNull(nextWaveAt(plan)) : null,
      },
    },
    devices,
    successRate: successRate(devices),
  };
}
