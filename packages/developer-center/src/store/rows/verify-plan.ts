import { deviceStatuses, type Plan, planDigest, targetFilter } from '@otaplan/model';
import { type DeviceState, statusOf } from '../../engine/index.ts';
import { failureCounter, isFailedForGood } from './failures.ts';
import type { Row } from './row.ts';
import { stateOf } from './run.ts';
import { verifyLog } from './verify-log.ts';

/**
 * Compares all that is derived and counted of a plan with its devices: invariants I2 to I7 as far as a database can show them. The
 * adapter hands over every device, then the counters.
 */
export class PlanCheck {
  readonly #document: Plan;
  readonly #tell: (problem: string) => void;
  readonly #name: string;
  readonly #isTarget: (deviceKey: string) => boolean;
  readonly #scanned = new Map<string, number>();

  /** @param document whole, with its lists of devices */
  constructor(document: Plan, tell: (problem: string) => void) {
    this.#document = document;
    this.#tell = tell;
    this.#name = `The plan “${document.name}”`;
    this.#isTarget = targetFilter(document.targets);
    if (planDigest(document) !== document.digest) tell(`${this.#name} is not what its digest says.`);
  }

  /** How a device is called in what is told of it. */
  nameOf(row: Row): string {
    return `${this.#name}, device ${String(row['key'] ?? `in row ${String(row['row'])}`)}`;
  }

  /**
   * Looks at one device.
   * @param row of `plan_device`, with `key` and `product` of its device (NULL: there is none)
   * @param lines of its log, newest first
   */
  device(row: Row, lines: readonly Row[]): void {
    const document = this.#document;
    const which = this.nameOf(row);
    if (row['key'] === null) this.#tell(`${which}: there is no such device.`);
    else if (row['product'] !== document.product || !this.#isTarget(String(row['key']))) {
      this.#tell(`${which}: the plan’s set does not have it.`);
    }
    let state: DeviceState;
    try {
      state = stateOf(row);
    } catch {
      this.#tell(`${which}: its row cannot be read.`);
      return;
    }
    const status = statusOf(state);
    if (deviceStatuses[status].code !== row['status']) {
      this.#tell(`${which}: its status does not follow from its components’.`);
    }
    if (state.components.length !== document.components.length) {
      this.#tell(`${which}: it has not the plan’s components.`);
    }
    this.#count(state, Number(row['wave']));
    verifyLog(which, document, state, lines, this.#tell);
  }

  #count(state: DeviceState, wave: number): void {
    const add = (counter: string) => this.#scanned.set(counter, (this.#scanned.get(counter) ?? 0) + 1);
    add(`d.${statusOf(state)}`);
    add(`w.${wave}`);
    for (const [index, component] of state.components.entries()) add(`c.${index}.${component.status}`);
    const failure = failureCounter(state);
    if (failure !== null) add(failure);
    if (state.phase === 'issued') add('inProgress');
    if (isFailedForGood(state)) add('failedForGood');
  }

  /** Compares what was counted with what the counters say. */
  counters(rows: readonly Row[]): void {
    const kept = new Map(rows.map((counter) => [String(counter['name']), Number(counter['count'])]));
    for (const counter of new Set([...this.#scanned.keys(), ...kept.keys()])) {
      const [is, says] = [this.#scanned.get(counter) ?? 0, kept.get(counter) ?? 0];
      if (is !== says) this.#tell(`${this.#name}: the counter ${counter} says ${says}, there are ${is}.`);
    }
  }
}
