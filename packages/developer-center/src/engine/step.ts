import { beginDueRetries, failUnstarted, silenceMs, takeSilence, takeVersions } from './attempts.ts';
import { confirmStatuses, type DeviceState } from './device-state.ts';
import { type DeviceView, Draft, isOpen, mayGoOn, type NewLogLine, type PlanView } from './draft.ts';
import { takeUserAction, type UserAction } from './end-user.ts';
import { issue, proceed } from './issue.ts';
import { type ReportResult, type StatusReport, takeReport } from './reports.ts';
import { beginRequestedRetry, requestRetry, retryRefusal } from './retry.ts';

/** What can happen to a device in a plan. */
export type DeviceEvent =
  /** The plan's turn has come to it: period, wave, window and place were looked at. */
  | { readonly kind: 'issue'; readonly cause: 'device' | 'schedule' | 'user' }
  /** It asked, but there is no place, or its wave has not opened: the log says so, once. */
  | { readonly kind: 'postpone'; readonly reason: string }
  | { readonly kind: 'report'; readonly report: StatusReport }
  /** It reported its versions, which are in its view already. */
  | { readonly kind: 'versions' }
  /** It came online: a retry that waited for it begins. */
  | { readonly kind: 'online' }
  /** One of its times has come. What was before `watchedSince` is no silence of the device. */
  | { readonly kind: 'due'; readonly watchedSince?: number }
  /** Somebody asks for a retry; `begin`: at once, else when it next comes online or a place is free. */
  | { readonly kind: 'retry'; readonly who: string; readonly begin: boolean }
  /** The plan is over: what was not confirmed stops. */
  | { readonly kind: 'stop'; readonly reason: string }
  | { readonly kind: 'user'; readonly action: UserAction; readonly who: string };

/** What a device's state becomes, with the log lines that tell it. The state is the same object when nothing changed. */
export interface Step {
  readonly state: DeviceState;
  readonly lines: readonly NewLogLine[];
  readonly result: ReportResult;
}

/**
 * Moves a device of a plan by one event. Pure: the same arguments give the same step.
 * @param now milliseconds; may be earlier than at the last event
 * @param random from 0 to below 1, for the jitter of pauses
 */
export function step(
  plan: PlanView,
  state: DeviceState,
  facts: DeviceView,
  event: DeviceEvent,
  now: number,
  random: () => number,
): Step {
  const draft = new Draft(plan, state, facts, now, random);
  const result = take(draft, event);
  return { state: draft.state, lines: draft.lines, result };
}

const applied: ReportResult = { result: 'applied' };
const ignored = (reason: string): ReportResult => ({ result: 'ignored', reason });

function take(draft: Draft, event: DeviceEvent): ReportResult {
  switch (event.kind) {
    case 'issue':
      issue(draft, event.cause);
      return applied;
    case 'postpone':
      if (draft.state.cause !== event.reason) {
        draft.set({ cause: event.reason });
        draft.log(Math.max(0, draft.current()), 'platform', event.reason);
      }
      return applied;
    case 'report':
      return takeReport(draft, event.report);
    case 'versions':
      takeVersions(draft);
      return applied;
    case 'online':
      if (draft.state.phase !== 'waiting' || draft.state.retryWanted === null) return applied;
      if (isOpen(draft.plan)) beginRequestedRetry(draft, 'platform');
      return applied;
    case 'due':
      takeDue(draft, event.watchedSince);
      return applied;
    case 'retry': {
      const refusal = retryRefusal(draft);
      if (refusal !== null) return ignored(refusal);
      requestRetry(draft, event.who);
      if (event.begin) beginRequestedRetry(draft, 'user');
      return applied;
    }
    case 'stop':
      stop(draft, event.reason);
      return applied;
    case 'user': {
      const refusal = takeUserAction(draft, event.action, event.who);
      return refusal === null ? applied : ignored(refusal);
    }
  }
}

function takeDue(draft: Draft, watchedSince = Number.NEGATIVE_INFINITY): void {
  const { state, now } = draft;
  if (state.phase === 'held' && state.heldUntil !== null && state.heldUntil <= now) {
    const appointed = state.userConfirm === confirmStatuses.appointed;
    draft.set({ phase: 'waiting', heldUntil: null });
    const current = draft.current();
    if (appointed) draft.log(current, 'schedule', 'The appointed time has come.');
    else draft.log(current, 'schedule', 'The rejection period is over; it may be pushed again.');
    if (appointed) issue(draft, 'schedule');
    return;
  }
  beginDueRetries(draft);
  takeSilence(draft, watchedSince);
  proceed(draft);
}

function stop(draft: Draft, reason: string): void {
  if (draft.state.phase === 'ended' || draft.state.confirmed) return;
  let failed = false;
  for (const [index, component] of draft.state.components.entries()) {
    if (component.status === 'planReceived' || component.status === 'upgradeRejected') {
      failUnstarted(draft, index, 'platform', reason);
      failed = true;
    } else if (component.retryAt !== null) {
      draft.setComponent(index, { retryAt: null });
      draft.log(index, 'platform', `The automatic retry is called off: ${reason}`);
    }
  }
  const started = draft.state.startedAt !== null;
  draft.set({ phase: 'ended', heldUntil: null, retryWanted: null });
  if (failed) draft.set({ cause: reason });
  if (started) draft.set({ endedAt: draft.now });
}

/** When a device must be looked at next, `null` for not before something happens. */
export function dueAt(plan: PlanView, device: DeviceState): number | null {
  if (device.phase === 'held') return device.heldUntil;
  if (device.phase !== 'issued') return null;
  let retry: number | null = null;
  for (const { retryAt } of device.components) {
    if (retryAt !== null && (retry === null || retryAt < retry)) retry = retryAt;
  }
  if (retry !== null) return mayGoOn(plan, device) ? retry : null;
  return device.heardAt === null ? null : device.heardAt + silenceMs;
}

/** Whether a device's plan message has the plan: issued, and neither suspended nor over before it confirmed. */
export function isTold(plan: PlanView, device: DeviceState): boolean {
  return device.phase === 'issued' && mayGoOn(plan, device);
}
