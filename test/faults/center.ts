import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { withDigest } from '@otaplan/model';
import { Client } from 'pg';
import { planTo, productKey, secretOf, sha256, way } from './documents.ts';
import { ServerProcess } from './server-process.ts';

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the contract test checks the shapes; the faults look into them.
  readonly json: any;
}

/** A Developer Center, and the calls that the faults make on it: as a person with a key, and as devices. */
export class Center extends ServerProcess {
  /** Milliseconds after which a call counts as lost; `null`: never. */
  patience: number | null = null;

  async call(method: string, where: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return await this.send(method, where, await this.token(), body, headers);
  }

  /** The owner's access token. */
  async token(): Promise<string> {
    this.accessToken ??= await this.#logIn();
    return this.accessToken;
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

  #logIn(): Promise<string> {
    return this.logIn(this.accessKey, readFileSync(path.join(this.folder, 'access-secret'), 'utf8').trim());
  }

  /** An access token of a key. */
  async logIn(key: string, secret: string): Promise<string> {
    const user = `ver=1&auth_mode=accessKey&sign_method=sha256&access_key=${key}&timestamp=${this.now()}`;
    const query = `grant_type=password&username=${encodeURIComponent(user)}&password=${sha256(user + secret)}`;
    const answer = await this.send('GET', `/v2/quecauth/accessKeyAuthrize/accessKeyLogin?${query}`, '');
    if (answer.json?.code !== 200) throw new Error(`Log-in failed: ${JSON.stringify(answer.json)}`);
    this.secrets.add(secret).add(answer.json.access_token);
    return answer.json.access_token;
  }

  /** Raw bytes for a connection of one's own: a call with its body. */
  raw(method: string, where: string, authorization: string, body = '', connection = 'close'): string {
    const { host } = new URL(this.url);
    const head = [
      `${method} ${where} HTTP/1.1`,
      `Host: ${host}`,
      `Authorization: ${authorization}`,
      `Connection: ${connection}`,
    ];
    const about = body === '' ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`];
    return [...head, ...about, '', body].join('\r\n');
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

  /** Saves plans that are never activated, with long names. @returns their ids */
  async drafts(count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let index = 0; index < count; index++) {
      const document = withDigest({ ...planTo('9.0.0', 0), name: `${index} ${'long '.repeat(18)}` });
      const made = await this.call('POST', '/ota/v1/plans', { document });
      if (made.status !== 201) throw new Error(JSON.stringify(made.json));
      ids.push(made.json.plan.id);
    }
    return ids;
  }

  /** Changes a draft: how often it is retried. Comes again where the key has made too many requests. */
  async touch(planId: string): Promise<void> {
    const read = await this.#served(() => this.call('GET', `/ota/v1/plans/${planId}`));
    const document = withDigest({ ...read.json.document, retry: (read.json.document.retry + 1) % 6 });
    const headers = { 'If-Match': `"${read.json.plan.revision}"` };
    await this.#served(() => this.call('PUT', `/ota/v1/plans/${planId}`, { document }, headers));
  }

  async #served(call: () => Promise<Answer>): Promise<Answer> {
    for (;;) {
      const answer = await call();
      if (answer.status === 200) return answer;
      if (answer.status !== 429) throw new Error(JSON.stringify(answer.json));
      await pause(1000);
    }
  }

  /** A further replica on the same folder and database, with the same settings; not started. */
  another(): Center {
    const center = new Center(this.database, this.folder);
    center.args.push(...this.args);
    Object.assign(center.env, this.env);
    return center;
  }

  /**
   * One with an empty database of its own beside this one's; not started.
   * @param folder left out: an empty one
   */
  async beside(folder?: string): Promise<Center> {
    return new Center(this.database === null ? null : await emptyDatabase(this.database), folder);
  }
}

async function emptyDatabase(beside: string): Promise<string> {
  const url = new URL(beside);
  url.pathname = `${url.pathname}_${randomBytes(3).toString('hex')}`;
  const client = new Client({ connectionString: beside });
  await client.connect();
  await client
    .query(`CREATE DATABASE ${url.pathname.slice(1)} ENCODING 'UTF8' TEMPLATE template0`)
    .finally(() => client.end());
  return url.href;
}
