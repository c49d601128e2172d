import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Milliseconds from the last check to the clearing up: findings are shown first. */
const shown = 300;

/**
 * From now on memory matters more than how rarely the process clears up: it lives beside an editor all day. While files are
 * read that would cost time that somebody waits for, so it begins when all of them are checked, and clears what reading them
 * left behind. The flags are V8's own, and set here so that the server is the same whoever starts it.
 * @param after calls back after some milliseconds
 */
export function saveMemory(after: (milliseconds: number, work: () => void) => void): void {
  setFlagsFromString('--memory-saver-mode');
  after(shown, () => {
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    if (typeof collect === 'function') collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  });
}
