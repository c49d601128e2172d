import type { Client } from '@otaplan/client';
import { followLog } from '@otaplan/fleet';
import * as vscode from 'vscode';
import { choose } from '../../infrastructure/choices.ts';
import { type Commands, setContext } from '../../infrastructure/commands.ts';
import type { Connections } from '../../infrastructure/connections.ts';
import { isCancellation, OperationError, sayError } from '../../infrastructure/errors.ts';
import { type Host, requireTrust } from '../../infrastructure/host.ts';
import type { Targets } from '../../infrastructure/targets.ts';
import { type LogAddress, logScheme, logUri, readLogUri } from './address.ts';
import { createLogText, type LogText } from './log-text.ts';

/** The document is sent whole; the longer it is, the more rarely. */
const tellMilliseconds = (lines: number) => Math.min(2000, 200 + lines / 50);

interface OpenLog {
  readonly address: LogAddress;
  readonly text: LogText;
  following: AbortController | null;
}

/** Logs of devices and components as read-only documents that can be followed, searched and folded. */
export function logs(host: Host, connections: Connections, targets: Targets) {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const open = new Map<string, OpenLog>();

  function clientOf({ connection }: LogAddress): Client {
    const found = connections.find(connection);
    if (!found) throw new OperationError('noConnection', vscode.l10n.t('The connection {0} is gone.', connection));
    return connections.client(found);
  }

  async function load(address: LogAddress): Promise<OpenLog> {
    requireTrust();
    const client = clientOf(address);
    const { planId, deviceKey, component } = address;
    const { plan } = await client.plans.summary(planId);
    const text = createLogText({
      heading: [
        `${plan.name} · ${deviceKey}${component === null ? '' : ` · ${component}`}`,
        `${address.connection} · ${client.server} · ${vscode.l10n.t('times in {0}', plan.effective.zone)}`,
      ],
      zone: plan.effective.zone,
      most: host.settings.logLines(),
      headingOf: (identifier, attempt) => vscode.l10n.t('{0} · attempt {1}', identifier, attempt),
      gone: (count) => vscode.l10n.t('{0} older lines are not shown', count.toLocaleString()),
    });
    const query = { limit: 500, ...(component === null ? {} : { component }) };
    for await (const line of client.plans.log(planId, deviceKey, query)) text.add([line]);
    return { address, text, following: null };
  }

  const provider: vscode.TextDocumentContentProvider = {
    onDidChange: changed.event,
    async provideTextDocumentContent(uri) {
      const known = open.get(uri.toString());
      if (known) return known.text.text();
      const address = readLogUri(uri);
      if (!address) return '';
      try {
        const log = await load(address);
        open.set(uri.toString(), log);
        return log.text.text();
      } catch (error) {
        if (isCancellation(error)) return '';
        // In the document's own place: a message box would come with every restored editor.
        return `# ${sayError(error)}\n`;
      }
    },
  };

  function stop(log: OpenLog): void {
    log.following?.abort();
    log.following = null;
  }

  /** Appends what comes. The editor keeps its place: VS Code applies only the difference. */
  async function follow(uri: vscode.Uri, log: OpenLog): Promise<void> {
    const abort = new AbortController();
    log.following = abort;
    let waiting = false;
    const tellSoon = () => {
      if (waiting) return;
      waiting = true;
      host.ambient.after(tellMilliseconds(log.text.count()), () => {
        waiting = false;
        changed.fire(uri);
      });
    };
    const { planId, deviceKey, component } = log.address;
    const after = log.text.last();
    const options = {
      planId,
      deviceKey,
      ...(component === null ? {} : { component }),
      ...(after === undefined ? {} : { after }),
      signal: abort.signal,
      ambient: host.ambient,
    };
    try {
      for await (const lines of followLog(clientOf(log.address), options)) {
        log.text.add(lines);
        tellSoon();
      }
    } finally {
      if (log.following === abort) log.following = null;
      showFollowing();
    }
  }

  function showFollowing(): void {
    const uri = vscode.window.activeTextEditor?.document.uri;
    setContext('followingLog', uri !== undefined && open.get(uri.toString())?.following !== null);
  }

  async function addressOf(argument: unknown): Promise<LogAddress> {
    const { connection, overview } = await targets.plan(argument, vscode.l10n.t('A log of which plan?'), () => true);
    const row = typeof argument === 'object' && argument !== null ? (argument as Record<string, unknown>) : {};
    const device = row['device'] as { readonly deviceKey?: unknown } | undefined;
    const deviceKey = row['deviceKey'] ?? device?.deviceKey;
    if (typeof deviceKey !== 'string') throw new OperationError('nothingToDo', vscode.l10n.t('Choose a device first.'));
    const { id: planId, name: planName } = overview.plan;
    const address = { connection: connection.name, planId, planName, deviceKey };
    const named = row['component'];
    if (typeof named === 'object' && named !== null && 'identifier' in named) {
      return { ...address, component: String(named.identifier) };
    }
    const components = await connections.client(connection).plans.components(planId, deviceKey);
    const [only] = components;
    if (only && components.length === 1) return { ...address, component: only.identifier };
    const component = await choose<string | null>(vscode.l10n.t('Log of which component?'), [
      { label: vscode.l10n.t('All components'), value: null },
      ...components.map(({ identifier }) => ({ label: identifier, value: identifier })),
    ]);
    return { ...address, component };
  }

  const commands: Commands = {
    async openLog(argument?: unknown) {
      requireTrust();
      const uri = logUri(await addressOf(argument));
      const document = await vscode.workspace.openTextDocument(uri);
      await vscode.languages.setTextDocumentLanguage(document, 'otaplan-log');
      await vscode.window.showTextDocument(document, { preview: true });
    },
    /** Starts or stops following the log in the active editor. */
    async followLog() {
      const uri = vscode.window.activeTextEditor?.document.uri;
      const log = uri && open.get(uri.toString());
      if (!uri || !log) throw new OperationError('nothingToDo', vscode.l10n.t('Open a log first.'));
      if (log.following) {
        stop(log);
        showFollowing();
        return;
      }
      void host.boundary('logs', () => follow(uri, log));
      showFollowing();
      void vscode.window.setStatusBarMessage(vscode.l10n.t('$(eye) Following the log'), 3000);
    },
  };

  const links: vscode.DocumentLinkProvider = {
    provideDocumentLinks(document) {
      const address = readLogUri(document.uri);
      if (!address) return [];
      const found: vscode.DocumentLink[] = [];
      const { connection, planId, planName } = address;
      const at = document.lineAt(0).text.indexOf(planName);
      if (at >= 0) {
        const link = new vscode.DocumentLink(
          new vscode.Range(0, at, 0, at + planName.length),
          vscode.Uri.parse(
            `command:otaplan.openDeployedPlan?${encodeURIComponent(JSON.stringify([{ connection, planId }]))}`,
          ),
        );
        link.tooltip = vscode.l10n.t('Open the deployed plan');
        found.push(link);
      }
      return found;
    },
  };

  const disposable = vscode.Disposable.from(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(logScheme, provider),
    vscode.languages.registerDocumentLinkProvider({ scheme: logScheme }, links),
    vscode.window.onDidChangeActiveTextEditor(showFollowing),
    vscode.workspace.onDidOpenTextDocument((document) => {
      if (document.uri.scheme === logScheme && document.languageId !== 'otaplan-log') {
        void vscode.languages.setTextDocumentLanguage(document, 'otaplan-log');
      }
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      const log = open.get(uri.toString());
      // Setting the language closes a document and opens it again.
      const still = vscode.workspace.textDocuments.some((each) => each.uri.toString() === uri.toString());
      if (!log || still) return;
      stop(log);
      open.delete(uri.toString());
    }),
    new vscode.Disposable(() => {
      for (const log of open.values()) stop(log);
    }),
  );
  return { commands, disposable };
}
