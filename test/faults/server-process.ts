import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { command, on, otaplanOn } from './otaplan.ts';

/** Loaded before the server: its wall clock can be set ({@link ServerProcess.setClock}). */
const movableClock = new URL('movable-clock.ts', import.meta.url).href;

/** The process of a Developer Center that is started, stopped and killed, its clock set, and what it left behind looked at. */
export class ServerProcess {
  readonly folder: string;
  readonly #owned: boolean;
  /** `postgres://…`; `null`: everything in the folder. */
  readonly database: string | null;
  /** What is started. `null`: the command, with a clock that can be set; else a file, such as the command as it is built. */
  startedAs: string | null = null;
  /** Further arguments and variables of the server, from its next start on. */
  readonly args: string[] = [];
  readonly env: Record<string, string> = {};
  /** All that its processes said. */
  said = '';
  process: ChildProcess | null = null;
  url = '';
  mqttPort: number | null = null;
  /** How far its wall clock is from the machine's, in milliseconds. */
  #aheadMs = 0;
  /** The owner's, since the last start or setting of the clock; `null`: none yet. */
  protected accessToken: string | null = null;
  /** What must not stand in anything that it says (I8). */
  protected readonly secrets = new Set<string>();
  accessKey = '';
  #port = '0';

  constructor(database: string | null = null, folder?: string) {
    this.folder = folder ?? mkdtempSync(path.join(tmpdir(), 'otaplan-faults-'));
    this.#owned = folder === undefined;
    this.database = database;
  }

  /** Starts it, again on the same port. @throws Error with what it said, when it did not start */
  async start(): Promise<void> {
    const child = this.#spawn();
    this.process = child;
    let said = '';
    for (const output of [child.stdout, child.stderr]) {
      output?.on('data', (data) => {
        said += data;
        this.said += data;
      });
    }
    const line = await new Promise<string>((done, failed) => {
      if (child.stdout) createInterface({ input: child.stdout }).once('line', done);
      child.once('exit', (code) => failed(new Error(`The server ended with ${code}: ${said}`)));
    });
    const ready = JSON.parse(line) as { url: string; mqttPort?: number; accessKey: string };
    this.url = ready.url;
    this.accessKey = ready.accessKey;
    this.#port = new URL(ready.url).port;
    if (ready.mqttPort !== undefined) this.mqttPort = ready.mqttPort;
    this.accessToken = null;
  }

  /** Starts it and kills it so many milliseconds later, wherever it is then. */
  async killWhileStarting(milliseconds: number): Promise<void> {
    const child = this.#spawn();
    const ended = new Promise((done) => child.once('exit', done));
    await pause(milliseconds);
    child.kill('SIGKILL');
    await ended;
  }

  #spawn(): ChildProcess {
    const mqtt = this.mqttPort === null ? [] : ['--mqtt-port', String(this.mqttPort)];
    const args = ['server', '--data', this.folder, '--port', this.#port, ...mqtt, ...this.args];
    const started = this.startedAs === null ? ['--import', movableClock, command()] : [this.startedAs];
    return spawn(process.execPath, [...started, ...args], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...on(this.database), ...this.env, OTAPLAN_CLOCK_AHEAD: String(this.#aheadMs) },
    });
  }

  /** Starts it again with a broker of its own, which later starts keep at its port. */
  async speakMqtt(): Promise<void> {
    await this.stop();
    this.mqttPort = 0;
    await this.start();
  }

  /** Starts it again where devices speak with it by a broker of their own. */
  async speakAt(broker: {
    readonly inside: string;
    readonly username: string;
    readonly password: string;
  }): Promise<void> {
    await this.stop();
    this.env['OTAPLAN_MQTT'] = broker.inside;
    this.env['OTAPLAN_MQTT_USERNAME'] = broker.username;
    this.env['OTAPLAN_MQTT_PASSWORD'] = broker.password;
    this.secrets.add(broker.password);
    await this.start();
  }

  /** What its wall clock says. */
  now(): number {
    return Date.now() + this.#aheadMs;
  }

  /** Sets the wall clock of the running process, if there is one, and of those that follow; its timers go on as they were. */
  async setClock(to: number): Promise<void> {
    this.#aheadMs = Math.round(to - Date.now());
    this.accessToken = null;
    if (!this.process) return;
    const set = new Promise((done) => this.process?.once('message', done));
    this.process.send({ aheadMs: this.#aheadMs });
    await set;
  }

  /** Ends it, and waits until it has. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.process;
    this.process = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill(signal);
    await ended;
  }

  async end(): Promise<void> {
    await this.stop();
    if (this.#owned) rmSync(this.folder, { recursive: true, force: true });
  }

  /** What `otaplan server verify` says of the stopped folder, or of the database; none: it holds. */
  async problems(): Promise<string[]> {
    const { code, stdout, stderr } = await otaplanOn(
      this.database,
      'server',
      'verify',
      '--data',
      this.folder,
      '--json',
    );
    if (code === 0) return [];
    return stdout === '' ? [stderr] : (JSON.parse(stdout) as { problems: string[] }).problems;
  }

  /** Which of the secrets that it was told stand in what it said. */
  leaks(): string[] {
    const leaked = [...this.secrets].filter((secret) => this.said.includes(secret));
    if (/secret-of-\w/.test(this.said)) leaked.push('the secret of a device');
    return leaked.map((secret) => `What the server said has ${secret.slice(0, 16)}….`);
  }
}

/** The database of a Developer Center that keeps everything in its folder. */
export const databaseFile = (center: ServerProcess) => path.join(center.folder, 'developer-center.sqlite');
