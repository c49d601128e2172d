import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';
import { DeviceReport, type PlanMessage } from '@otaplan/api';
import { type ComponentStatus, mayFollow } from '@otaplan/model';
import type { Registrar } from '../simulator/registration.ts';

type Component = NonNullable<PlanMessage['plan']>['components'][number];
export interface Goal {
  readonly identifier: string;
  readonly type: 'module' | 'mcu';
  readonly from: string;
  readonly to: string;
}
interface Known {
  readonly secretSha256: string;
  readonly components: (Component & { status: ComponentStatus })[];
  readonly seen: Set<string>;
  /** Applied reports without their ids, in order. */
  readonly story: string[];
  readonly ignored: string[];
  revision: number;
  retriesLeft: number;
  waiting: (() => void)[];
}

/**
 * The device side of a Developer Center in a few lines, over real HTTP: what the devices' own tests need, and no more.
 * It issues at once, keeps everything in memory and retries at once, at most `retries` times.
 */
export class LittleCenter {
  readonly payload: Buffer;
  readonly known = new Map<string, Known>();
  readonly paths: string[] = [];
  /** Answers instead of the center when it returns true. */
  interfere: (request: IncomingMessage, reply: ServerResponse) => boolean = () => false;
  /** Whether a device gets its plan. */
  issues = true;
  retries = 5;
  limits = { battery: 30, signal: -113 };
  mode: 'silent' | 'manual' = 'silent';
  readonly #goals: readonly Goal[];
  #server: Server;
  #port = 0;
  #generation = 0;

  constructor(goals: readonly Goal[], payload: Buffer = Buffer.from('firmware'.repeat(100))) {
    this.#goals = goals;
    this.payload = payload;
    this.#server = this.#create();
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  readonly registrar: Registrar = {
    registerProducts: async () => {},
    registerDevices: async (_, devices) => {
      for (const { deviceKey, secretSha256 } of devices) {
        this.known.set(deviceKey, {
          secretSha256,
          components: this.#goals.map((goal) => this.#component(goal)),
          seen: new Set(),
          story: [],
          ignored: [],
          revision: 0,
          retriesLeft: this.retries,
          waiting: [],
        });
      }
    },
  };

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', 4096, resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** Gone from one moment to the next, as after kill -9; what was acknowledged stays. */
  async kill(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
    this.#server = this.#create();
  }

  /** Addresses given so far are over. */
  endAddresses(): void {
    this.#generation++;
  }

  /** Tells every waiting device that something changed. */
  changeAll(): void {
    for (const device of this.known.values()) this.#change(device);
  }

  device(key: string): Known {
    const device = this.known.get(key);
    if (!device) throw new Error(`No device ${key}.`);
    return device;
  }

  statuses(key: string): string[] {
    return this.device(key).components.map(({ status }) => status);
  }

  #create(): Server {
    return createServer((request, reply) => void this.#answer(request, reply).catch(() => reply.destroy()));
  }

  #component(goal: Goal): Known['components'][number] {
    return {
      identifier: goal.identifier,
      type: goal.type,
      mode: 'full',
      sourceVersion: null,
      targetVersion: goal.to,
      attempt: 1,
      status: 'planNotReceived',
      ...this.limits,
      space: this.payload.length,
      address: null,
    };
  }

