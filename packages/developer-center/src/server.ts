import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AccessKeys } from './accounts/access-keys.ts';
import { AccountDesk } from './accounts/account-desk.ts';
import { Authentication } from './accounts/authentication.ts';
import { catalogueRoutes } from './accounts/catalogue-routes.ts';
import { KeyDesk } from './accounts/key-desk.ts';
import { keyRoutes } from './accounts/key-routes.ts';
import { loginRoutes } from './accounts/login-routes.ts';
import { openServerKeys, seal, unseal } from './accounts/server-keys.ts';
import type { Center, FileUrl } from './center/center.ts';
import { openCenter } from './center/open-center.ts';
import type { Clock, RandomBytes } from './clock.ts';
import { deviceRoutes } from './gateway/device-routes.ts';
import { DownloadTokens } from './gateway/downloads.ts';
import { endUserRoutes } from './gateway/end-user-routes.ts';
import { fileRoutes } from './gateway/file-routes.ts';
import { type MqttOptions, openMqtt } from './gateway/mqtt/open.ts';
import { Polls } from './gateway/polls.ts';
import { createApp } from './http/app.ts';
import { EventStreams } from './http/events.ts';
import { Idempotency, keepRepliesMs } from './http/idempotency.ts';
import { type Listening, listen } from './http/listener.ts';
import { type Log, silentLog } from './http/log.ts';
import { Metrics } from './http/metrics.ts';
import { planRoutes } from './http/plan-routes.ts';
import { Rates } from './http/rates.ts';
import { type Part, readinessOf } from './http/readiness.ts';
import { registryRoutes } from './http/registry-routes.ts';
import { rolloutRoutes } from './http/rollout-routes.ts';
import { offerControl } from './operations/control.ts';
import { PackageCatalogue } from './packages/catalogue.ts';
import { openBucketFiles } from './packages/file-address.ts';
import { FileStore } from './packages/file-store.ts';
import { FolderFiles } from './packages/folder-files.ts';
import { Incoming } from './packages/incoming.ts';
import type { KeptFiles } from './packages/kept-files.ts';
import { packageRoutes } from './packages/package-routes.ts';
import { Verifications } from './packages/verification.ts';
import { SharedChanges } from './replicas/shared-changes.ts';
import { openSharedKeys } from './replicas/shared-keys.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import { startErrorOf } from './start-error.ts';
import { firstAccount, type Role } from './store/accounts.ts';
import { openPostgresStore } from './store/postgres/open.ts';
import { type FolderStore, openSqliteStore } from './store/sqlite/open.ts';
import type { Store } from './store/store.ts';
import { tracedStore } from './tracing/traced-store.ts';
import { type Environment, openTracing } from './tracing/tracing.ts';

export interface ServerOptions {
  /** Where everything is kept; made when missing. One server at a time, unless there is a database. */
  readonly dataDir: string;
  /**
   * `postgres://…`: everything but the files of packages is kept in this database, which other servers may share; they then share the
   * folder `files` in the data folder, too, unless `files` names a store. Its password is never told.
   */
  readonly database?: string;
  /**
   * `s3+https://host/bucket/prefix`: the files of packages are kept in this S3-compatible store. Its credentials are the environment's
   * `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` and `AWS_REGION`.
   */
  readonly files?: string;
  /** Default: loopback only. */
  readonly host?: string;
  /** 0: any free one. */
  readonly port: number;
  /** The address under which devices and users reach the service, when it is another than where it listens. */
  readonly publicUrl?: string;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log?: Log;
  /**
   * Variables of the environment: those of OpenTelemetry say whether and where traces are sent, those of AWS sign requests to `files`.
   * None when left out.
   */
  readonly environment?: Environment;
  /** Calls that one access key may make. */
  readonly rate?: { readonly burst: number; readonly perSecond: number };
  /** Calls or messages that one device may send. */
  readonly deviceRate?: { readonly burst: number; readonly perSecond: number };
  /** Left out: devices speak HTTP only. */
  readonly mqtt?: MqttOptions;
}

export interface RunningServer {
  /** Where it answers, without a slash at the end: the public URL if there is one. */
  readonly url: string;
  /** The port that it listens on. */
  readonly port: number;
  /** The port of the MQTT broker of our own; `null`: there is none. */
  readonly mqttPort: number | null;
  /** The owner's access key, made at the first start. */
  readonly accessKey: string;
  /** File with its secret, readable by its owner alone. */
  readonly accessSecretFile: string;
  /** Makes a further access key of the first account. Its secret is told once, here. */
  createAccessKey(role: Role, name: string): Promise<{ key: string; secret: string }>;
  /** Stops within five seconds: polls and streams end, what was accepted is kept. Again is harmless. */
  close(): Promise<void>;
}

