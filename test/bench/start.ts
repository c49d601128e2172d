/**
 * Start of `otaplan check` on one small file against `node -e 0`, as users have it: packed, and installed by npm from
 * the tarball. `npm run bench -- start [--times 40]`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { quantile } from './measure.ts';

const goal = 2.5;
const { values: options } = parseArgs({ options: { times: { type: 'string', default: '40' } } });
const root = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(os.tmpdir(), 'otaplan-start-'));

/** Installs the command into a folder. @returns its entry */
function install(): string {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const run = (cwd: string, file: string, ...args: string[]) => {
    execFileSync(file, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'], shell: file.endsWith('.cmd') });
  };
  run(root, process.execPath, 'packages/cli/build.mjs', '--out', path.join(folder, 'built'));
  run(path.join(folder, 'built/package'), npm, 'pack', '--silent', '--pack-destination', folder);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  const quiet = ['--silent', '--offline', '--no-audit', '--omit=optional'];
  run(folder, npm, 'install', ...quiet, '--prefix', path.join(folder, 'used'), path.join(folder, tarball));
  return path.join(folder, 'used/node_modules/otaplan/bin/otaplan.js');
}

function milliseconds(args: readonly string[]): number {
  const began = performance.now();
  const { status } = spawnSync(process.execPath, args, { cwd: folder, stdio: 'ignore' });
  if (status !== 0) throw new Error(`node ${args.join(' ')}: exit code ${status}`);
  return performance.now() - began;
}

try {
  const otaplan = install();
  for (const example of ['street-light', 'water-meter']) {
    cpSync(path.join(root, 'examples', example), path.join(folder, example), { recursive: true });
  }
  const starts = {
    'node -e 0': ['-e', '0'],
    'otaplan --version': [otaplan, '--version'],
    'otaplan check, one small file': [otaplan, 'check', 'street-light/catalog.otaplan'],
    'a plan and the file that it imports': [otaplan, 'check', 'street-light/harbour.otaplan'],
    'the same with 2 MB of firmware and a CSV': [otaplan, 'check', 'water-meter/spring.otaplan'],
  };
  const taken = new Map(Object.keys(starts).map((name) => [name, [] as number[]]));
  for (let i = -2; i < Number(options.times); i++) {
    // The first two rounds fill the compile cache and the disk's.
    for (const [name, args] of Object.entries(starts)) {
      const ms = milliseconds(args);
      if (i >= 0) taken.get(name)?.push(ms);
    }
  }
  const bare = taken.get('node -e 0') ?? [];
  console.log(
    `Node ${process.version}, load ${os.loadavg()[0]?.toFixed(1)}; median (quickest tenth), and how often the bare start fits in`,
  );
  for (const [name, all] of taken) {
    const [middle, quick] = [0.5, 0.1].map((part) => quantile(all, part)) as [number, number];
    const times = [middle / quantile(bare, 0.5), quick / quantile(bare, 0.1)].map((ratio) => ratio.toFixed(2));
    console.log(`  ${name}: ${middle.toFixed(0)} (${quick.toFixed(0)}) ms, ${times[0]} (${times[1]}) times`);
  }
  console.log(`  goal: at most ${goal} times`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
