/** A real Developer Center in a process of its own, and the calls that the faults make on it: as a person with a key, and as devices. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type Plan, singleWave, withDigest } from '@otaplan/model';

export const productKey = 'p1faults';
export const secretOf = (deviceKey: string) => `secret-of-${deviceKey}`;
export const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const command = path.join(import.meta.dirname, '../../packages/cli/src/main.ts');

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the contract test checks the shapes; the faults look into them.
  readonly json: any;
}

/** Runs `otaplan` to its end. */
export function otaplan(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return otaplanOn(null, ...args);
}

/** The same on a database, whose address has a password: it goes by the environment. */
export function otaplanOn(
  database: string | null,
  ...args: string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: on(database) });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  return new Promise((done) => child.once('close', (code) => done({ code, stdout, stderr })));
}

function on(database: string | null): NodeJS.ProcessEnv {
  const { OTAPLAN_DATABASE: _, ...rest } = process.env;
  return database === null ? rest : { ...rest, OTAPLAN_DATABASE: database };
}

/** Loaded before the server: its wall clock can be set ({@link Center.setClock}). */
const movableClock = new URL('movable-clock.ts', import.meta.url).href;

export class Center {
  readonly folder: string;
  readonly #owned: boolean;
  /** `postgres://…`; `null`: everything in the folder. */
  readonly database: string | null;
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
  #token = '';
  readonly #secrets = new Set<string>();
  /** Milliseconds after which a call counts as lost; `null`: never. */
  patience: number | null = null;
  accessKey = '';
  #port = '0';

  constructor(database: string | null = null, folder?: string) {
    this.folder = folder ?? mkdtempSync(path.join(tmpdir(), 'otaplan-faults-'));
    this.#owned = folder === undefined;
    this.database = database;
  }

