import type { DeviceStatus } from '@otaplan/model';
import { strikes, type Temper } from './temper.ts';

/** The plan, as far as it decides how a device ends. */
export interface ForeseenPlan {
  /** Identifiers of its components. */
  readonly components: readonly string[];
  /** Automatic retries. */
  readonly retry: number;
  /** Whether it is only for the versions that healthy devices start with. */
  readonly namesSources: boolean;
}

/**
 * How a device ends, from its temper alone: nothing is run for it and nobody is asked. It holds for a silent plan that the devices'
 * battery and signal allow and that goes on long enough.
 * @returns `null` for a device that does not end by itself: it goes silent, or rejects
 */
export function foreseenStatus(temper: Temper, plan: ForeseenPlan): DeviceStatus | null {
  const { components, retry, namesSources } = plan;
  const concerns = (kind: 'wrongBase' | 'silent' | 'reject') => components.some((id) => temper.find(kind, id) !== null);
  if (temper.all('offline').some(({ seconds }) => seconds === undefined)) return 'notUpgraded';
  if (namesSources && concerns('wrongBase')) return 'notUpgraded';
  if (concerns('silent') || concerns('reject')) return null;
  const attempts = Array.from({ length: retry + 1 }, (_, index) => index + 1);
  const works = (component: string) => attempts.some((attempt) => !fails(temper, component, attempt));
  return components.every(works) ? 'upgraded' : 'upgradeFailed';
}

function fails(temper: Temper, component: string, attempt: number): boolean {
  const kinds = ['fail', 'corrupt', 'wrongVersion'] as const;
  return kinds.some((kind) => temper.all(kind, component).some((fault) => strikes(fault, attempt)));
}
