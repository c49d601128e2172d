import { formatUtc, isConfirmedAndUnderWay, isTerminal } from '@otaplan/model';
import { failUnstarted } from './attempts.ts';
import { confirmStatuses, statusOf } from './device-state.ts';
import { type Draft, isOpen } from './draft.ts';
import { issue } from './issue.ts';
import { beginRequestedRetry, requestRetry, retryRefusal } from './retry.ts';

const hour = 3_600_000;

export type UserAction =
  | { readonly kind: 'now' }
  | { readonly kind: 'appoint'; readonly from: number; readonly to: number }
  | { readonly kind: 'cancel' }
  /** Puts the plan away: cancels what has not begun, acknowledges what is over. */
  | { readonly kind: 'putAway' }
  | { readonly kind: 'retry' };

/**
 * The end user of a manual plan's device confirms, appoints, cancels or retries (section 6, rule 5).
 * @returns why it is refused, `null` when it was done
 */
export function takeUserAction(draft: Draft, action: UserAction, who: string): string | null {
  const { plan, state, now } = draft;
  if (action.kind === 'putAway' && state.phase === 'ended') {
    if (state.userConfirm === confirmStatuses.acknowledged) return null;
    draft.set({ userConfirm: confirmStatuses.acknowledged });
    draft.log(draft.state.components.length - 1, 'user', `Put away by ${who}.`);
    return null;
  }
  if (plan.document.mode.kind !== 'manual') return 'The plan is silent: it needs no confirmation.';
  if (!isOpen(plan)) return 'The plan is suspended or over.';
  if (now < plan.start || now >= plan.end) return 'It is outside the effective period.';
  const current = Math.max(0, draft.current());
  switch (action.kind) {
    case 'retry': {
      const refusal = retryRefusal(draft);
      if (refusal !== null) return refusal;
      requestRetry(draft, who);
      draft.set({ userConfirm: confirmStatuses.now });
      if (draft.facts.online) beginRequestedRetry(draft, 'user');
      return null;
    }
    case 'cancel':
    case 'putAway':
      if (state.phase === 'ended') return 'The plan is over for this device.';
      if (state.confirmed || state.components.some((c) => isConfirmedAndUnderWay(c.status))) {
        return 'The device has confirmed and is upgrading.';
      }
      for (const [index, component] of state.components.entries()) {
        if (!isTerminal(component.status)) failUnstarted(draft, index, 'user', `Cancelled by ${who}.`);
      }
      draft.set({
        phase: 'ended',
        endedAt: now,
        cause: `Cancelled by ${who}.`,
        userConfirm: confirmStatuses.cancelled,
        heldUntil: null,
      });
      return null;
    case 'appoint':
      if (action.to - action.from < hour) return 'An appointment lasts at least one hour.';
      if (action.from < now || action.from < plan.start || action.to > plan.end) {
        return 'An appointment is in the future and inside the effective period.';
      }
      if (state.phase !== 'waiting' && state.phase !== 'held') return 'The upgrade has begun or is over.';
      draft.set({
        phase: 'held',
        heldUntil: action.from,
        userConfirm: confirmStatuses.appointed,
        appointedFrom: action.from,
        appointedTo: action.to,
      });
      draft.log(current, 'user', `Appointed by ${who} for ${formatUtc(action.from)} to ${formatUtc(action.to)}.`);
      return null;
    case 'now':
      if (statusOf(state) === 'upgradeFailed' || state.phase === 'ended') return 'The plan is over for this device.';
      if (state.phase === 'issued') return 'The upgrade has begun.';
      draft.set({ phase: 'waiting', heldUntil: null, userConfirm: confirmStatuses.now });
      draft.log(current, 'user', `Confirmed by ${who}.`);
      issue(draft, 'user');
      return null;
  }
}
