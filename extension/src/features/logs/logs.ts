import type { Client, LogLine } from '@otaplan/client';
import { followLog } from '@otaplan/fleet';
import * as vscode from 'vscode';
import { choose } from '../../infrastructure/choices.ts';
import { type Commands, setContext } from '../../infrastructure/commands.ts';
import type { Connections } from '../../infrastructure/connections.ts';
import { OperationError, sayError } from '../../infrastructure/errors.ts';
import { type Host, requireTrust } from '../../infrastructure/host.ts';
import { withProgress } from '../../infrastructure/progress.ts';
import type { Targets } from '../../infrastructure/targets.ts';
import { type LogAddress, logScheme, logUri, readLogUri } from './address.ts';
import { followingStatus, keepEndInSight } from './following.ts';
import { registerLogFiles } from './log-files.ts';
import { registerLogLanguage } from './log-language.ts';
import { createLogText, type LogText } from './log-text.ts';
import { type PackageAddress, packageScheme, packageText, readPackageUri } from './package-text.ts';

/** The file is read whole when it grew; the longer it is, the more rarely. */
const tellMilliseconds = (lines: number) => Math.min(2000, 200 + lines / 50);
const pageLines = 500;

/** A log that is open. */
export interface OpenLog {
  readonly address: LogAddress;
  readonly text: LogText;
  /** Version packages of its components, each with its words in the heading. */
  readonly packages: readonly { readonly words: string; readonly address: PackageAddress }[];
  revision: number;
  /** Whether a person wants to see what comes. */
  followed: boolean;
  /** Runs only while a followed log can be seen. */
  following: AbortController | null;
  /** Why nothing comes while it is followed; `null`: nothing is wrong. */
  trouble: string | null;
}

