import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@otaplan/model/virtual-clock';
import { type RunningServer, type ServerOptions, startServer } from '../server.ts';

/** A Developer Center over real HTTP for tests, with a virtual clock and a folder that is removed at the end. */
export interface Running {
  readonly server: RunningServer;
  readonly clock: VirtualClock;
  readonly dataDir: string;
  readonly secret: string;
  readonly logLines: string[];
  /** Calls with the owner's token, or with another `Authorization`. */
  call(method: string, path: string, more?: CallOptions): Promise<Reply>;
  /** Logs in with an access key; the access token. */
  logIn(key?: string, secret?: string): Promise<string>;
  /** Stops it and starts another on the same folder. */
  restart(): Promise<Running>;
  end(): Promise<void>;
}
/** What helpers need of a running server. */
export type Callable = Pick<Running, 'call'>;

export interface CallOptions {
  readonly body?: unknown;
  readonly bytes?: Uint8Array;
  readonly headers?: Record<string, string>;
  /** `null`: none. */
  readonly authorization?: string | null;
}
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into replies whose shape the contract test checks.
  readonly json: any;
}

export const start = Date.parse('2027-03-01T08:00:00Z');

export async function run(
  options: Partial<ServerOptions> & { reuse?: string; clock?: VirtualClock } = {},
): Promise<Running> {
  const dataDir = options.reuse ?? mkdtempSync(join(tmpdir(), 'otaplan-dc-'));
  const clock = options.clock ?? new VirtualClock(start);
  const logLines: string[] = [];
  const log = {
    info: (fields: object, message: string) => void logLines.push(JSON.stringify({ ...fields, message })),
    warn: (fields: object, message: string) => void logLines.push(JSON.stringify({ ...fields, message })),
    error: (fields: object, message: string) => void logLines.push(JSON.stringify({ ...fields, message })),
  };
  const server = await startServer({ port: 0, random: (count) => randomBytes(count), log, ...options, clock, dataDir });
  const secret = readFileSync(server.accessSecretFile, 'utf8').trim();
  let token: { value: string; at: number } | null = null;
  const running: Running = {
    server,
    clock,
    dataDir,
    secret,
    logLines,
    async logIn(key = server.accessKey, keySecret = secret) {
      const reply = await running.call('GET', loginPath(key, keySecret, clock.now()), { authorization: null });
      if (reply.json.code !== 200) throw new Error(reply.text);
      return reply.json.access_token;
    },
    async call(method, path, more = {}) {
      let { authorization } = more;
      if (authorization === undefined) {
        // Renewed hourly, as clients do.
        if (token === null || clock.now() - token.at > 3600_000)
          token = { value: await running.logIn(), at: clock.now() };
        authorization = token.value;
      }
      const headers = {
        ...(authorization === null ? {} : { Authorization: authorization }),
        ...(more.body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...more.headers,
      };
      const body = more.bytes ?? (more.body === undefined ? null : JSON.stringify(more.body));
      const response = await fetch(server.url + path, {
        method,
        headers,
        body: body as NonNullable<RequestInit['body']> | null,
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, json: jsonOf(text) };
    },
    async restart() {
      await server.close();
      return await run({ ...options, reuse: dataDir, clock });
    },
    async end() {
      await server.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return running;
}

/** The published log-in's address (`developer-center.md`, section 9), by its words and not by the service's own code. */
export function loginPath(key: string, secret: string, timestamp: number): string {
  const username = `ver=1&auth_mode=accessKey&sign_method=sha256&access_key=${key}&timestamp=${timestamp}`;
  const password = createHash('sha256')
    .update(username + secret)
    .digest('hex');
  return `/v2/quecauth/accessKeyAuthrize/accessKeyLogin?grant_type=password&username=${encodeURIComponent(username)}&password=${password}`;
}

/** Calls with exactly the headers given, also `Host`, which `fetch` forbids. */
export function rawCall(
  url: string,
  headers: Record<string, string>,
  method = 'GET',
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.on('error', reject);
    request.end();
  });
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export const product = 'p1aaa';
export const deviceSecret = (deviceKey: string) => `secret-of-${deviceKey}`;

/** Registers a product and devices whose secrets are `deviceSecret`. */
export async function register(running: Callable, deviceKeys: readonly string[]): Promise<void> {
  await running.call('POST', '/ota/v1/products', { body: { products: [{ productKey: product, name: 'Meters' }] } });
  const devices = deviceKeys.map((deviceKey) => ({ deviceKey, secretSha256: sha256(deviceSecret(deviceKey)) }));
  const reply = await running.call('POST', `/ota/v1/products/${product}/devices`, { body: { devices } });
  if (reply.status !== 200) throw new Error(reply.text);
}

/** A full package with one file, declared and, unless told otherwise, uploaded. */
export async function addPackage(
  running: Callable,
  version: string,
  more: { name?: string; bytes?: Uint8Array; upload?: boolean; sourceVersion?: string } = {},
): Promise<{ id: string; bytes: Uint8Array; sha256: string }> {
  const bytes = more.bytes ?? randomBytes(3000);
  const digest = sha256(bytes);
  const files = [{ name: 'fw.bin', size: bytes.length, sha256: digest }];
  const declared = await running.call('POST', '/ota/v1/packages', {
    body: {
      name: more.name ?? `FOTA ${version}`,
      type: 'module',
      version,
      sourceVersion: more.sourceVersion ?? null,
      files,
    },
  });
  if (declared.status !== 201) throw new Error(declared.text);
  if (more.upload !== false) {
    const uploaded = await running.call('PUT', `/ota/v1/packages/${declared.json.id}/files/fw.bin`, { bytes });
    if (uploaded.status !== 200) throw new Error(uploaded.text);
  }
  return { id: declared.json.id, bytes, sha256: digest };
}
