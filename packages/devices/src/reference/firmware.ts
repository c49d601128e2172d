import type { PlanMessage } from '@otaplan/api';
import type { Clock } from '@otaplan/model';
import type { Dispatcher } from 'undici';
import { backoff } from '../protocol/backoff.ts';
import type { DeviceLine, PlanReading } from '../protocol/connection.ts';
import { Download } from '../protocol/download.ts';
import { ExchangeFailure } from '../protocol/failure.ts';
import type { NewReport, Outbox } from '../protocol/outbox.ts';

type Plan = NonNullable<PlanMessage['plan']>;
export type PlanComponent = Plan['components'][number];
type StatusReport = Extract<NewReport, { kind: 'status' }>;

/** What the device has to bring. */
export interface Hardware {
  /** What runs now. */
  versions(): { type: 'module' | 'mcu'; identifier: string; version: string }[];
  /** Percent. */
  battery(): number;
  /** dBm. */
  signal(): number;
  /** Why the device does not want to be upgraded now; `null`: it does. */
  refuses(component: PlanComponent): string | null;
  /** Keeps a piece of a file where it will be flashed from. Pieces come in order; from 0 anew when the file begins anew. */
  store(file: string, offset: number, bytes: Uint8Array): void;
  /** Makes what was stored the firmware of the next start. */
  install(component: PlanComponent): void;
  /** After a start: why the image that was installed did not come up and the old one is back; `null`: it is up. */
  whyTheOldOne(): string | null;
}

/** What the device keeps in its flash, so that it goes on after a restart where it was. */
export interface Memory {
  readonly outbox: Outbox;
  work: Work | null;
}

/** One attempt at one component, and how far it is. */
interface Work {
  readonly planId: string;
  readonly identifier: string;
  readonly attempt: number;
  stage: 'new' | 'received' | 'confirmed' | 'installing' | 'over';
  downloads: Download[];
}

export interface Device {
  readonly hardware: Hardware;
  readonly memory: Memory;
  /** The two calls of the protocol, over HTTP or MQTT. */
  readonly line: DeviceLine;
  /** Where files are downloaded from. */
  readonly files: Dispatcher;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly signal: AbortSignal;
}

const minute = 60_000;

/**
 * The whole of a device's part, from a start to the next: to be read beside `docs/device-protocol.md`.
 * Returns when the device has to restart; whoever calls restarts it and calls again.
 */
export async function runFirmware(device: Device): Promise<void> {
  const { hardware, memory } = device;
  const { work } = memory;
  if (work?.stage === 'installing') {
    work.stage = 'over';
    const cause = hardware.whyTheOldOne();
    // Before the versions: they alone would say that the attempt failed, but not why.
    if (cause !== null) report(memory, work, 'upgradeFailed', { cause });
  }
  const [components, battery, signal] = [hardware.versions(), hardware.battery(), hardware.signal()];
  // The only way to success: what runs now.
  memory.outbox.add({ kind: 'versions', components, battery, signal });
  memory.outbox.add({ kind: 'request', components });
  let etag: string | null = null;
  for (;;) {
    // First send, then read: what is read then knows of all that was reported.
    await deliver(device);
    const known: string | null = etag;
    // Without an ETag it is answered at once, whatever it is; with one it is held until something changes.
    const reading: PlanReading = await untilItWorks(device, (failures) =>
      device.line.readPlan(known, known === null || failures > 0 ? 0 : 50),
    );
    etag = reading.etag;
    if (reading.message === null) continue;
    const next = await act(device, reading.message);
    if (next === 'restart') return;
    if (next === 'later') await pause(device, minute);
    if (next !== 'wait') etag = null;
  }
}

/** @returns `wait` for another message; `anew`, or a minute `later`, for this one again, whatever it then is; `restart` the device */
async function act(device: Device, { plan }: PlanMessage): Promise<'wait' | 'anew' | 'later' | 'restart'> {
  const { hardware, memory } = device;
  // One at a time, in the order of the message.
  const component = plan?.components.find(
    ({ status }) => status !== 'upgradeSucceeded' && status !== 'noUpdateRequired',
  );
  if (!plan || !component) return 'wait';
  // It failed, and nothing is to be done before an attempt with another number.
  if (component.status === 'downloadFailed' || component.status === 'upgradeFailed') return 'wait';
  const work = workOf(memory, plan, component);
  switch (work.stage) {
    case 'new':
      report(memory, work, 'planReceived');
      work.stage = 'received';
      return 'anew';
    case 'received': {
      if (hardware.battery() < component.battery || hardware.signal() < component.signal) return 'later';
      const refusal = hardware.refuses(component);
      if (refusal === null) report(memory, work, 'upgradeConfirmed');
      else report(memory, work, 'upgradeRejected', { cause: refusal });
      // Rejected, the plan leaves the message; when it is there again, it is asked again.
      work.stage = refusal === null ? 'confirmed' : 'new';
      return 'anew';
    }
    case 'confirmed':
      // The address comes with one of the next messages.
      return component.address === null ? 'wait' : await downloadAndInstall(device, component, work);
    case 'installing':
    case 'over':
      return 'wait';
  }
}

