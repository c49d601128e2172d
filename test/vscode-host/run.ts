/**
 * Everything that runs in a real VS Code: the extension host, the web worker host, and the packaged extension by mouse and keyboard.
 * `--only host|restricted|electron|web|ui` runs one of them; `--shots DIR` is where pictures go.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({ options: { only: { type: 'string' }, shots: { type: 'string' } } });
const here = import.meta.dirname;
const root = path.resolve(here, '../..');
const extension = path.join(root, 'extension');
const example = path.join(root, 'examples/water-meter');

function step(title: string, ...args: string[]): void {
  const started = Date.now();
  console.log(`\n── ${title}`);
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  console.log(
    `── ${title}: ${status === 0 ? 'done' : `exit ${status}`} in ${((Date.now() - started) / 1000).toFixed(1)} s`,
  );
  if (status !== 0) process.exit(status ?? 1);
}
const host = (...args: string[]) => [
  path.join(here, 'src/host-test.ts'),
  '--extension',
  extension,
  '--folder',
  example,
  ...args,
];
const wanted = (name: string) => options.only === undefined || options.only === name;

step('firmware of the example', path.join(example, 'make-firmware.ts'));
if (options.only !== 'ui') step('bundles with tests', path.join(extension, 'build.mjs'), '--tests');
if (wanted('host')) {
  const tests = path.join(extension, 'dist/test/index.cjs');
  step('in the extension host', ...host('--tests', tests, '--timeout', '600'));
}
if (wanted('restricted')) {
  const tests = path.join(extension, 'dist/test/restricted.cjs');
  step('in a folder that nobody trusted', ...host('--restricted', '--tests', tests, '--timeout', '240'));
}
if (options.only === 'electron') step('in a desktop VS Code', path.join(here, 'src/electron-test.ts'));
if (wanted('web')) {
  const tests = path.join(extension, 'dist/test/web.cjs');
  step('in the web worker host', ...host('--kind', 'web', '--tests', tests, '--timeout', '240'));
}
if (wanted('ui')) {
  step('the VSIX', path.join(extension, 'package.mjs'));
  const shots = options.shots ?? path.join(root, 'node_modules/.otaplan-shots');
  step('by mouse and keyboard', path.join(here, 'src/ui-test.ts'), '--shots', shots);
}
