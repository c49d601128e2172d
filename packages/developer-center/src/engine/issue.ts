import { confirmStatuses } from './device-state.ts';
import { type Draft, isOpen, type LogCause } from './draft.ts';
import { match } from './matching.ts';
import { beginRequestedRetry } from './retry.ts';

/**
 * Issues the plan to a waiting device: its plan message has it from now on. What needs no update is marked so; where the current
 * component has no way, nothing is issued and the reason is logged, once. The caller has checked period, wave, window and place.
 * @param cause `schedule`: a push; `device`: it asked; `user`: the end user or a retry
 */
export function issue(draft: Draft, cause: LogCause): void {
  if (draft.state.phase !== 'waiting' || !isOpen(draft.plan)) return;
  if (draft.plan.document.mode.kind === 'manual' && draft.state.userConfirm === confirmStatuses.unconfirmed) {
    if (cause !== 'schedule' || !draft.facts.autoUpgrade) {
      hold(draft, Math.max(0, draft.current()), cause, 'It waits for the end user’s confirmation.');
      return;
    }
    draft.set({ userConfirm: confirmStatuses.now });
    draft.log(Math.max(0, draft.current()), 'schedule', 'Confirmed automatically, as the end user chose.');
  }
  if (draft.state.retryWanted !== null) {
    beginRequestedRetry(draft, cause);
    return;
  }
  markNeedless(draft, cause);
  const current = draft.current();
  if (current === -1) {
    draft.set({ phase: 'ended', endedAt: draft.now, cause: null });
    return;
  }
  if (draft.component(current).attempt === 0) {
    const found = match(draft.wanted(current), draft.version(current));
    if (found.way !== 'upgrade') {
      hold(draft, current, cause, found.reason);
      return;
    }
  }
  const versions = draft.facts.versions.map((v) => `${v.identifier} ${v.version}`).join(', ') || 'none';
  const by = cause === 'device' ? 'The device requests the upgrade' : 'The platform initiates the upgrade';
  for (const index of draft.state.components.keys()) {
    const { status } = draft.component(index);
    const again = status === 'upgradeRejected' || status === 'planReceived';
    if (status !== 'planNotReceived' && !again) continue;
    if (!again && !takeUp(draft, index)) continue;
    draft.log(index, cause, `${by}; versions reported: ${versions}.`, versions);
    tellIssued(draft, index);
  }
  draft.set({ phase: 'issued', heardAt: draft.now, heldUntil: null, cause: null });
}

/**
 * Goes on to the next component after one succeeded or needed nothing: ends the device when all are done; when the next has no
 * way, the device waits for a later push and gives its place back.
 */
export function proceed(draft: Draft): void {
  if (draft.state.phase !== 'issued') return;
  markNeedless(draft, 'platform');
  const current = draft.current();
  if (current === -1) {
    draft.set({ phase: 'ended', endedAt: draft.now, cause: null });
    return;
  }
  if (draft.component(current).attempt > 0) return;
  if (takeUp(draft, current)) {
    tellIssued(draft, current);
    return;
  }
  const found = match(draft.wanted(current), draft.version(current));
  if (found.way !== 'upgrade') hold(draft, current, 'platform', found.reason);
  draft.set({ phase: 'waiting' });
}

function tellIssued(draft: Draft, index: number): void {
  const { identifier, target } = draft.wanted(index);
  draft.log(index, 'platform', `Plan issued: ${identifier} to ${target}.`);
  const result = draft.facts.online ? 'The device is online and is told now.' : 'The device is told when it next asks.';
  draft.log(index, 'platform', `Result of issuing: succeeded. ${result}`);
}

/** Begins the first attempt of a component that has a way. */
function takeUp(draft: Draft, index: number): boolean {
  const found = match(draft.wanted(index), draft.version(index));
  if (found.way !== 'upgrade') return false;
  if (draft.component(index).attempt === 0) draft.setComponent(index, { attempt: 1, source: found.source });
  return true;
}

function markNeedless(draft: Draft, cause: LogCause): void {
  for (const index of draft.state.components.keys()) {
    if (draft.component(index).status !== 'planNotReceived') continue;
    const version = draft.version(index);
    const found = match(draft.wanted(index), version);
    if (found.way !== 'atTarget') continue;
    draft.move(index, 'noUpdateRequired', { source: version });
    draft.log(index, cause, `No Update Required: ${lowerFirst(found.reason)}`, version);
  }
}

/** Nothing is issued, and the log says why: once, not at every push. */
function hold(draft: Draft, index: number, cause: LogCause, reason: string): void {
  if (draft.state.cause === reason) return;
  draft.set({ cause: reason });
  draft.log(index, cause, `Not issued: ${lowerFirst(reason)}`, draft.version(index));
}

/** So that a reason reads on after a colon; names such as FOTA stay. */
export function lowerFirst(text: string): string {
  return /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
