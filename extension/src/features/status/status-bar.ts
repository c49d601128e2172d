import { isActivated, type PlanStatus } from '@otaplan/model';
import * as vscode from 'vscode';
import type { Connections } from '../../infrastructure/connections.ts';
import type { Lives } from '../../infrastructure/live.ts';

/** One item: the connection in use, how many plans run there, how many devices failed. It says only what is known. */
export function statusBar(connections: Connections, lives: Lives): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('otaplan.status', vscode.StatusBarAlignment.Left, 10);
  item.name = 'Otaplan';
  item.command = 'otaplan.monitor.focus';

  function draw(): void {
    const connection = connections.current();
    if (!connection) {
      item.hide();
      return;
    }
    const live = lives.of(connection.name);
    const link = live?.store.connection();
    const running = live?.plans().filter(({ plan }) => isActivated(plan.status as PlanStatus)) ?? [];
    const failed = running.reduce((sum, { devices }) => sum + devices.upgradeFailed, 0);
    const broken = link?.state === 'waiting' || link?.state === 'stopped';
    const icon = connection.accessKey === null ? 'circle-slash' : broken ? 'debug-disconnect' : 'rocket';
    const counts = [
      ...(running.length > 0 ? [`$(sync) ${running.length}`] : []),
      ...(failed > 0 ? [`$(error) ${failed}`] : []),
    ];
    item.text = [`$(${icon}) ${connection.name}`, ...counts].join(' ');
    const words = [
      vscode.l10n.t('Developer Center {0}', connection.name),
      connection.accessKey === null ? vscode.l10n.t('signed out') : '',
      broken ? vscode.l10n.t('cannot be reached') : '',
      vscode.l10n.t('{0} plans running', running.length),
      vscode.l10n.t('{0} devices failed', failed),
    ].filter((word) => word !== '');
    item.tooltip = words.join('\n');
    item.accessibilityInformation = { label: words.join(', ') };
    item.show();
  }
  const listeners = [connections.onDidChange(draw), lives.onDidChange(draw), lives.onDidChangePlans(draw)];
  draw();
  return vscode.Disposable.from(item, ...listeners);
}
