import type { DeviceReport } from '@otaplan/api';
import { componentStatuses, defaults, formatUtc, mayFollow, statusLabel } from '@otaplan/model';
import { failAttempt } from './attempts.ts';
import { type Draft, mayGoOn } from './draft.ts';

export type StatusReport = Extract<DeviceReport, { kind: 'status' }>;
export type ReportResult = { readonly result: 'applied' } | { readonly result: 'ignored'; readonly reason: string };

const applied: ReportResult = { result: 'applied' };
/** Lines about ignored reports that one run of a device may write. */
const ignoredLines = 20;

const words = {
  readyToDownload: 'Waiting to download: the device has the address.',
  downloading: 'Downloading.',
  downloadSucceeded: 'Download succeeded.',
  upgrading: 'Upgrading.',
} as const;

/**
 * A device's report about a component. One that is late, repeated, out of order, for another attempt or an unknown component
 * changes no status and is logged as ignored; repeats of the same share a line.
 */
export function takeReport(draft: Draft, report: StatusReport): ReportResult {
  const index = draft.plan.document.components.findIndex((c) => c.identifier === report.identifier);
  const label = statusLabel(componentStatuses, report.status);
  if (index === -1) return ignore(draft, 0, report, `The plan has no component ${report.identifier}.`);
  const component = draft.component(index);
  if (component.attempt === 0) return ignore(draft, index, report, 'The plan is not issued for this component yet.');
  if (component.attempt !== report.attempt) {
    return ignore(draft, index, report, `The report is of attempt ${report.attempt}, now is ${component.attempt}.`);
  }
  if (!mayGoOn(draft.plan, draft.state)) return ignore(draft, index, report, 'The plan is suspended or over.');
  if (draft.state.phase !== 'issued') return ignore(draft, index, report, 'The plan is not issued to the device now.');
  const progress = Math.round(report.progress ?? 0);
  if (report.status === component.status && 'progress' in report && progress > component.progress) {
    draft.setComponent(index, { progress, updatedAt: draft.now });
    draft.set({ heardAt: draft.now });
    return applied;
  }
  if (report.status === 'planReceived' && component.status === 'planReceived' && !component.available) {
    draft.setComponent(index, { available: true, updatedAt: draft.now });
  } else if (report.status === component.status) {
    return ignore(draft, index, report, `The report repeats what is known: ${label}.`);
  } else if (!mayFollow(component.status, report.status)) {
    const known = statusLabel(componentStatuses, component.status);
    return ignore(draft, index, report, `${label} cannot follow ${known}.`);
  } else if (report.status !== 'planReceived' && draft.current() !== index) {
    return ignore(draft, index, report, 'The component before it is not done.');
  }
  draft.set({ heardAt: draft.now });
  apply(draft, index, report, progress);
  return applied;
}

function apply(draft: Draft, index: number, report: StatusReport, progress: number): void {
  switch (report.status) {
    case 'planReceived':
      if (draft.component(index).status !== 'planReceived') draft.move(index, 'planReceived', { available: true });
      draft.log(index, 'device', 'The device reports the plan available.', report.status);
      return;
    case 'upgradeConfirmed':
      draft.move(index, 'upgradeConfirmed');
      draft.set({ confirmed: true });
      draft.log(index, 'device', 'Upgrade confirmed by the device.', report.status);
      draft.log(index, 'platform', 'Download address issued. Result: it is in the plan message.');
      return;
    case 'upgradeRejected': {
      const mode = draft.plan.document.mode;
      const minutes = mode.kind === 'silent' ? mode.afterRejectionMinutes : defaults.afterRejectionMinutes;
      const until = draft.now + minutes * 60_000;
      const why = report.cause ? ` (${report.cause})` : '';
      const text = `Upgrade rejected by the device${why}. It is not pushed again before ${formatUtc(until)}.`;
      draft.move(index, 'upgradeRejected', { cause: report.cause ?? null });
      draft.set({ phase: 'held', heldUntil: until, cause: text });
      draft.log(index, 'device', text, report.status);
      return;
    }
    case 'readyToDownload':
    case 'downloading':
    case 'downloadSucceeded':
    case 'upgrading':
      draft.move(index, report.status, { progress: report.status === 'downloadSucceeded' ? 100 : progress });
      draft.log(index, 'device', words[report.status], report.status);
      return;
    case 'downloadFailed':
    case 'upgradeFailed':
      failAttempt(draft, index, report.status, 'device', report.cause || 'The device gave no cause.', report.status);
      return;
  }
}

function ignore(draft: Draft, index: number, report: StatusReport, reason: string): ReportResult {
  const signature = `${report.identifier}/${report.attempt}/${report.status}`;
  const { ignored, lastIgnored } = draft.state;
  if (lastIgnored !== signature && ignored < ignoredLines) {
    const label = statusLabel(componentStatuses, report.status);
    const more = ignored === ignoredLines - 1 ? ' Further ignored reports are not logged.' : '';
    draft.log(
      index,
      'device',
      `Report ignored: ${label} of attempt ${report.attempt}. ${reason}${more}`,
      report.status,
    );
    draft.set({ ignored: ignored + 1, lastIgnored: signature });
  }
  return { result: 'ignored', reason };
}
