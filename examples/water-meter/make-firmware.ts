/**
 * Makes the firmware files of this example: bytes that look random and are the same everywhere, so that their digests can
 * stand in `catalog.otaplan`. They are not kept in the repository. Run: `node examples/water-meter/make-firmware.ts`.
 */
import { createCipheriv } from 'node:crypto';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const files = [
  { name: 'modem-2.4.0.bin', bytes: 1_572_864 },
  { name: 'mcu-1.8.3-1.9.0.pack', bytes: 524_288 },
];

const folder = path.join(import.meta.dirname, 'firmware');
mkdirSync(folder, { recursive: true });
for (const { name, bytes } of files) {
  const file = path.join(folder, name);
  if (existsSync(file) && statSync(file).size === bytes) continue;
  // The key stream of a cipher, keyed by the name: as incompressible as firmware is.
  const cipher = createCipheriv('aes-128-ctr', name.padEnd(16, '.').slice(0, 16), Buffer.alloc(16));
  writeFileSync(file, cipher.update(Buffer.alloc(bytes)));
}
