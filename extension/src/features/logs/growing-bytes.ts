/** UTF-8 that grows at its end, without being copied for every piece. */
export interface GrowingBytes {
  append(text: string): void;
  /** All of it as it is now; what comes later does not change it. */
  all(): Uint8Array;
}

const first = 64 * 1024;
/** UTF-8 needs at most so many bytes for a unit of UTF-16. */
const bytesPerUnit = 3;

export function createGrowingBytes(): GrowingBytes {
  const encoder = new TextEncoder();
  let bytes = new Uint8Array(first);
  let length = 0;
  return {
    append(text) {
      const most = length + text.length * bytesPerUnit;
      if (most > bytes.length) {
        const larger = new Uint8Array(Math.max(most, bytes.length * 2));
        larger.set(bytes.subarray(0, length));
        bytes = larger;
      }
      length += encoder.encodeInto(text, bytes.subarray(length)).written;
    },
    all: () => bytes.subarray(0, length),
  };
}
