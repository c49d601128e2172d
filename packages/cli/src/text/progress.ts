import type { Io } from '../io.ts';
import { shown } from './shown.ts';

export interface ProgressLine {
  show(text: string): void;
  clear(): void;
}

/** One line on stderr that is written over; nothing where stderr is no terminal, and nothing in the first second. */
export function progressLine(io: Io): ProgressLine {
  if (!io.stderr.isTerminal) return { show: () => {}, clear: () => {} };
  const since = io.ambient.now();
  let visible = false;
  return {
    show(text) {
      if (io.ambient.now() - since < 1000) return;
      visible = true;
      void io.stderr.write(`\r\x1b[2K${shown(text).slice(0, io.stderr.columns - 1)}`);
    },
    clear() {
      if (visible) void io.stderr.write('\r\x1b[2K');
      visible = false;
    },
  };
}