  /** Starts it, again on the same port. @throws Error with what it said, when it did not start */
  async start(): Promise<void> {
    const mqtt = this.mqttPort === null ? [] : ['--mqtt-port', String(this.mqttPort)];
    const args = ['server', '--data', this.folder, '--port', this.#port, ...mqtt, ...this.args];
    const child = spawn(process.execPath, ['--import', movableClock, command, ...args], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...on(this.database), ...this.env, OTAPLAN_CLOCK_AHEAD: String(this.#aheadMs) },
    });
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
    this.#token = '';
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
    this.#secrets.add(broker.password);
    await this.start();
  }

  /** A further replica on the same folder and database, with the same settings; not started. */
  another(): Center {
    const center = new Center(this.database, this.folder);
    center.args.push(...this.args);
    Object.assign(center.env, this.env);
    return center;
  }

  /** What its wall clock says. */
  now(): number {
    return Date.now() + this.#aheadMs;
  }

  /** Sets the wall clock of the running process and of those that follow; its timers go on as they were. */
  async setClock(to: number): Promise<void> {
    this.#aheadMs = Math.round(to - Date.now());
    const set = new Promise((done) => this.process?.once('message', done));
    this.process?.send({ aheadMs: this.#aheadMs });
    await set;
    this.#token = '';
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

  async call(method: string, where: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return await this.send(method, where, await this.token(), body, headers);
  }

  /** The owner's access token. */
  async token(): Promise<string> {
    if (this.#token === '') this.#token = await this.#logIn();
    return this.#token;
  }

  device(key: string, method: 'GET' | 'POST', what: 'plan' | 'reports', body?: unknown): Promise<Answer> {
    return this.send(
      method,
      `/device/v1/products/${productKey}/devices/${key}/${what}`,
      `Device ${secretOf(key)}`,
      body,
    );
  }

  async send(
    method: string,
    where: string,
    authorization: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(this.url + where, {
      method,
      headers: { Authorization: authorization, 'Content-Type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
      ...(this.patience === null ? {} : { signal: AbortSignal.timeout(this.patience) }),
    } as RequestInit);
    const text = await response.text();
    let json: unknown = null;
    try {
      json = JSON.parse(text);
    } catch {}
    return { status: response.status, json };
  }

  async #logIn(): Promise<string> {
    const secret = readFileSync(path.join(this.folder, 'access-secret'), 'utf8').trim();
    const user = `ver=1&auth_mode=accessKey&sign_method=sha256&access_key=${this.accessKey}&timestamp=${this.now()}`;
    const query = `grant_type=password&username=${encodeURIComponent(user)}&password=${sha256(user + secret)}`;
    const answer = await this.send('GET', `/v2/quecauth/accessKeyAuthrize/accessKeyLogin?${query}`, '');
    if (answer.json?.code !== 200) throw new Error(`Log-in failed: ${JSON.stringify(answer.json)}`);
    this.#secrets.add(secret).add(answer.json.access_token);
    return answer.json.access_token;
  }

  /** Which of the secrets that it was told stand in what it said (I8). */
  leaks(): string[] {
    const leaked = [...this.#secrets].filter((secret) => this.said.includes(secret));
    if (/secret-of-\w/.test(this.said)) leaked.push('the secret of a device');
    return leaked.map((secret) => `What the server said has ${secret.slice(0, 16)}….`);
  }

  /** A gauge of `/metrics`; `null`: it is not there, or nobody answered. */
  async metric(name: string): Promise<number | null> {
    const response = await fetch(`${this.url}/metrics`).catch(() => null);
    const line = new RegExp(`^${name} (\\S+)$`, 'm').exec((await response?.text()) ?? '');
    return line ? Number(line[1]) : null;
  }

  /** Registers the product and devices. */
  async register(keys: readonly string[]): Promise<void> {
    await this.call('POST', '/ota/v1/products', { products: [{ productKey, name: 'Faults' }] });
    for (let from = 0; from < keys.length; from += 1000) {
      const devices = keys
        .slice(from, from + 1000)
        .map((deviceKey) => ({ deviceKey, secretSha256: sha256(secretOf(deviceKey)) }));
      const answer = await this.call('POST', `/ota/v1/products/${productKey}/devices`, { devices });
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.json));
    }
  }

  /** A package of 1 kB, uploaded. */
  async addPackage(version: string): Promise<void> {
    const bytes = randomBytes(1024);
    const files = [{ name: 'fw.bin', size: bytes.length, sha256: sha256(bytes) }];
    const about = { name: `FOTA ${version}`, type: 'module', version, sourceVersion: null, files };
    const made = await this.call('POST', '/ota/v1/packages', about);
    if (made.status !== 201) throw new Error(JSON.stringify(made.json));
    const type = { 'Content-Type': 'application/octet-stream' };
    const put = await this.call('PUT', `/ota/v1/packages/${made.json.id}/files/fw.bin`, bytes, type);
    if (put.status !== 200) throw new Error(JSON.stringify(put.json));
  }

  /** A plan on request to a version for all devices, with its package; activated. @returns its id */
  async activate(version: string, retry = 0): Promise<string> {
    await this.addPackage(version);
    const made = await this.call('POST', '/ota/v1/plans', { document: planTo(version, retry) });
    if (made.status !== 201) throw new Error(JSON.stringify(made.json));
    const done = await this.call('POST', `/ota/v1/plans/${made.json.plan.id}/activate`, {});
    if (done.status !== 200) throw new Error(JSON.stringify(done.json));
    return made.json.plan.id;
  }

  /** Ends a plan whose devices are done: while it is activated, no other may want the same component of its devices. */
  async terminate(planId: string): Promise<void> {
    const { status, json } = await this.call('POST', `/ota/v1/plans/${planId}/terminate`, {});
    if (status !== 200) throw new Error(JSON.stringify(json));
  }

  /** Statuses of a device's components in a plan. */
  async statuses(planId: string, key: string): Promise<string[]> {
    const { json } = await this.call('GET', `/ota/v1/plans/${planId}/devices/${key}/components`);
    return json.items.map(({ status }: { status: string }) => status);
  }

  /** The device asks: the plan is issued to it. */
  request(key: string, version: string): Promise<Answer> {
    const components = [{ identifier: 'FOTA', type: 'module', version }];
    return this.device(key, 'POST', 'reports', {
      reports: [{ id: `r-${key}-${version}`, kind: 'request', components }],
    });
  }

  report(key: string, planId: string, status: string, more: object = {}): Promise<Answer> {
    const report = { id: `${key}-${status}`, kind: 'status', planId, identifier: 'FOTA', attempt: 1, status, ...more };
    return this.device(key, 'POST', 'reports', { reports: [report] });
  }

  /** The device asks and reports every step of its way, in one call; the new version as well, when there is one. */
  goes(key: string, planId: string, from: string, to: string | null): Promise<Answer> {
    const components = (version: string) => [{ identifier: 'FOTA', type: 'module', version }];
    const report = { kind: 'status', planId, identifier: 'FOTA', attempt: 1 };
    const reports = [
      { id: `r-${key}-${from}`, kind: 'request', components: components(from) },
      ...way.map((status) => ({ ...report, id: `${key}-${status}`, status })),
      ...(to === null ? [] : [{ id: `v-${key}-${to}`, kind: 'versions', components: components(to) }]),
    ];
    return this.device(key, 'POST', 'reports', { reports });
  }

  versions(key: string, version: string): Promise<Answer> {
    const components = [{ identifier: 'FOTA', type: 'module', version }];
    return this.device(key, 'POST', 'reports', {
      reports: [{ id: `v-${key}-${version}`, kind: 'versions', components }],
    });
  }
}

export const way: readonly string[] = [
  'planReceived',
  'upgradeConfirmed',
  'readyToDownload',
  'downloading',
  'downloadSucceeded',
  'upgrading',
];

export function keysOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `FAULT${String(index).padStart(6, '0')}`);
}

export function planTo(version: string, retry: number, push: 'onRequest' | 'any' = 'onRequest'): Plan {
  const minute = Math.floor(Date.now() / 60_000) * 60_000;
  const local = (at: number) => new Date(at).toISOString().slice(0, 16);
  const [start, end] = [local(minute), local(minute + 24 * 3_600_000)];
  return withDigest({
    name: `To ${version}`,
    product: productKey,
    effective: { start, end, zone: 'UTC', startUtc: `${start}:00Z`, endUtc: `${end}:00Z` },
    targets: { all: true, include: [], exclude: [], count: null },
    components: [
      {
        component: 'modem',
        type: 'module',
        identifier: 'FOTA',
        mode: 'full',
        target: version,
        sources: [],
        versions: null,
        package: null,
      },
    ],
    mode: { kind: 'silent', push, afterRejectionMinutes: 120 },
    conditions: { batteryPercent: 30, signalDbm: -113 },
    retry,
    waves: singleWave,
    allow: [],
  });
}
