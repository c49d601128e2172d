/**
 * Which plan reads may be held. Each takes a socket here and one at Developer Center, and a process has only so many (often
 * 20,000). In a fleet that is larger only devices at work on a plan have theirs held, where a minute counts; the others read
 * without waiting, and again after `pollAfter`, as the protocol has it for devices that cannot hold a connection open.
 */
export class LongPolls {
  #free: number;
  readonly #forAll: boolean;

  /** @param most how many may be held at a time */
  constructor(most: number, devices: number) {
    this.#free = most;
    this.#forAll = devices <= most;
  }

  /** Takes a place if there is one for a device; whoever got it gives it back. */
  take(hasPlan: boolean): boolean {
    if (this.#free <= 0 || !(hasPlan || this.#forAll)) return false;
    this.#free--;
    return true;
  }

  giveBack(): void {
    this.#free++;
  }
}
