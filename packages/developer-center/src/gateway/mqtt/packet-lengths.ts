/**
 * Reads the lengths that stand at the head of MQTT packets (MQTT 3.1.1, section 2.2.3) in bytes that come in pieces, so that a packet
 * that is too large is known before it is gathered.
 */
export class PacketLengths {
  readonly #most: number;
  /** Bytes of the packet that are still to come. */
  #left = 0;
  #inLength = false;
  #length = 0;
  #digits = 0;

  /** @param most the largest packet that is taken, in bytes */
  constructor(most: number) {
    this.#most = most;
  }

  /** Takes the next bytes. @returns whether all packets so far are small enough and have a length as they should */
  accept(bytes: Uint8Array): boolean {
    for (let at = 0; at < bytes.length; ) {
      if (this.#left > 0) {
        const passed = Math.min(this.#left, bytes.length - at);
        this.#left -= passed;
        at += passed;
        continue;
      }
      const byte = bytes[at++] ?? 0;
      if (!this.#inLength) {
        // The kind of packet; its length follows, seven bits a byte.
        this.#inLength = true;
        this.#length = this.#digits = 0;
        continue;
      }
      this.#length += (byte & 0x7f) * 128 ** this.#digits++;
      if (this.#length > this.#most || (this.#digits === 4 && byte > 0x7f)) return false;
      if (byte > 0x7f) continue;
      this.#inLength = false;
      this.#left = this.#length;
    }
    return true;
  }
}