/** Generous: only a loop gone wild meets it. */
const defaultRate = { burst: 2000, perSecond: 500 };
/** A device makes some thirty calls an upgrade. */
const defaultDeviceRate = { burst: 300, perSecond: 30 };
const mostDeviceBuckets = 200_000;
const minuteMs = 60 * 1000;
const sweepMs = 60 * minuteMs;
const dayMs = 24 * 60 * minuteMs;

/**
 * Starts Developer Center.
 * @throws StartError port in use, folder in use by another server, database of a newer version, folder read-only, …
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { dataDir, host = '127.0.0.1', port } = options;
  let store: Store | FolderStore | null = null;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const { database: url, clock, random } = options;
    store = url === undefined ? openSqliteStore(dataDir) : await openPostgresStore({ url, clock, random });
    return await assemble(options, host, store);
  } catch (error) {
    await store?.close();
    throw startErrorOf(error, { host, port, dataDir });
  }
}

async function assemble(options: ServerOptions, host: string, kept: Store | FolderStore): Promise<RunningServer> {
  const { dataDir, clock, random, log = silentLog } = options;
  const publicUrl = options.publicUrl === undefined ? null : new URL(options.publicUrl);
  const version = '0.1.0';
  const tracing = await openTracing(options.environment ?? {}, { version, clock, random, log });
  const store = tracedStore(kept, tracing, clock);
  const { shared } = store;
  const sharedKeys = shared ? await openSharedKeys(dataDir, shared, random) : null;
  const keys = sharedKeys ?? openServerKeys(dataDir, random);
  // Another replica's uploads may be under way.
  const abandonedBefore = shared ? clock.now() - dayMs : Number.POSITIVE_INFINITY;
  const incoming = new Incoming(join(dataDir, 'files', 'incoming'), random, abandonedBefore);
  const files = new FileStore(await openFiles(options), incoming);
  const accessKeys = new AccessKeys(store.accounts, keys, clock, random);
  const owner = await accessKeys.openOwner(dataDir, sharedKeys?.owner);
  const keyDesk = new KeyDesk(store.accounts, accessKeys, {
    clock,
    // The file with the owner's secret follows the key.
    taken: () => accessKeys.openOwner(dataDir, sharedKeys?.owner),
  });
  await store.accounts.releaseClaims();

  let url = publicUrl?.href.replace(/\/$/, '') ?? '';
  const tokens = new DownloadTokens(keys.downloads);
  const fileUrl: FileUrl = (file, { productKey, deviceKey }, origin) => {
    const token = tokens.make(file, `${productKey}/${deviceKey}`, clock.now());
    const base = publicUrl === null ? (origin ?? url) : url;
    return `${base}/device/v1/files/${token}/${encodeURIComponent(file.name)}`;
  };

  const zoneData = process.versions['tz'] ?? 'unknown';
  const opened = openCenter({ store, clock, random, fileUrl, zoneData });
  // A device that hung up here may have a poll open at another replica: it stays online until it was not heard of for long.
  const center: Center = shared ? { ...opened, deviceLeft: async () => {} } : opened;
  const sharedChanges = shared ? new SharedChanges(center.changes, shared.relay, clock) : null;
  const polls = new Polls(center.changes, clock);
  const epoch = Buffer.from(random(6)).toString('hex');
  const events = new EventStreams(center.changes, center.watchPlan, {
    clock,
    log,
    epoch,
    holds: async (key) => (await accessKeys.find(key)) !== null,
  });
  const catalogue = new PackageCatalogue(store.packages, files, clock, random);
  const accounts = new AccountDesk({ store, center, packages: catalogue, keys: keyDesk, clock, random });
  const verifications = new Verifications(center, store, clock, log);
  await verifications.resume();
  await sharedChanges?.start(store.plans, log);
  const authentication = new Authentication(accessKeys, keys, store.registry, clock);
  let closing = false;
  let mqtt: Awaited<ReturnType<typeof openMqtt>> | null = null;
  let requests = 0;
  const nameRequest = () => `urn:otaplan:request:${epoch}-${++requests}`;
  const deviceRates = new Rates(options.deviceRate ?? defaultDeviceRate, clock, mostDeviceBuckets);
  const metrics: Metrics = new Metrics([
    { name: 'otaplan_long_polls', help: 'Long polls of devices that are open.', read: () => polls.open },
    { name: 'otaplan_event_streams', help: 'Streams of live events that are open.', read: () => events.open },
    { name: 'otaplan_mqtt_connections', help: 'MQTT connections that are up.', read: () => mqtt?.connections ?? 0 },
    {
      name: 'otaplan_mqtt_devices',
      help: 'Devices that are told of their plan over MQTT.',
      read: () => mqtt?.listening ?? 0,
    },
    {
      name: 'process_resident_memory_bytes',
      help: 'Resident memory of the process.',
      read: () => process.memoryUsage.rss(),
    },
  ]);
  const app = createApp(
    [
      ...loginRoutes(accessKeys, keys, clock),
      ...keyRoutes(keyDesk, accounts),
      ...catalogueRoutes(store.registry, clock),
      ...registryRoutes(center, { version, zoneData, clock, account: (id) => accounts.named(id) }),
      ...packageRoutes(catalogue, verifications, clock),
      ...planRoutes(center),
      ...rolloutRoutes(center, events),
      ...deviceRoutes(center, polls, clock),
      ...fileRoutes(files, tokens, clock, log),
      ...endUserRoutes(center, store.packages, fileUrl),
    ],
    {
      clock,
      log,
      hosts: { listening: host, publicUrl },
      metrics,
      tracing,
      accounts: store.accounts,
      sealing: {
        seal: (text) => seal(keys.sealing, text, 'reply', random),
        unseal: (sealed) => unseal(keys.sealing, sealed, 'reply'),
      },
      rates: new Rates(options.rate ?? defaultRate, clock),
      deviceRates,
      idempotency: new Idempotency(store.accounts, clock, log),
      version,
      authenticate: (kind, headers, params) => authentication.prove(kind, headers, params),
      isClosing: () => closing,
      readiness: readinessOf(
        [
          { name: 'store', needed: true, check: () => store.check(), away: 'The store cannot be written.' },
          {
            name: 'files',
            needed: false,
            check: () => files.check(),
            away: 'Files of packages cannot be kept or read.',
          },
          ...(options.mqtt ? [mqttPart(() => mqtt?.isUp === true)] : []),
        ],
        clock,
      ),
      nameRequest,
    },
  );
  const control = 'backup' in kept ? offerControl(app, dataDir, kept) : null;
  const listening = await listen(app, host, options.port);
  if (url === '') url = urlOf(listening, host);
  try {
    const around = { center, clock, log, metrics, rates: deviceRates, nameRequest, host, random, authentication };
    if (options.mqtt) mqtt = await openMqtt(options.mqtt, around);
  } catch (error) {
    await listening.close(clock);
    throw error;
  }
  control?.announce(urlOf(listening, host));
  const scheduler = new Scheduler(center, clock, (error) =>
    log.error({ err: error }, 'What was due could not be done.'),
  );
  scheduler.start();
  const stopSweeping = every(clock, sweepMs, log, () =>
    store.accounts.sweepIdempotencyKeys(clock.now() - keepRepliesMs),
  );

  // What another replica began and cannot follow any more.
  const stopResuming = shared ? every(clock, minuteMs, log, () => verifications.resume()) : () => {};

  const stop = async () => {
    closing = true;
    stopSweeping();
    stopResuming();
    polls.close();
    events.close();
    verifications.close();
    // Both at once: neither door takes in what the other has stopped taking.
    await Promise.all([mqtt?.close(), listening.close(clock)]);
    await scheduler.stop();
    sharedChanges?.close();
    control?.end();
    await store.close();
    await tracing.close();
  };
  let stopped: Promise<void> | null = null;
  return {
    url,
    port: listening.address.port,
    mqttPort: mqtt?.port ?? null,
    accessKey: owner.key,
    accessSecretFile: owner.secretFile,
    createAccessKey: (role, name) => keyDesk.create(firstAccount, role, name, owner.key),
    close: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

async function openFiles({ dataDir, files, environment = {}, clock }: ServerOptions): Promise<KeptFiles> {
  if (files === undefined) return new FolderFiles(join(dataDir, 'files'));
  const bucket = openBucketFiles(files, environment, clock);
  await bucket.check();
  return bucket;
}

function mqttPart(isUp: () => boolean): Part {
  const check = () => (isUp() ? Promise.resolve() : Promise.reject(new Error('It is not connected.')));
  return { name: 'mqtt', needed: false, check, away: 'Messages of devices over MQTT do not come in.' };
}

/** `http://host:port` at which this machine reaches the service, also when it listens everywhere. */
function urlOf({ address }: Listening, host: string): string {
  const name = address.address === '0.0.0.0' || address.address === '::' ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${address.port}`;
}

/** Does something again and again. @returns a function that ends it */
function every(clock: Clock, milliseconds: number, log: Log, run: () => Promise<void>): () => void {
  let cancel = () => {};
  const plan = () => {
    cancel = clock.after(milliseconds, () => {
      run().catch((error: unknown) => log.error({ err: error }, 'A recurring task failed.'));
      plan();
    });
  };
  plan();
  return () => cancel();
}