/** Logs of devices and components as read-only documents that can be followed, searched and folded. */
export function logs(host: Host, connections: Connections, targets: Targets) {
  const open = new Map<string, Promise<OpenLog>>();
  /** Those of `open` that are read. */
  const known = new Map<string, OpenLog>();
  const active = () => {
    const uri = vscode.window.activeTextEditor?.document.uri;
    return uri && known.get(uri.toString());
  };
  const status = followingStatus(active);

  function clientOf({ connection }: { readonly connection: string }): Promise<Client> {
    const found = connections.find(connection);
    if (!found) throw new OperationError('noConnection', vscode.l10n.t('The connection {0} is gone.', connection));
    return connections.client(found);
  }

  async function load(address: LogAddress): Promise<OpenLog> {
    requireTrust();
    const client = await clientOf(address);
    const { planId, deviceKey, component } = address;
    const { plan } = await client.plans.summary(planId);
    const packages = plan.components
      .filter(({ identifier }) => component === null || identifier === component)
      .flatMap(({ identifier, type, target: version, sourceVersion }) => {
        // An earlier server does not say which package it is.
        if ((type !== 'module' && type !== 'mcu') || sourceVersion === undefined) return [];
        const words = sourceVersion === null ? version : vscode.l10n.t('{0} from {1}', version, sourceVersion);
        const at: PackageAddress = { connection: address.connection, type, version, sourceVersion };
        return [{ identifier, words, address: at }];
      });
    const text = createLogText({
      heading: [
        `${plan.name} · ${deviceKey}${component === null ? '' : ` · ${component}`}`,
        `${address.connection} · ${client.server} · ${vscode.l10n.t('times in {0}', plan.effective.zone)}`,
        ...packages.map(({ identifier, words }) => `${identifier} → ${words}`),
      ],
      zone: plan.effective.zone,
      most: host.settings.logLines(),
      headingOf: (identifier, attempt) => vscode.l10n.t('{0} · attempt {1}', identifier, attempt),
      gone: (count) => vscode.l10n.t('{0} older lines are not shown', count.toLocaleString()),
    });
    const query = { limit: pageLines, ...(component === null ? {} : { component }) };
    await withProgress(host.ambient, vscode.l10n.t('Reading the log of {0}', deviceKey), async (report, signal) => {
      let page: LogLine[] = [];
      for await (const line of client.plans.log(planId, deviceKey, query, { signal })) {
        page.push(line);
        if (page.length < pageLines) continue;
        text.add(page);
        page = [];
        report(vscode.l10n.t('{0} lines', text.count().toLocaleString()));
      }
      text.add(page);
    });
    return { address, text, packages, revision: 1, followed: false, following: null, trouble: null };
  }

  /** The log of an address, read once for as long as its document is open. */
  async function opened(uri: vscode.Uri): Promise<OpenLog> {
    const key = uri.toString();
    const address = readLogUri(uri);
    if (!address) throw vscode.FileSystemError.FileNotFound(uri);
    const reading = open.get(key) ?? load(address);
    open.set(key, reading);
    try {
      const log = await reading;
      known.set(key, log);
      return log;
    } catch (error) {
      open.delete(key);
      throw error;
    }
  }
  const files = registerLogFiles(opened);

  function stop(log: OpenLog): void {
    log.following?.abort();
    log.following = null;
    log.trouble = null;
  }

  /** Appends what comes, until it is stopped. */
  async function follow(uri: vscode.Uri, log: OpenLog): Promise<void> {
    const abort = new AbortController();
    log.following = abort;
    let callOff: (() => void) | undefined;
    const tellSoon = () => {
      callOff ??= host.ambient.after(tellMilliseconds(log.text.count()), () => {
        callOff = undefined;
        log.revision++;
        files.tell(uri);
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
      onTrouble(failure: { readonly kind: string } | null) {
        const trouble = failure === null ? null : vscode.l10n.t('cannot be reached');
        if (trouble === log.trouble) return;
        log.trouble = trouble;
        status.show();
      },
    };
    try {
      for await (const lines of followLog(await clientOf(log.address), options)) {
        log.text.add(lines);
        tellSoon();
      }
    } finally {
      callOff?.();
      // Not called off, but ended by what waiting does not mend.
      if (log.following === abort) {
        stop(log);
        log.followed = false;
      }
      showFollowing();
    }
  }

  /** Followed logs are read on while they can be seen. */
  function followVisible(): void {
    const visible = new Map(vscode.window.visibleTextEditors.map(({ document: { uri } }) => [uri.toString(), uri]));
    for (const [key, log] of known) {
      const uri = visible.get(key);
      if (!uri || !log.followed) stop(log);
      else if (!log.following) void host.boundary('logs', () => follow(uri, log));
    }
    showFollowing();
  }

  function showFollowing(): void {
    setContext('followingLog', active()?.followed === true);
    status.show();
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
    const components = await (await connections.client(connection)).plans.components(planId, deviceKey);
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
      // Read before it is shown: what goes wrong is then told by its own name.
      await opened(uri);
      const document = await vscode.workspace.openTextDocument(uri);
      await vscode.languages.setTextDocumentLanguage(document, 'otaplan-log');
      await vscode.window.showTextDocument(document, { preview: true });
    },
    /** Starts or stops following the log in the active editor. */
    async followLog() {
      const log = active();
      if (!log) throw new OperationError('nothingToDo', vscode.l10n.t('Open a log first.'));
      log.followed = !log.followed;
      followVisible();
    },
  };

  const packages: vscode.TextDocumentContentProvider = {
    async provideTextDocumentContent(uri) {
      const address = readPackageUri(uri);
      if (!address) return '';
      requireTrust();
      try {
        const found = await (await clientOf(address)).packages.find(address);
        return found ? packageText(found) : `${vscode.l10n.t('The package is not at Developer Center any more.')}\n`;
      } catch (error) {
        return `${sayError(error)}\n`;
      }
    },
  };

  const disposable = vscode.Disposable.from(
    files.disposable,
    status.disposable,
    registerLogLanguage((uri) => known.get(uri.toString())),
    vscode.workspace.registerTextDocumentContentProvider(packageScheme, packages),
    keepEndInSight((uri) => known.get(uri.toString())?.followed === true),
    vscode.window.onDidChangeActiveTextEditor(showFollowing),
    vscode.window.onDidChangeVisibleTextEditors(followVisible),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      // Setting the language closes a document and opens it again.
      const still = vscode.workspace.textDocuments.some((each) => each.uri.toString() === uri.toString());
      const log = known.get(uri.toString());
      if (uri.scheme !== logScheme || still) return;
      if (log) stop(log);
      open.delete(uri.toString());
      known.delete(uri.toString());
    }),
    new vscode.Disposable(() => {
      for (const log of known.values()) stop(log);
    }),
  );
  return { commands, disposable };
}
