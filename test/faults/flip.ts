import { closeSync, openSync, readSync, writeSync } from 'node:fs';

/** Flips the lowest bit of one byte of a file; again puts it right. */
export function flipBit(file: string, at: number): void {
  const handle = openSync(file, 'r+');
  const byte = Buffer.alloc(1);
  readSync(handle, byte, 0, 1, at);
  byte[0] = (byte[0] ?? 0) ^ 1;
  writeSync(handle, byte, 0, 1, at);
  closeSync(handle);
}
