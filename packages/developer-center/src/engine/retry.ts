import { statusOf } from './device-state.ts';
import type { Draft, LogCause } from './draft.ts';
import { match } from './matching.ts';

/** Why a retry of a device is refused, or `null` when it is not (section 6, rule 9). The plan was looked at before. */
export function retryRefusal(draft: Draft): string | null {
  const status = statusOf(draft.state);
  if (status !== 'upgradeFailed') return 'The device’s status is not Upgrade Failed.';
  if (draft.state.retryWanted !== null) return 'A retry is requested already and begins when the device comes online.';
  const index = draft.state.components.findIndex((c) => c.status === 'upgradeFailed');
  const found = match(draft.wanted(index), draft.version(index));
  return found.way === 'upgrade' ? null : found.reason;
}

/** Lays a retry down: the device waits for it, whatever held it before. */
export function requestRetry(draft: Draft, who: string): void {
  for (const index of draft.state.components.keys()) {
    if (draft.component(index).status !== 'upgradeFailed') continue;
    draft.setComponent(index, { retryAt: null });
    draft.log(index, 'user', `Retry requested by ${who}.`);
  }
  draft.set({ phase: 'waiting', retryWanted: who, confirmed: false, endedAt: null, heldUntil: null });
}

/** Begins the attempts that a retry asked for: of every failed component, with all automatic retries before it again. */
export function beginRequestedRetry(draft: Draft, cause: LogCause): void {
  draft.set({ retryWanted: null, phase: 'issued', heardAt: draft.now, cause: null, heldUntil: null });
  for (const index of draft.state.components.keys()) {
    if (draft.component(index).status !== 'upgradeFailed') continue;
    draft.beginAttempt(index, 0);
    const { identifier, target } = draft.wanted(index);
    draft.log(index, cause, `Attempt ${draft.component(index).attempt} begins.`);
    draft.log(index, 'platform', `Plan issued: ${identifier} to ${target}.`);
  }
}
