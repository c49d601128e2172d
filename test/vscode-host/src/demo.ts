#!/usr/bin/env node
/**
 * A real VS Code (the desktop one if `code` is there, else the workbench in the browser) with this extension, the water-meter example, a
 * local Developer Center that it is signed in to, and a rollout under way: `npm run vscode`. Everything listens on 127.0.0.1 only; the
 * address holds a token. Ctrl-C ends it all.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { desktopCode, openDesktop } from './desktop.ts';
import { builtVsix, exampleFolder, exampleProduct, moveToToday } from './example.ts';
import { createProfile, installVsix, startVscode } from './vscode-server.ts';

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '8100' },
    /** Port of Developer Center; any without. */
    center: { type: 'string', default: '0' },
    /** In the browser, even where there is a desktop VS Code. */
    browser: { type: 'boolean', default: false },
    open: { type: 'boolean', default: false },
    /** Ends at once when everything is up: proves it without a person. */
    check: { type: 'boolean', default: false },
  },
});
const root = path.resolve(import.meta.dirname, '../../..');
const otaplan = path.join(root, 'extension/dist/otaplan.mjs');
const children: ChildProcess[] = [];

/** Runs `otaplan` and resolves with the JSON line that it prints when it is ready. */
async function start(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Record<string, unknown>> {
  const child = spawn(process.execPath, [otaplan, ...args], { stdio: ['ignore', 'pipe', 'ignore'], env: environment });
  children.push(child);
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`“otaplan ${args[0]}” ended with ${code}.`)));
  });
  return JSON.parse(line);
}

if (!existsSync(builtVsix)) {
  const { status } = spawnSync(process.execPath, [path.join(root, 'extension/package.mjs')], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
const began = Date.now();
const profile = createProfile({ 'workbench.colorTheme': 'Default Dark Modern' }, exampleFolder);
process.once('exit', () => {
  for (const child of children) child.kill('SIGTERM');
  profile.remove();
});
moveToToday(profile.workspace, Date.now());

const folder = path.join(profile.dir, 'developer-center');
const center = await start(['server', '--data', folder, '--port', String(options.center)], process.env);
// the extension takes its connection from these, as the command does: nobody types a key
const environment = {
  ...process.env,
  OTAPLAN_SERVER: String(center['url']),
  OTAPLAN_ACCESS_KEY: String(center['accessKey']),
  OTAPLAN_ACCESS_SECRET: readFileSync(String(center['accessSecretFile']), 'utf8').trim(),
};
const faults = path.join(root, 'examples/faults/5-percent-fail-once.json');
const versions = ['--component', 'module:FOTA=2.3.1', '--component', 'mcu:STM32=1.8.3'];
const list = path.join(profile.workspace, 'devices.csv');
await start(
  ['simulate', '--product', exampleProduct, '--list', list, ...versions, '--speed', '10', '--faults', faults],
  environment,
);
const plan = path.join(profile.workspace, 'today.otaplan');
spawnSync(process.execPath, [otaplan, 'deploy', plan, '--activate', '--yes'], { env: environment, stdio: 'ignore' });

const about = `
  Developer Center  ${center['url']}  (signed in; npx otaplan finds it in the terminal of VS Code too)

  Ready after ${((Date.now() - began) / 1000).toFixed(0)} s. Ctrl-C ends it.
`;
const code = options.browser ? undefined : desktopCode(process.env);
if (code !== undefined) {
  console.log(`\n  VS Code           ${code}, in a window of its own; closing it ends this${about}`);
  process.exit(openDesktop(code, { profile, vsix: builtVsix, environment, check: options.check }) ? 0 : 1);
}
installVsix(profile, builtVsix);
// a token, since any page in the same browser can reach the loopback
const token = randomBytes(16).toString('hex');
const vscode = await startVscode(profile, { connectionToken: token, port: Number(options.port), environment });
const address = `http://127.0.0.1:${vscode.port}/?tkn=${token}&folder=${encodeURIComponent(profile.workspace)}`;
console.log(`\n  VS Code           ${address}${about}`);
if (options.open) {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  spawn(opener, [address], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
if (options.check) {
  // with the right token it answers by a cookie and a redirect, which a fetch without cookies cannot follow
  const { status } = await fetch(address, { redirect: 'manual' });
  await vscode.stop();
  process.exit(status < 400 ? 0 : 1);
}
