import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Ambient } from '@otaplan/client';
import { OperationError } from '../../infrastructure/errors.ts';
import type { ComponentLog } from '../../infrastructure/log.ts';

/** A command of `otaplan` that runs until it is stopped. */
export interface Child {
  /** The JSON line that it prints when it is ready. */
  readonly ready: Readonly<Record<string, unknown>>;
  readonly onExit: Promise<number | null>;
  stop(): Promise<void>;
}

export interface ChildOptions {
  /** The bundled `otaplan` command, and the module that ends it when this process is gone. */
  readonly otaplan: string;
  readonly guard: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly log: ComponentLog;
  readonly ambient: Ambient;
  readonly signal: AbortSignal;
}

const lastLines = 5;
const patienceMilliseconds = 5000;

/**
 * Starts `otaplan` on the Node that VS Code itself runs on (under Electron that needs ELECTRON_RUN_AS_NODE). Its standard error goes
 * to the log, line by line.
 * @throws OperationError `localServerFailed` with its last words when it ends before it is ready
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { log } = options;
  const child: ChildProcess = fork(options.otaplan, [...options.args], {
    execArgv: ['--import', options.guard, '--disable-warning=ExperimentalWarning'],
    env: { ...process.env, ...options.environment, ELECTRON_RUN_AS_NODE: '1', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const words: string[] = [];
  const onExit = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const kill = () => void child.kill('SIGTERM');
  options.signal.addEventListener('abort', kill, { once: true });
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      log.info(line);
      words.push(line);
      if (words.length > lastLines) words.shift();
    });
  }
  const ready = await new Promise<Readonly<Record<string, unknown>>>((resolve, reject) => {
    child.once('error', reject);
    void onExit
      .then((code) => {
        options.signal.throwIfAborted();
        const said = words.length > 0 ? ` ${words.join(' ')}` : '';
        throw new OperationError('localServerFailed', `“otaplan ${options.args[0]}” ended with ${code}.${said}`);
      })
      .catch(reject);
    if (child.stdout) {
      createInterface({ input: child.stdout }).once('line', (line) => {
        try {
          resolve(JSON.parse(line));
        } catch {
          reject(new OperationError('localServerFailed', `“otaplan ${options.args[0]}” said: ${line}`));
        }
      });
    }
  });
  options.signal.removeEventListener('abort', kill);
  return {
    ready,
    onExit,
    async stop() {
      child.kill('SIGTERM');
      const callOff = options.ambient.after(patienceMilliseconds, () => void child.kill('SIGKILL'));
      await onExit;
      callOff();
    },
  };
}
