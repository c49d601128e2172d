import * as vscode from 'vscode';
import type { Commands } from '../../infrastructure/commands.ts';
import type { Connection, Connections } from '../../infrastructure/connections.ts';
import { isCancellation, sayError } from '../../infrastructure/errors.ts';
import { type Host, requireTrust } from '../../infrastructure/host.ts';
import type { Lives } from '../../infrastructure/live.ts';
import type { Targets } from '../../infrastructure/targets.ts';
import type { FromPage, ToPage } from './protocol.ts';
import { dashboardState, dashboardWords } from './state.ts';

/** Statistics are read again at most this often while the plan changes. */
const rereadMilliseconds = 2000;

export interface DashboardOptions {
  readonly host: Host;
  readonly connections: Connections;
  readonly lives: Lives;
  readonly targets: Targets;
  /** Shows the devices of a status in the Upgrade Monitor, or the failed ones of a cause. */
  readonly showDevices: (connection: string, planId: string, status: string, cause?: string) => Promise<void>;
}

/** One page for each plan: aggregates of the server, redrawn while the plan changes and the page can be seen. */
export function dashboard(options: DashboardOptions) {
  const { host, connections, lives, targets } = options;
  const panels = new Map<string, vscode.WebviewPanel>();
  const media = vscode.Uri.joinPath(host.context.extensionUri, 'media');
  const dist = vscode.Uri.joinPath(host.context.extensionUri, 'dist');

  const icon = (name: string) => vscode.Uri.joinPath(media, name);

  function page(webview: vscode.Webview): string {
    const script = webview.asWebviewUri(vscode.Uri.joinPath(dist, 'dashboard.js'));
    const style = webview.asWebviewUri(vscode.Uri.joinPath(media, 'dashboard.css'));
    const policy = `default-src 'none'; script-src ${webview.cspSource}; style-src ${webview.cspSource}`;
    return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Otaplan</title>
<link rel="stylesheet" href="${style}">
</head>
<body><script src="${script}"></script></body>
</html>`;
  }

  function openPanel(connection: Connection, planId: string, planName: string): vscode.WebviewPanel {
    const panel = vscode.window.createWebviewPanel(
      'otaplan.dashboard',
      planName,
      { viewColumn: vscode.ViewColumn.Active },
      { enableScripts: true, localResourceRoots: [media, dist], enableFindWidget: true },
    );
    panel.iconPath = { light: icon('file-light.svg'), dark: icon('file-dark.svg') };
    let looking: vscode.Disposable | undefined;
    let callOff: (() => void) | undefined;
    const send = (message: ToPage) => void panel.webview.postMessage(message);

    async function draw(): Promise<void> {
      try {
        const client = await connections.client(connection);
        const [overview, statistics] = await Promise.all([
          client.plans.summary(planId),
          client.plans.statistics(planId),
        ]);
        const server = `${connection.name} · ${connection.server}`;
        const state = dashboardState({ overview, statistics, server, now: host.ambient.now() });
        panel.title = overview.plan.name;
        send({ kind: 'state', state, words: dashboardWords() });
      } catch (error) {
        if (isCancellation(error)) return;
        host.log.of('dashboard').warn(sayError(error));
        send({ kind: 'trouble', message: sayError(error) });
      }
    }
    const drawSoon = () => {
      if (callOff || !panel.visible) return;
      callOff = host.ambient.after(rereadMilliseconds, () => {
        callOff = undefined;
        void draw();
      });
    };
    const follow = () => {
      if (panel.visible) {
        looking ??= lives.look();
        drawSoon();
      } else {
        looking?.dispose();
        looking = undefined;
      }
    };

    const listeners = vscode.Disposable.from(
      panel.onDidChangeViewState(follow),
      lives.onDidChangePlans(({ live, change }) => {
        if (live.connection === connection.name && change.plans.includes(planId)) drawSoon();
      }),
      panel.webview.onDidReceiveMessage((message: FromPage) =>
        host.boundary('dashboard', async () => {
          switch (message.kind) {
            case 'ready':
              return draw();
            case 'showDevices':
              return options.showDevices(connection.name, planId, message.status, message.cause);
            case 'openLog':
              return vscode.commands.executeCommand('otaplan.openLog', {
                connection: connection.name,
                planId,
                deviceKey: message.deviceKey,
              });
          }
        }),
      ),
    );
    panel.onDidDispose(() => {
      listeners.dispose();
      looking?.dispose();
      callOff?.();
      panels.delete(`${connection.name}\0${planId}`);
    });
    panel.webview.html = page(panel.webview);
    follow();
    return panel;
  }

  const commands: Commands = {
    async openDashboard(argument?: unknown) {
      requireTrust();
      const { connection, overview } = await targets.plan(
        argument,
        vscode.l10n.t('Dashboard of which plan?'),
        () => true,
      );
      const key = `${connection.name}\0${overview.plan.id}`;
      const known = panels.get(key);
      if (known) known.reveal();
      else panels.set(key, openPanel(connection, overview.plan.id, overview.plan.name));
    },
  };
  return {
    commands,
    disposable: new vscode.Disposable(() => {
      for (const panel of [...panels.values()]) panel.dispose();
    }),
  };
}