  #change(device: Known): void {
    device.revision++;
    for (const tell of device.waiting.splice(0)) tell();
  }

  async #answer(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    this.paths.push(`${request.method} ${path.replace(/\/device\/v1\/products\/\w+\/devices\/\w+/, '')}`);
    if (this.interfere(request, reply)) return;
    if (path.startsWith('/device/v1/files/')) {
      this.#file(request, reply);
      return;
    }
    const [, key = '', what] = /\/devices\/(\w+)\/(plan|reports)$/.exec(path) ?? [];
    const device = this.known.get(key);
    const secret = /^Device (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (!device || createHash('sha256').update(secret).digest('hex') !== device.secretSha256) {
      json(reply, 401, {});
      return;
    }
    if (what === 'plan') return await this.#plan(device, request, reply);
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { reports } = JSON.parse(Buffer.concat(chunks).toString()) as { reports: unknown[] };
    const results = reports.map((report) => this.#take(device, report));
    json(reply, 200, { results });
    return;
  }

  #take(device: Known, raw: unknown): { id: string; result: 'applied' | 'ignored' } {
    const parsed = DeviceReport.safeParse(raw);
    if (!parsed.success || device.seen.has(parsed.data.id)) return { id: parsed.data?.id ?? '', result: 'ignored' };
    const { id, ...report } = parsed.data;
    device.seen.add(id);
    const applied = report.kind === 'status' ? this.#status(device, report) : this.#versions(device, report);
    (applied ? device.story : device.ignored).push(JSON.stringify(report));
    if (applied) this.#change(device);
    return { id, result: applied ? 'applied' : 'ignored' };
  }

  #status(device: Known, report: Omit<Extract<DeviceReport, { kind: 'status' }>, 'id'>): boolean {
    const component = device.components.find(({ identifier }) => identifier === report.identifier);
    if (!component || report.planId !== 'plan' || report.attempt !== component.attempt) return false;
    if (report.status === component.status) return report.status === 'downloading';
    if (!mayFollow(component.status, report.status)) return false;
    component.status = report.status;
    if (report.status === 'upgradeConfirmed') {
      const [md5 = '', sha256 = ''] = ['md5', 'sha256'].map((name) =>
        createHash(name).update(this.payload).digest('hex'),
      );
      const crc = crc32(this.payload).toString(16).padStart(8, '0');
      const url = `${this.url}/device/v1/files/${this.#generation}/app.bin`;
      component.address = { files: [{ name: 'app.bin', url, size: this.payload.length, md5, sha256, crc32: crc }] };
    }
    if (report.status === 'downloadFailed' || report.status === 'upgradeFailed') this.#retry(device, component);
    // A rejection period of nothing: it stays in the message, which asks again.
    if (report.status === 'upgradeRejected' && device.retriesLeft-- <= 0) component.status = 'upgradeFailed';
    return true;
  }

  #retry(device: Known, component: Known['components'][number]): void {
    component.address = null;
    if (device.retriesLeft-- > 0)
      Object.assign(component, { attempt: component.attempt + 1, status: 'planNotReceived' });
    else component.status = 'upgradeFailed';
  }

  #versions(device: Known, report: Omit<Extract<DeviceReport, { kind: 'versions' | 'request' }>, 'id'>): boolean {
    if (report.kind !== 'versions') return true;
    for (const { identifier, version } of report.components) {
      const component = device.components.find((one) => one.identifier === identifier);
      if (!component) continue;
      if (component.targetVersion === version) {
        component.status = component.status === 'planNotReceived' ? 'noUpdateRequired' : 'upgradeSucceeded';
      } else if (component.status === 'upgrading') this.#retry(device, component);
    }
    return true;
  }

  async #plan(device: Known, request: IncomingMessage, reply: ServerResponse): Promise<void> {
    const tag = () => `"${device.revision}-${this.issues}-${this.#generation}"`;
    const wait = Number(/wait=(\d+)/.exec(String(request.headers['prefer'] ?? ''))?.[1] ?? 0);
    if (wait > 0 && request.headers['if-none-match'] === tag()) {
      await new Promise<void>((resolve) => {
        device.waiting.push(resolve);
        reply.on('close', resolve);
      });
    }
    if (request.headers['if-none-match'] === tag()) {
      reply.writeHead(304, { etag: tag() }).end();
      return;
    }
    for (const { address } of device.components) {
      for (const file of address?.files ?? []) file.url = `${this.url}/device/v1/files/${this.#generation}/app.bin`;
    }
    const texts = {};
    const components = device.components.map((one) => ({ ...one, retryAt: null }));
    const plan = this.issues ? { id: 'plan', name: 'Plan', mode: this.mode, texts, components } : null;
    json(reply, 200, { plan, pollAfter: 1 }, { etag: tag() });
  }

  #file(request: IncomingMessage, reply: ServerResponse): void {
    if (!request.url?.includes(`/${this.#generation}/`)) {
      json(reply, 410, {});
      return;
    }
    const [, from = '', to = ''] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const part = this.payload.subarray(Number(from), Number(to) + 1);
    reply.writeHead(206, {
      etag: '"payload"',
      'content-length': part.length,
      'content-range': `bytes ${from}-${to}/${this.payload.length}`,
    });
    reply.end(part);
  }
}

function json(reply: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  reply.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
