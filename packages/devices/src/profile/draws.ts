import { hash } from 'node:crypto';

/**
 * Every decision of a device by its name. A draw is a function of seed, device key and what it is for, and of nothing else:
 * it does not matter which device, reply or timer came first, nor how many draws there were before. That is why this is a
 * keyed hash (SHA-256) and not a generator with a state.
 */
export class Draws {
  readonly #key: string;

  constructor(seed: string, deviceKey: string) {
    this.#key = `${seed}\n${deviceKey}\n`;
  }

  /** A number in [0, 1). @param purpose what it decides, such as `flash FOTA 2` */
  draw(purpose: string): number {
    return hash('sha256', this.#key + purpose, 'buffer').readUInt32BE(0) / 2 ** 32;
  }

  /** A number in [least, most). */
  between(purpose: string, [least, most]: readonly [number, number]): number {
    return least + (most - least) * this.draw(purpose);
  }

  /** The items in an order that is drawn. */
  shuffle<T>(purpose: string, items: readonly T[]): T[] {
    return items
      .map((item, index) => ({ item, place: this.draw(`${purpose} ${index}`) }))
      .sort((a, b) => a.place - b.place)
      .map(({ item }) => item);
  }
}
