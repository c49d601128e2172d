/** What the end-to-end tests share: a folder with the example in it, the `otaplan` command, a Developer Center and a fleet as processes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

const root = path.join(import.meta.dirname, '../..');
const command = path.join(root, 'packages/cli/bin/otaplan.js');

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of its own with the water-meter example, and everything started in it, ended and deleted together. */
export class Bench {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'otaplan-'));
  readonly work = path.join(this.folder, 'water-meter');
  readonly env: NodeJS.ProcessEnv = {
    ...process.env,
    NO_COLOR: '1',
    OTAPLAN_SERVER: '',
    OTAPLAN_ACCESS_KEY: '',
    OTAPLAN_ACCESS_SECRET: '',
  };
  readonly #children = new Set<ChildProcess>();

  constructor() {
    cpSync(path.join(root, 'examples/water-meter'), this.work, { recursive: true });
    cpSync(path.join(root, 'examples/faults'), path.join(this.work, 'faults'), { recursive: true });
    this.edit('today.otaplan', (text) => text.replace(/effective .*/, this.period(-1, 24 * 60)));
  }

  /** An `effective` statement in UTC, from and to so many minutes from now. */
  period(from: number, to: number): string {
    const text = (minutes: number) =>
      new Date(Date.now() + minutes * 60_000).toISOString().slice(0, 16).replace('T', ' ');
    return `effective ${text(from)} to ${text(to)} in "UTC"`;
  }

  file(name: string): string {
    return path.join(this.work, name);
  }

  write(name: string, text: string): string {
    writeFileSync(this.file(name), text);
    return name;
  }

  edit(name: string, change: (text: string) => string): void {
    this.write(name, change(readFileSync(this.file(name), 'utf8')));
  }

  /** Runs `otaplan` to its end. */
  run(args: readonly string[], options: { env?: NodeJS.ProcessEnv; killAfterLine?: RegExp } = {}): Promise<Result> {
    const child = this.#spawn(args, options.env);
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (data) => {
      stdout += data;
    });
    child.stderr?.on('data', (data) => {
      stderr += data;
      if (options.killAfterLine?.test(stderr)) child.kill('SIGKILL');
    });
    return new Promise((done) => child.once('close', (code) => done({ code, stdout, stderr })));
  }

  /** Runs `otaplan … --json`, expects success, and returns the document. */
  async json<T>(...args: string[]): Promise<T> {
    const result = await this.run([...args, '--json']);
    if (result.code !== 0)
      throw new Error(`otaplan ${args.join(' ')}: ${result.code}\n${result.stderr}${result.stdout}`);
    return JSON.parse(result.stdout) as T;
  }

  /** The same for a stream of JSON lines. */
  async jsonLines<T>(...args: string[]): Promise<T[]> {
    const result = await this.run([...args, '--json']);
    if (result.code !== 0)
      throw new Error(`otaplan ${args.join(' ')}: ${result.code}\n${result.stderr}${result.stdout}`);
    return result.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T);
  }

  /** Runs `otaplan`, expects success, and returns what it said. */
  async done(...args: string[]): Promise<Result> {
    const result = await this.run(args);
    if (result.code !== 0)
      throw new Error(`otaplan ${args.join(' ')}: ${result.code}\n${result.stderr}${result.stdout}`);
    return result;
  }

  /** Starts Developer Center on the bench's folder and points the commands at it. Started again, it has the same folder and port. */
  async startServer(): Promise<ChildProcess> {
    const port = this.env['OTAPLAN_SERVER'] ? new URL(this.env['OTAPLAN_SERVER']).port : '0';
    const { child, ready } = await this.start('server', '--data', path.join(this.folder, 'center'), '--port', port);
    this.env['OTAPLAN_SERVER'] = String(ready['url']);
    this.env['OTAPLAN_ACCESS_KEY'] = String(ready['accessKey']);
    this.env['OTAPLAN_ACCESS_SECRET'] = readFileSync(String(ready['accessSecretFile']), 'utf8').trim();
    return child;
  }

  /** Registers the example and starts its devices, or the first `devices` of them; resolves when they are online. */
  async startFleet(
    options: { faults?: string; devices?: number; speed?: number; mqtt?: string } = {},
  ): Promise<ChildProcess> {
    if (options.devices !== undefined) {
      const count = options.devices;
      this.edit(
        'devices.csv',
        (text) =>
          `${text
            .split('\n')
            .slice(0, count + 1)
            .join('\n')}\n`,
      );
      this.edit(
        'lists/berlin.csv',
        (text) =>
          `${text
            .split('\n')
            .slice(0, count - 11)
            .join('\n')}\n`,
      );
    }
    await this.done('register', 'products.csv', 'devices.csv');
    const { child } = await this.start(
      ...[
        'simulate',
        '--product',
        'p1WM01',
        '--list',
        'devices.csv',
        '--seed',
        '7',
        '--speed',
        String(options.speed ?? 60),
      ],
      ...['--component', 'module:FOTA=2.3.1', '--component', 'mcu:STM32=1.8.3'],
      ...(options.faults ? ['--faults', options.faults] : []),
      ...(options.mqtt ? ['--transport', 'mqtt', '--mqtt', options.mqtt] : []),
    );
    return child;
  }

  /** Starts a command that stays; resolves with the JSON line that says that it is ready. */
  async start(...args: string[]): Promise<{ child: ChildProcess; ready: Record<string, unknown> }> {
    const child = this.#spawn([...args, '--json']);
    let stderr = '';
    child.stderr?.on('data', (data) => {
      stderr = (stderr + data).slice(-4000);
    });
    const line = await new Promise<string>((done, failed) => {
      if (child.stdout) createInterface({ input: child.stdout }).once('line', done);
      child.once('exit', (code) => failed(new Error(`otaplan ${args.join(' ')} ended with ${code}\n${stderr}`)));
    });
    return { child, ready: JSON.parse(line) as Record<string, unknown> };
  }

  async stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((done) => child.once('exit', done));
    child.kill(signal);
    await gone;
  }

  /** Ends everything that was started and deletes the folder. */
  async close(): Promise<void> {
    await Promise.all([...this.#children].map((child) => this.stop(child, 'SIGKILL')));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #spawn(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
    const child = spawn(process.execPath, [command, ...args], {
      cwd: this.work,
      env: { ...this.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }
}

/** Asks again until the answer satisfies; for states of real processes that cannot be awaited. */
export async function until<T>(ask: () => Promise<T>, satisfied: (answer: T) => boolean, seconds = 120): Promise<T> {
  const limit = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (satisfied(answer)) return answer;
    if (Date.now() > limit) throw new Error(`Not within ${seconds} s: ${JSON.stringify(answer)}`);
    await pause(300);
  }
}

export interface Overview {
  readonly plan: { readonly id: string; readonly name: string; readonly status: string };
  readonly devices: {
    readonly total: number;
    readonly notUpgraded: number;
    readonly upgrading: number;
    readonly upgraded: number;
    readonly upgradeFailed: number;
    readonly noUpdateRequired: number;
  };
  readonly successRate: number | null;
}

/** Whether no device of a plan has anything left to do. */
export const settled = ({ devices }: Overview): boolean => devices.notUpgraded + devices.upgrading === 0;
