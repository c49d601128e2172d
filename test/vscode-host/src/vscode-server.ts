import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * The VS Code server out of the npm package `code-server`: found, made runnable, started. Nothing is downloaded and
 * nothing leaves 127.0.0.1.
 */

const packageDir = path.dirname(import.meta.dirname);

/** Where VS Code lies. Its own node_modules (a compile at install) are replaced by this package's pinned dependencies. */
function vscodeDir(): string {
  if (Number(process.versions.node.split('.')[0]) < 24) {
    throw new Error(
      `VS Code's server needs Node 24, this is ${process.version}: start it through the workspace's scripts.`,
    );
  }
  const dir = path.join(realpathSync(path.join(packageDir, 'node_modules/code-server')), 'lib/vscode');
  const link = path.join(dir, 'node_modules');
  const target = path.join(packageDir, 'node_modules');
  const found = lstatSync(link, { throwIfNoEntry: false });
  if (!found || (found.isSymbolicLink() && readlinkSync(link) !== target)) {
    rmSync(link, { force: true });
    symlinkSync(target, link, 'junction');
  }
  return dir;
}

/** Settings under which the workbench asks nothing, updates nothing and greets nobody. */
export const quietSettings: Readonly<Record<string, unknown>> = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'git.enabled': false,
  'files.hotExit': 'off',
};

/** One VS Code's own folder: settings, extensions, workspace. Its path is short: sockets lie in it (107 bytes at most). */
export interface Profile {
  readonly dir: string;
  readonly workspace: string;
  remove(): void;
}

/** A fresh profile whose workspace is a copy of a folder. */
export function createProfile(settings: Readonly<Record<string, unknown>>, workspaceFrom?: string): Profile {
  const dir = mkdtempSync(path.join(tmpdir(), 'vsc-'));
  const workspace = path.join(dir, 'water-meter');
  mkdirSync(workspace);
  if (workspaceFrom) cpSync(workspaceFrom, workspace, { recursive: true });
  mkdirSync(path.join(dir, 'user/User'), { recursive: true });
  writeSettings({ dir }, settings);
  return {
    dir,
    workspace,
    remove: () => rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  };
}

/** Puts settings in the place of those of a profile; a VS Code that runs takes them in. */
export function writeSettings({ dir }: Pick<Profile, 'dir'>, settings: Readonly<Record<string, unknown>>): void {
  writeFileSync(path.join(dir, 'user/User/settings.json'), JSON.stringify({ ...quietSettings, ...settings }, null, 2));
}

/** The last lines of the logs that extensions wrote in a profile, to be read when a test failed. @param name part of the channel's name */
export function extensionLogs(profile: Profile, name: string, lines: number): string {
  return readdirSync(profile.dir, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.log') && path.basename(file).includes(name))
    .map(
      (file) =>
        `${path.basename(file)}:\n${readFileSync(path.join(profile.dir, file), 'utf8').split('\n').slice(-lines).join('\n')}`,
    )
    .join('\n');
}

/** Sockets and locks go to the profile; without a gallery the workbench asks no server for extensions. */
function environment(profile: Profile, base = process.env): NodeJS.ProcessEnv {
  const temporary = path.join(profile.dir, 'tmp');
  mkdirSync(temporary, { recursive: true });
  return { ...base, EXTENSIONS_GALLERY: '{}', TMPDIR: temporary, XDG_RUNTIME_DIR: temporary };
}

function places(profile: Profile): string[] {
  const at = (name: string) => path.join(profile.dir, name);
  return [
    '--accept-server-license-terms',
    ...['--telemetry-level', 'off'],
    ...['--server-data-dir', at('server')],
    ...['--user-data-dir', at('user')],
    ...['--extensions-dir', at('ext')],
  ];
}

/** Installs a packaged extension into a profile; throws with VS Code's own words when it refuses. */
export function installVsix(profile: Profile, vsix: string): void {
  const main = path.join(vscodeDir(), 'out/server-main.js');
  const done = spawnSync(process.execPath, [main, ...places(profile), '--install-extension', vsix, '--force'], {
    encoding: 'utf8',
    env: environment(profile),
  });
  if (done.status !== 0 || !/successfully installed/.test(done.stdout)) {
    throw new Error(`The VSIX was not installed:\n${done.stdout}\n${done.stderr}`);
  }
}

export interface VscodeServer {
  readonly port: number;
  readonly child: ChildProcess;
  /** What it printed so far. */
  log(): string;
  /** Ends the server and everything it started. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** Without one any page of the same browser can reach it: only for tests, whose browser opens nothing else. */
  readonly connectionToken?: string;
  /** 0: any free port. */
  readonly port?: number;
  /** Makes a built VS Code accept tests in the page's address; it also hides notifications. */
  readonly acceptTests?: boolean;
  /** Workspace trust is asked about. Off unless a test is about it. */
  readonly workspaceTrust?: boolean;
  /** Variables for it and its extensions, in the place of this process's own. */
  readonly environment?: NodeJS.ProcessEnv;
}

const startMilliseconds = 60_000;
const endMilliseconds = 5_000;

/** Starts VS Code's server on 127.0.0.1 and resolves when it listens. */
export async function startVscode(profile: Profile, options: ServerOptions = {}): Promise<VscodeServer> {
  const token = options.connectionToken;
  const child = spawn(
    process.execPath,
    [
      path.join(vscodeDir(), 'out/server-main.js'),
      ...['--host', '127.0.0.1', '--port', String(options.port ?? 0)],
      ...places(profile),
      ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
      ...(token === undefined ? ['--without-connection-token'] : ['--connection-token', token]),
      ...(options.acceptTests ? ['--enable-smoke-test-driver'] : []),
    ],
    // a process group of its own, so that its end is the end of all that it started
    { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: environment(profile, options.environment) },
  );
  const kill = (signal: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // it is gone already
    }
  };
  // our own end, of whatever kind, is its end too
  process.once('exit', () => kill('SIGKILL'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
  process.stdout.once('error', () => process.exit(1));

  let log = '';
  const port = await new Promise<number>((resolve, reject) => {
    const onText = (text: Buffer) => {
      log += text.toString();
      const listening = /Extension host agent listening on (\d+)/.exec(log);
      if (listening) resolve(Number(listening[1]));
    };
    child.stdout.on('data', onText);
    child.stderr.on('data', onText);
    child.once('exit', (code, signal) => reject(new Error(`VS Code's server ended (${code ?? signal}).\n${log}`)));
    setTimeout(() => reject(new Error(`VS Code's server did not start in time.\n${log}`)), startMilliseconds).unref();
  });
  return {
    port,
    child,
    log: () => log,
    async stop() {
      const running = child.exitCode === null && child.signalCode === null;
      const gone = running ? new Promise((resolve) => child.once('exit', resolve)) : undefined;
      kill('SIGTERM');
      const late = setTimeout(kill, endMilliseconds, 'SIGKILL');
      await gone;
      clearTimeout(late);
      kill('SIGKILL');
    },
  };
}
