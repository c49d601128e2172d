/** Builds everything that ships or is shown: the command, the language server, the extension, the example's firmware. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { root, step } from './steps.ts';

step('firmware of the example', 'node', ['examples/water-meter/make-firmware.ts']);
for (const [title, script] of [
  ['the otaplan command', 'packages/cli/build.mjs'],
  ['the language server', 'language-server/build.mjs'],
  ['the extension', 'extension/build.mjs'],
] as const) {
  if (existsSync(path.join(root, script))) step(title, 'node', [script]);
}