/** The work at hand, or new work for another plan, component or attempt. */
function workOf(memory: Memory, plan: Plan, component: PlanComponent): Work {
  const { identifier, attempt } = component;
  const { work } = memory;
  if (work?.planId === plan.id && work.identifier === identifier && work.attempt === attempt) return work;
  memory.work = { planId: plan.id, identifier, attempt, stage: 'new', downloads: [] };
  return memory.work;
}

async function downloadAndInstall(device: Device, component: PlanComponent, work: Work): Promise<'anew' | 'restart'> {
  const { hardware, memory } = device;
  const files = component.address?.files ?? [];
  if (work.downloads.length === 0) {
    report(memory, work, 'readyToDownload');
    report(memory, work, 'downloading', { progress: 0 });
    await deliver(device);
    work.downloads = files.map((file) => new Download(file, device.files, () => device.clock.now()));
  }
  for (const [index, download] of work.downloads.entries()) {
    const { name, url = '' } = files[index] ?? download.file;
    const outcome = await fetchWhole(device, download, url, (bytes, offset) => hardware.store(name, offset, bytes));
    // What came stays: the download goes on at the address of the next message.
    if (outcome === 'addressOver') return 'anew';
    const cause = outcome ?? download.differs();
    if (cause === null) continue;
    // Nothing that is not right to the last byte is flashed.
    report(memory, work, 'downloadFailed', { cause });
    work.stage = 'over';
    return 'anew';
  }
  report(memory, work, 'downloadSucceeded', { progress: 100 });
  report(memory, work, 'upgrading');
  await deliver(device);
  hardware.install(component);
  work.stage = 'installing';
  return 'restart';
}

/** Range by range, from the last byte that came. @returns `null`: all is there; else `addressOver`, or why it failed */
async function fetchWhole(
  device: Device,
  download: Download,
  url: string,
  store: (bytes: Uint8Array, offset: number) => void,
): Promise<string | null> {
  for (let failures = 0; !download.complete; ) {
    try {
      await download.next(url, (bytes, offset) => {
        store(bytes, offset);
        return bytes;
      });
      failures = 0;
    } catch (error) {
      if (!(error instanceof ExchangeFailure) || device.signal.aborted) throw error;
      if (error.kind === 'addressOver') return error.kind;
      if (error.kind === 'notUnderstood' || ++failures > 8) return error.message;
      await pause(device, backoff(failures, error.retryAfterMilliseconds, device.random()));
    }
  }
  return null;
}

function report(
  memory: Memory,
  { planId, identifier, attempt }: Work,
  status: StatusReport['status'],
  more: { progress?: number; cause?: string } = {},
): void {
  memory.outbox.add({ kind: 'status', planId, identifier, attempt, status, ...more });
}

/** Sends the oldest reports until none is left. They are dropped when they are answered, and not before. */
async function deliver(device: Device): Promise<void> {
  const { outbox } = device.memory;
  while (outbox.length > 0) {
    const batch = outbox.batch(100);
    await untilItWorks(device, () => device.line.sendReports(batch));
    outbox.acknowledge(batch.length);
  }
}

/** The very same again and again, after pauses that grow and are drawn. Ends when the device is not accepted. */
async function untilItWorks<T>(device: Device, exchange: (failures: number) => Promise<T>): Promise<T> {
  for (let failures = 0; ; ) {
    device.signal.throwIfAborted();
    try {
      return await exchange(failures);
    } catch (error) {
      if (!(error instanceof ExchangeFailure) || device.signal.aborted) throw error;
      failures++;
      if (error.kind === 'notUnderstood' || (error.kind === 'refused' && failures > 4)) throw error;
      await pause(device, backoff(failures, error.retryAfterMilliseconds, device.random()));
    }
  }
}

async function pause({ clock, signal }: Device, milliseconds: number): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve) => {
    const end = () => {
      callOff();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const callOff = clock.after(milliseconds, end);
    signal.addEventListener('abort', end, { once: true });
  });
}
