import { isLogSound } from './checksums.ts';
import type { Database, Row } from './database.ts';

/** Follows the chains of log lines of all devices: whole, in order, and none of no device. */
export class LogChains {
  readonly #db: Database;
  readonly #tell: (problem: string) => void;
  #lines = 0;

  constructor(db: Database, tell: (problem: string) => void) {
    this.#db = db;
    this.#tell = tell;
  }

  /** The lines of one device of a plan from its last one, newest first, as far as the chain holds. */
  of(which: string, lastLog: number): Row[] {
    const lines: Row[] = [];
    for (let id = lastLog; id > 0; ) {
      const line: Row | undefined = this.#db.get('SELECT * FROM log WHERE id = ?', id);
      if (!line) {
        this.#tell(`${which}: the line ${id} of its log is lost.`);
        break;
      }
      if (!isLogSound(line)) this.#tell(`${which}: the line ${id} of its log is not what was written (checksum).`);
      lines.push(line);
      const before = Number(line['before']);
      if (before >= id) {
        this.#tell(`${which}: its log is not in order at line ${id}.`);
        break;
      }
      id = before;
    }
    this.#lines += lines.length;
    return lines;
  }

  /** @param stored the number of lines that there are */
  end(stored: number): void {
    if (stored !== this.#lines) this.#tell(`There are ${stored} log lines, ${this.#lines} of them are of a device.`);
  }
}
