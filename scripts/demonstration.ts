/**
 * One whole rollout on this machine, made of nothing but `otaplan` commands, each shown before it runs: a Developer Center in a fresh
 * folder, 2,000 simulated devices of which some fail at first, the example plan deployed and watched, the failed retried.
 * `--keep` leaves Developer Center and the devices running. Ctrl-C ends everything.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { root } from './steps.ts';

const keep = process.argv.includes('--keep');
const plan = 'Water meter 2.4 today';
const folder = path.join(root, '.otaplan/demonstration');
const work = path.join(folder, 'water-meter');
const otaplan = path.join(root, 'packages/cli/bin/otaplan.js');
const environment: NodeJS.ProcessEnv = { ...process.env };
const children: ChildProcess[] = [];
const shown: string[] = [];

function say(text: string): void {
  console.log(text);
}

function show(args: readonly string[]): void {
  const words = args.map((word) => (/[^\w@%+=:,./-]/.test(word) ? `"${word}"` : word));
  const line = `npx otaplan ${words.join(' ')}`;
  shown.push(line);
  say(`\n$ ${line}`);
}

/** Runs a command to its end, on this terminal. */
async function run(...args: string[]): Promise<void> {
  show(args);
  const child = spawn(process.execPath, [otaplan, ...args], { cwd: work, env: environment, stdio: 'inherit' });
  children.push(child);
  const code = await new Promise<number | null>((done) => child.once('exit', done));
  if (code !== 0) throw new Error(`“otaplan ${args[0]}” ended with ${code}; its messages stand above.`);
}

/** Starts a command that stays, and waits for the JSON line that says that it is ready. */
async function start(...args: string[]): Promise<Record<string, unknown>> {
  show(args);
  const child = spawn(process.execPath, [otaplan, ...args], {
    cwd: work,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const line = await new Promise<string>((done, failed) => {
    createInterface({ input: child.stdout }).once('line', done);
    child.once('exit', (code) => failed(new Error(`“otaplan ${args[0]}” ended with ${code} before it was ready.`)));
  });
  return JSON.parse(line) as Record<string, unknown>;
}

interface Counts {
  readonly total: number;
  readonly notUpgraded: number;
  readonly upgrading: number;
  readonly upgradeFailed: number;
}

/** What a command prints with `--json`: one document, or one a line. */
function ask(...args: string[]): string {
  const result = spawnSync(process.execPath, [otaplan, ...args, '--json'], {
    cwd: work,
    env: environment,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (result.status !== 0) throw new Error(result.stderr.trim());
  return result.stdout;
}

/** Shows the live screen until no device has anything left to do. */
async function watch(): Promise<void> {
  const args = ['status', plan, '--watch'];
  show(args);
  const screen = spawn(process.execPath, [otaplan, ...args], {
    cwd: work,
    env: environment,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  children.push(screen);
  const limit = Date.now() + 10 * 60_000;
  for (;;) {
    await pause(1000);
    const { devices } = JSON.parse(ask('status', plan)) as { devices: Counts };
    if (devices.notUpgraded + devices.upgrading === 0) break;
    if (Date.now() > limit) throw new Error('The rollout did not end within ten minutes.');
  }
  await pause(1200);
  screen.kill('SIGINT');
  await new Promise((done) => screen.once('exit', done));
}

/** The example in a folder of its own, its period moved to the day that begins now. */
function prepare(): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(path.join(root, 'examples/water-meter'), work, { recursive: true });
  cpSync(path.join(root, 'examples/faults/5-percent-fail-once.json'), path.join(work, 'faults.json'));
  const schema = 'fault-profile.schema.json';
  cpSync(path.join(root, 'examples/faults', schema), path.join(work, schema));
  const file = path.join(work, 'today.otaplan');
  const minute = (at: number) => new Date(at).toISOString().slice(0, 16).replace('T', ' ');
  const now = Date.now();
  const period = `effective ${minute(now - 60_000)} to ${minute(now + 24 * 3_600_000)} in "UTC"`;
  writeFileSync(file, readFileSync(file, 'utf8').replace(/effective .*/, period));
}

async function main(): Promise<void> {
  say('Otaplan: one rollout from the file to the fleet.');
  prepare();
  say(`The example lies in ${path.relative(process.cwd(), work)}; every command below runs there.`);

  const server = await start('server', '--data', '../center', '--port', '0');
  environment['OTAPLAN_SERVER'] = String(server['url']);
  environment['OTAPLAN_ACCESS_KEY'] = String(server['accessKey']);
  environment['OTAPLAN_ACCESS_SECRET'] = readFileSync(String(server['accessSecretFile']), 'utf8').trim();
  say(`Developer Center answers at ${server['url']}.`);

  await run('register', 'products.csv', 'devices.csv');
  const fleet = await start(
    ...[
      'simulate',
      '--product',
      'p1WM01',
      '--list',
      'devices.csv',
      '--component',
      'module:FOTA=2.3.1',
      '--component',
      'mcu:STM32=1.8.3',
    ],
    ...['--seed', '7', '--speed', '60', '--faults', 'faults.json', '--json'],
  );
  say(`${fleet['devices']} devices are online.`);

  await run('check', 'today.otaplan');
  await run('deploy', 'today.otaplan', '--activate', '--yes');
  await watch();

  const failed = ask('devices', plan, '--status', 'upgradeFailed')
    .split('\n')
    .filter((line) => line !== '');
  const [first] = failed;
  if (first !== undefined) {
    say(`\n${failed.length} devices failed. The story of one:`);
    const { deviceKey } = JSON.parse(first) as { deviceKey: string };
    await run('logs', plan, deviceKey);
    await run('retry', plan, '--all-failed');
    await watch();
  }
  await run('status', plan);

  say('\nThe commands that did it, to be run in the same folder:');
  for (const line of shown) say(`  ${line}`);
  say(
    '\nWhat next: change examples/water-meter/today.otaplan, see it with “npx otaplan check”, and read docs/ for the language and the command.',
  );
  if (!keep) return;
  say(`\nDeveloper Center keeps running at ${server['url']} until Ctrl-C. To use it from another terminal:`);
  say(`  export OTAPLAN_SERVER=${server['url']} OTAPLAN_ACCESS_KEY=${server['accessKey']}`);
  say(`  export OTAPLAN_ACCESS_SECRET="$(cat ${server['accessSecretFile']})"`);
  await new Promise(() => {});
}

function endChildren(): void {
  for (const child of children.toReversed()) if (child.exitCode === null) child.kill('SIGTERM');
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    endChildren();
    process.exit(130);
  });
}
try {
  await main();
} catch (error) {
  console.error(`\notaplan: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  endChildren();
}
