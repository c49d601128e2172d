import { isConfirmedAndUnderWay, isOver, isTerminal, limits } from '@otaplan/model';
import { type Draft, type LogCause, mayGoOn } from './draft.ts';
import { lowerFirst, proceed } from './issue.ts';

const minute = 60_000;
export const silenceMs = limits.silenceHours * 60 * minute;
/**
 * Silence that is noticed so much later than it was due was not the device's alone: the service was down, or its clock jumped. As much
 * between two looks at what is due says the same.
 */
export const awayMs = 60 * minute;

/** The pause before an automatic retry: 1, 2, 4, 8, 16 min, each shortened or lengthened by up to a fifth. */
export function retryPause(retry: number, random: () => number): number {
  return Math.round(2 ** (retry - 1) * minute * (0.8 + 0.4 * random()));
}

/**
 * The attempt of a component failed. While retries are left, one is laid down for later; else the device ends and the
 * components behind are failed with it.
 * @param to Download Failed waits for its retry as such; without one it becomes Upgrade Failed
 */
export function failAttempt(
  draft: Draft,
  index: number,
  to: 'downloadFailed' | 'upgradeFailed',
  cause: LogCause,
  reason: string,
  reported: string | null = null,
): void {
  const before = draft.component(index);
  draft.move(index, to, { cause: reason });
  const what = to === 'downloadFailed' ? 'Download failed' : 'Upgrade failed';
  draft.log(index, cause, `${what}: ${lowerFirst(reason)}`, reported);
  draft.set({ cause: reason });
  // It failed in downloading before, and its retry is laid down already.
  if (before.retryAt !== null) return;
  const retry = before.retries + 1;
  if (retry <= draft.plan.document.retry && mayGoOn(draft.plan, draft.state)) {
    const pause = retryPause(retry, draft.random);
    draft.setComponent(index, { retryAt: draft.now + pause });
    const seconds = Math.round(pause / 1000);
    draft.log(
      index,
      'platform',
      `Automatic retry ${retry} of ${draft.plan.document.retry} begins in ${seconds} s because of: ${lowerFirst(reason)}`,
    );
    return;
  }
  giveUp(draft, index, reason);
}

/** No attempt is left: the component is Upgrade Failed, and so are those behind it that had not begun. */
function giveUp(draft: Draft, index: number, reason: string): void {
  if (draft.component(index).status === 'downloadFailed') {
    draft.move(index, 'upgradeFailed', { cause: reason });
    draft.log(index, 'platform', 'Upgrade failed: the download failed and no attempt is left.');
  }
  for (let later = index + 1; later < draft.state.components.length; later++) {
    if (isTerminal(draft.component(later).status)) continue;
    failUnstarted(
      draft,
      later,
      'platform',
      `The component ${draft.wanted(index).identifier} before it failed and no attempt is left.`,
    );
  }
  draft.set({ phase: 'ended', endedAt: draft.now });
}

/** Fails a component that was not confirmed. One plan message carries all components, so the device has the plan for it, too. */
export function failUnstarted(draft: Draft, index: number, cause: LogCause, reason: string): void {
  if (draft.component(index).status === 'planNotReceived') {
    if (draft.component(index).attempt === 0) draft.setComponent(index, { attempt: 1, source: draft.version(index) });
    draft.move(index, 'planReceived');
    draft.log(index, cause, 'Plan received with the components before it.');
  }
  draft.move(index, 'upgradeFailed', { cause: reason, retryAt: null });
  draft.log(index, cause, `Upgrade failed: ${lowerFirst(reason)}`);
}

/** Begins every automatic retry whose time has come. */
export function beginDueRetries(draft: Draft): void {
  if (draft.state.phase !== 'issued' || !mayGoOn(draft.plan, draft.state)) return;
  for (const [index, component] of draft.state.components.entries()) {
    if (component.retryAt === null || component.retryAt > draft.now) continue;
    beginRetry(draft, index, 'schedule');
  }
}

function beginRetry(draft: Draft, index: number, cause: LogCause): void {
  const retry = draft.component(index).retries + 1;
  draft.beginAttempt(index, retry);
  draft.set({ heardAt: draft.now });
  draft.log(index, cause, `Automatic retry ${retry} of ${draft.plan.document.retry} begins.`);
}

