import type { DeviceReport } from '@otaplan/api';

type WithoutId<R> = R extends { id: string } ? Omit<R, 'id'> : never;
/** A report before it has its id. */
export type NewReport = WithoutId<DeviceReport>;

/**
 * Reports that Developer Center has not acknowledged yet, in order. A device keeps it where a reboot does not reach:
 * a report is dropped only once its reply has come, and until then goes out again with the same id.
 */
export class Outbox {
  #waiting: unknown[] = [];
  readonly #prefix: string;
  #count = 0;

  /** @param prefix makes the ids this device's own for ever, also after it lost its memory; at most 40 characters */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** Gives a report its id and puts it behind the others. */
  add(report: NewReport): DeviceReport {
    const numbered = { id: `${this.#prefix}-${this.#count++}`, ...report } as DeviceReport;
    this.#waiting.push(numbered);
    return numbered;
  }

  /** Puts anything behind the others as it is, for devices that are broken. */
  addRaw(report: unknown): void {
    this.#waiting.push(report);
  }

  /** The oldest reports, at most `most`: the next request. */
  batch(most: number): readonly unknown[] {
    return this.#waiting.slice(0, most);
  }

  /** Drops the oldest `count`: they are acknowledged. */
  acknowledge(count: number): void {
    this.#waiting.splice(0, count);
  }

  /** Changes the order of what waits, for devices that are broken. */
  rearrange(order: (reports: unknown[]) => unknown[]): void {
    this.#waiting = order(this.#waiting);
  }
}
