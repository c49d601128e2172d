import type { PlanOverview } from '@otaplan/client';
import { formatRate, isActivated, type PlanStatus } from '@otaplan/model';
import * as vscode from 'vscode';
import type { Host } from '../../infrastructure/host.ts';
import type { Lives, LivesChange } from '../../infrastructure/live.ts';
import { failureRate, type News, newsOf } from './judgement.ts';

/** Tells what happened to running plans. While one runs, the event stream stays open, which costs no requests. */
export function notifications(host: Host, lives: Lives): vscode.Disposable {
  const seen = new Map<string, PlanOverview>();
  let looking: vscode.Disposable | undefined;

  function words(news: News, overview: PlanOverview): string {
    const { plan, successRate } = overview;
    switch (news) {
      case 'finished':
        return vscode.l10n.t('“{0}” is finished. Success rate {1}.', plan.name, formatRate(successRate));
      case 'terminated':
        return vscode.l10n.t('“{0}” was terminated. {1}', plan.name, plan.reason ?? '');
      case 'halted':
        return vscode.l10n.t('“{0}” is suspended: {1}', plan.name, plan.reason ?? '');
      case 'failureRate':
        return vscode.l10n.t(
          '“{0}”: {1} % of the decided devices failed.',
          plan.name,
          (failureRate(overview) ?? 0).toFixed(1),
        );
    }
  }

  async function tell(connection: string, news: News, overview: PlanOverview): Promise<void> {
    const choice = host.settings.notifications();
    const problem = news === 'halted' || news === 'failureRate';
    if (choice === 'off' || (choice === 'problems' && !problem)) return;
    const open = vscode.l10n.t('Open Dashboard');
    const show = problem ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
    const chosen = await show(words(news, overview), open);
    if (chosen === open) {
      await vscode.commands.executeCommand('otaplan.openDashboard', { connection, planId: overview.plan.id });
    }
  }

  function onChange({ live, change }: LivesChange): void {
    for (const id of change.plans) {
      const now = live.store.plan(id);
      if (!now) continue;
      const key = `${live.connection}\0${id}`;
      for (const news of newsOf(seen.get(key), now, host.settings.failureRate())) void tell(live.connection, news, now);
      seen.set(key, now);
    }
    watch();
  }
  function watch(): void {
    const running = lives.all().some((live) => live.plans().some(({ plan }) => isActivated(plan.status as PlanStatus)));
    if (running && host.settings.notifications() !== 'off') looking ??= lives.look();
    else {
      looking?.dispose();
      looking = undefined;
    }
  }
  return vscode.Disposable.from(
    lives.onDidChangePlans(onChange),
    lives.onDidChange(watch),
    host.settings.onChange(['notifications.show'], watch),
    new vscode.Disposable(() => looking?.dispose()),
  );
}