/**
 * Reported versions: the only way to success. A component that is under way and has its target is done; one that was upgrading and
 * has another version has failed; one that waits for a retry and has its target succeeds in that attempt, which is recorded.
 */
export function takeVersions(draft: Draft): void {
  if (draft.state.phase !== 'issued' || !mayGoOn(draft.plan, draft.state)) return;
  draft.set({ heardAt: draft.now });
  for (const index of draft.state.components.keys()) {
    const { status, retryAt } = draft.component(index);
    const version = draft.version(index);
    if (version === null) continue;
    if (version === draft.wanted(index).target) {
      if (retryAt !== null) {
        beginRetry(draft, index, 'device');
        draft.setComponent(index, { available: true });
        draft.move(index, 'upgradeConfirmed');
        draft.log(index, 'device', 'Upgrade confirmed: it follows from the version reported.', version);
        draft.set({ confirmed: true });
        succeed(draft, index, version);
      } else if (isConfirmedAndUnderWay(status)) succeed(draft, index, version);
    } else if (status === 'upgrading') {
      const reason = `The device reports version ${version} and not the target ${draft.wanted(index).target}.`;
      failAttempt(draft, index, 'upgradeFailed', 'device', reason, version);
    }
  }
  proceed(draft);
}

const steps = ['readyToDownload', 'downloading', 'downloadSucceeded', 'upgrading'] as const;

/** Success by the reported version. Steps whose reports were lost are gone through, each with its line. */
function succeed(draft: Draft, index: number, version: string): void {
  const { status } = draft.component(index);
  const reached = (steps as readonly string[]).indexOf(status);
  for (const step of steps.slice(reached + 1)) {
    draft.move(index, step);
    draft.log(index, 'device', `${stepWords[step]}: not reported, it follows from the version reported.`, version);
  }
  draft.move(index, 'upgradeSucceeded', { progress: 100, cause: null });
  draft.log(index, 'device', `Upgraded: the reported version ${version} is equal to the target.`, version);
  if (!draft.state.components.some((c) => c.status === 'upgradeFailed')) draft.set({ cause: null });
}

const stepWords = {
  readyToDownload: 'Waiting to download',
  downloading: 'Downloading',
  downloadSucceeded: 'Download succeeded',
  upgrading: 'Upgrading',
} as const;

/**
 * Nothing was heard for 24 h: a confirmed attempt fails; a plan that was not confirmed waits for the next push.
 * @param watchedSince hours before this moment are not held against the device: the clock was set, or nobody listened
 */
export function takeSilence(draft: Draft, watchedSince: number): void {
  const { phase, heardAt, components } = draft.state;
  if (phase !== 'issued' || heardAt === null || draft.now - heardAt < silenceMs) return;
  if (components.some((component) => component.retryAt !== null)) return;
  if (draft.now - heardAt > silenceMs + awayMs || heardAt < watchedSince) {
    draft.set({ heardAt: draft.now });
    const text = `Developer Center was away itself, or its clock was set: the ${limits.silenceHours} h in which nothing is heard begin anew.`;
    draft.log(Math.max(0, draft.current()), 'schedule', text);
    return;
  }
  const index = components.findIndex((component) => isConfirmedAndUnderWay(component.status));
  const reason = `Nothing was heard of the device for ${limits.silenceHours} h.`;
  if (index !== -1) {
    failAttempt(draft, index, 'upgradeFailed', 'schedule', reason);
    return;
  }
  const current = draft.current();
  // A further attempt that nobody confirms ends like one that was confirmed; it must not hold its place for ever.
  if (draft.state.confirmed && draft.component(current).status === 'planReceived') {
    failAttempt(draft, current, 'upgradeFailed', 'schedule', reason);
    return;
  }
  draft.set({ phase: isOver(draft.plan.status) ? 'ended' : 'waiting', cause: reason });
  draft.log(current, 'schedule', `Not confirmed: ${lowerFirst(reason)} It waits for the next push.`);
}
