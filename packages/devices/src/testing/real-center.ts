import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '@otaplan/developer-center';
import { type PlanComponent, singleWave, withDigest } from '@otaplan/model';
import type { Registrar } from '../simulator/registration.ts';
import { machineClock } from './run.ts';

const product = 'p1';
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

/** The service itself, on a folder of its own, with the few calls that a rollout needs. */
export interface RealCenter {
  readonly url: string;
  readonly mqttUrl: string;
  readonly registrar: Registrar;
  /**
   * Uploads a package for each target and activates a silent plan for every device.
   * @param from versions that the plan is for; left out: any
   * @returns the plan's id
   */
  rollOut(
    targets: readonly { type: 'module' | 'mcu'; identifier: string; to: string; from?: string }[],
    size: number,
  ): Promise<string>;
  /** Status of each device of a plan, at most 500. */
  statuses(planId: string): Promise<Map<string, string>>;
  /** Devices of a plan by status. */
  counts(planId: string): Promise<Record<string, number>>;
  /** What devices of a plan are said to have failed of, or not to have begun for. */
  causes(planId: string): Promise<string[]>;
  close(): Promise<void>;
}

export async function openRealCenter(): Promise<RealCenter> {
  const dataDir = mkdtempSync(join(tmpdir(), 'otaplan-devices-'));
  const server = await startServer({
    dataDir,
    port: 0,
    mqtt: { port: 0 },
    clock: machineClock,
    random: (count) => randomBytes(count),
  });
  const secret = readFileSync(server.accessSecretFile, 'utf8').trim();
  const username = `ver=1&auth_mode=accessKey&sign_method=sha256&access_key=${server.accessKey}&timestamp=${machineClock.now().toFixed()}`;
  const query = `username=${encodeURIComponent(username)}&password=${sha256(username + secret)}`;
  const logIn = `${server.url}/v2/quecauth/accessKeyAuthrize/accessKeyLogin?grant_type=password&${query}`;
  const { access_token } = (await (await fetch(logIn)).json()) as { access_token: string };
  async function call<T>(method: string, path: string, body: unknown): Promise<T> {
    const bytes = body instanceof Uint8Array;
    const headers = {
      authorization: access_token,
      'content-type': bytes ? 'application/octet-stream' : 'application/json',
    };
    const sent = body === null ? null : bytes ? Buffer.from(body) : JSON.stringify(body);
    const reply = await fetch(server.url + path, { method, headers, body: sent });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
    return JSON.parse(text) as T;
  }
  return {
    url: server.url,
    mqttUrl: `mqtt://127.0.0.1:${server.mqttPort}`,
    registrar: {
      registerProducts: (products) => call('POST', '/ota/v1/products', { products }),
      registerDevices: (key, devices) => call('POST', `/ota/v1/products/${key}/devices`, { devices }),
    },
    async rollOut(targets, size) {
      const components: PlanComponent[] = [];
      for (const { type, identifier, to, from } of targets) {
        const bytes = randomBytes(size);
        const files = [{ name: 'firmware.bin', size, sha256: sha256(bytes) }];
        const declared = { name: `${identifier} ${to}`, type, version: to, sourceVersion: null, files };
        const { id } = await call<{ id: string }>('POST', '/ota/v1/packages', declared);
        await call('PUT', `/ota/v1/packages/${id}/files/firmware.bin`, bytes);
        const given = { component: identifier, type, identifier, mode: 'full', target: to } as const;
        components.push({ ...given, sources: from === undefined ? [] : [from], versions: null, package: null });
      }
      const minute = (milliseconds: number) => new Date(milliseconds).toISOString().slice(0, 16);
      const [start, end] = [minute(machineClock.now()), minute(machineClock.now() + 86_400_000)];
      const document = withDigest({
        name: 'Rollout',
        product,
        effective: { start, end, zone: 'UTC', startUtc: `${start}:00Z`, endUtc: `${end}:00Z` },
        targets: { all: true, include: [], exclude: [], count: null },
        components,
        mode: { kind: 'silent', push: 'any', afterRejectionMinutes: 10 },
        conditions: { batteryPercent: 30, signalDbm: -113 },
        retry: 0,
        waves: singleWave,
        allow: [],
      });
      const { plan } = await call<{ plan: { id: string } }>('POST', '/ota/v1/plans', { document });
      await call('POST', `/ota/v1/plans/${plan.id}/activate`, {});
      return plan.id;
    },
    async counts(planId) {
      const { devices } = await call<{ devices: Record<string, number> }>(
        'GET',
        `/ota/v1/plans/${planId}/summary`,
        null,
      );
      return devices;
    },
    async statuses(planId) {
      const { items } = await call<{ items: { deviceKey: string; status: string }[] }>(
        'GET',
        `/ota/v1/plans/${planId}/devices?limit=500`,
        null,
      );
      return new Map(items.map(({ deviceKey, status }) => [deviceKey, status]));
    },
    async causes(planId) {
      const { items } = await call<{ items: { cause: string | null }[] }>(
        'GET',
        `/ota/v1/plans/${planId}/devices`,
        null,
      );
      return items.flatMap(({ cause }) => cause ?? []);
    },
    async close() {
      await server.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
