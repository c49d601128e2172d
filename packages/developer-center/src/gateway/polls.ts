import type { DeviceIdentity } from '../center/center.ts';
import type { Changes } from '../center/changes.ts';
import type { Clock } from '../clock.ts';

/** How a wait ended. */
export type Woken = 'changed' | 'timeOut' | 'gone' | 'closing';

interface Waiter {
  readonly wake: (how: Woken) => void;
}

/**
 * Long polls that are open: who waits for a change of which device's plan message. One entry per poll, no timer of its own beyond
 * the one that ends it, so that tens of thousands are cheap.
 */
export class Polls {
  /** Product key to device key to waiters. */
  readonly #waiting = new Map<string, Map<string, Set<Waiter>>>();
  readonly #clock: Clock;
  readonly #unsubscribe: () => void;
  #open = 0;
  #closing = false;

  constructor(changes: Changes, clock: Clock) {
    this.#clock = clock;
    this.#unsubscribe = changes.subscribe((change) => {
      if (change.kind === 'messages') this.#wake(change.productKey, change.deviceKeys);
    });
  }

  /** How many polls are open. */
  get open(): number {
    return this.#open;
  }

  /** Whether a device has another poll open. */
  isWaiting(device: DeviceIdentity): boolean {
    return (this.#waiting.get(device.productKey)?.get(device.deviceKey)?.size ?? 0) > 0;
  }

  /**
   * Starts to wait for a change. Begin before reading the state that is compared: a change in between wakes at once.
   * @param signal aborts when the device hangs up
   * @returns `woken` resolves once; `end` gives up the wait and must be called in any case
   */
  wait(device: DeviceIdentity, milliseconds: number, signal: AbortSignal): { woken: Promise<Woken>; end: () => void } {
    let settle: (how: Woken) => void = () => {};
    const woken = new Promise<Woken>((resolve) => {
      settle = resolve;
    });
    const waiter: Waiter = { wake: settle };
    const stopTimer = this.#clock.after(milliseconds, () => settle('timeOut'));
    const onAbort = () => settle('gone');
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) settle('gone');
    if (this.#closing) settle('closing');
    this.#add(device, waiter);
    let ended = false;
    const end = () => {
      if (ended) return;
      ended = true;
      stopTimer();
      signal.removeEventListener('abort', onAbort);
      this.#remove(device, waiter);
    };
    return { woken, end };
  }

  /** Ends every poll: devices come again. */
  close(): void {
    this.#closing = true;
    this.#unsubscribe();
    for (const devices of this.#waiting.values())
      for (const waiters of devices.values()) for (const waiter of waiters) waiter.wake('closing');
  }

  #wake(productKey: string, deviceKeys: readonly string[] | 'all'): void {
    const devices = this.#waiting.get(productKey);
    if (!devices) return;
    const woken = deviceKeys === 'all' ? [...devices.values()] : deviceKeys.flatMap((key) => devices.get(key) ?? []);
    for (const waiters of woken) for (const waiter of waiters) waiter.wake('changed');
  }

  #add(device: DeviceIdentity, waiter: Waiter): void {
    const devices = this.#waiting.get(device.productKey) ?? new Map<string, Set<Waiter>>();
    this.#waiting.set(device.productKey, devices);
    const waiters = devices.get(device.deviceKey) ?? new Set<Waiter>();
    devices.set(device.deviceKey, waiters);
    waiters.add(waiter);
    this.#open++;
  }

  #remove(device: DeviceIdentity, waiter: Waiter): void {
    const devices = this.#waiting.get(device.productKey);
    const waiters = devices?.get(device.deviceKey);
    if (!waiters?.delete(waiter)) return;
    this.#open--;
    if (waiters.size === 0) devices?.delete(device.deviceKey);
    if (devices?.size === 0) this.#waiting.delete(device.productKey);
  }
}
