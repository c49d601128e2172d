import type { Plan } from '@otaplan/model';
import type { DeviceState } from '../../engine/index.ts';
import { isLogSound } from './checksums.ts';
import type { Database, Row } from './database.ts';

/** How the log tells a success: by the version reported (`engine/attempts.ts`). */
const upgraded = 'Upgraded: ';

/** Follows the chains of log lines of all devices: whole, in order, and telling what the devices' states say. */
export class LogCheck {
  readonly #db: Database;
  readonly #tell: (problem: string) => void;
  #lines = 0;

  constructor(db: Database, tell: (problem: string) => void) {
    this.#db = db;
    this.#tell = tell;
  }

  /** One device of a plan, by its last line. */
  check(which: string, document: Plan, state: DeviceState, lastLog: number): void {
    const newest = state.components.map(({ attempt }) => attempt);
    const successes = state.components.map(() => 0);
    for (let id = lastLog; id > 0; ) {
      const line: Row | undefined = this.#db.get('SELECT * FROM log WHERE id = ?', id);
      if (!line) {
        this.#tell(`${which}: the line ${id} of its log is lost.`);
        return;
      }
      this.#lines++;
      if (!isLogSound(line)) this.#tell(`${which}: the line ${id} of its log is not what was written (checksum).`);
      this.#line(which, document, state, line, newest, successes);
      const before = Number(line['before']);
      if (before >= id) {
        this.#tell(`${which}: its log is not in order at line ${id}.`);
        return;
      }
      id = before;
    }
    for (const [index, component] of state.components.entries()) {
      const told = successes[index] ?? 0;
      const is = component.status === 'upgradeSucceeded' ? 1 : 0;
      const identifier = document.components[index]?.identifier;
      if (told !== is)
        this.#tell(`${which}: ${identifier} was upgraded ${told} times by its log, ${is} by its status.`);
    }
  }

  /** @param stored the number of lines that there are: none may be of no device */
  end(stored: number): void {
    if (stored !== this.#lines) this.#tell(`There are ${stored} log lines, ${this.#lines} of them are of a device.`);
  }

  #line(which: string, document: Plan, state: DeviceState, line: Row, newest: number[], successes: number[]): void {
    const place = Number(line['component']);
    const component = state.components[place];
    const wanted = document.components[place];
    if (!component || !wanted) {
      this.#tell(`${which}: the line ${String(line['id'])} of its log is of a component that the plan does not have.`);
      return;
    }
    const attempt = Number(line['attempt']);
    // Read backwards: attempts only become smaller.
    if (attempt > (newest[place] ?? 0)) {
      this.#tell(`${which}: the log of ${wanted.identifier} tells attempt ${attempt}, its state does not.`);
    }
    newest[place] = Math.min(newest[place] ?? attempt, attempt);
    if (!String(line['text']).startsWith(upgraded)) return;
    successes[place] = (successes[place] ?? 0) + 1;
    if (line['reported'] !== wanted.target || attempt !== component.attempt) {
      this.#tell(`${which}: ${wanted.identifier} succeeded without having reported ${wanted.target}.`);
    }
  }
}
