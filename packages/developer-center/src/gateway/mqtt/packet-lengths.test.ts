import { expect, test } from 'vitest';
import { PacketLengths } from './packet-lengths.ts';

/** A packet with so many bytes after its length. */
function packet(length: number): Buffer {
  const head = [0x30];
  let left = length;
  do {
    head.push((left % 128) + (left >= 128 ? 128 : 0));
    left = Math.floor(left / 128);
  } while (left > 0);
  return Buffer.concat([Buffer.from(head), Buffer.alloc(length, 0xff)]);
}

test('packets up to the limit pass, however they are cut into pieces, and the first that is larger does not', () => {
  const good = Buffer.concat([packet(0), packet(127), packet(128), packet(20_000), packet(3), packet(65_536)]);
  for (const piece of [1, 2, 7, 1000, good.length]) {
    const lengths = new PacketLengths(65_536);
    for (let at = 0; at < good.length; at += piece) expect(lengths.accept(good.subarray(at, at + piece))).toBe(true);
    expect(lengths.accept(packet(65_537).subarray(0, 4))).toBe(false);
  }
});

test('a length of more than four bytes is none', () => {
  expect(new PacketLengths(2 ** 30).accept(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]))).toBe(false);
});
