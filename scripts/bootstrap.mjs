// From a bare machine to a ready workspace: installs what the lockfile says and finds the Node that everything else runs on.
// Runs on whatever Node the system has (20 or newer), so it uses nothing younger than that.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const pnpm = 'pnpm@12.21.0';
const neededNode = 24;
const modules = path.join(root, 'node_modules');
const stamp = path.join(modules, '.otaplan-installed');
/** Packages that only tests in a real VS Code, the documentation and its tests need; they are large. */
const testOnly = ['@otaplan/vscode-host', '@otaplan/published', '@otaplan/docs'];

/** Ends the process with one sentence for a person. */
export function fail(sentence) {
  console.error(`\notaplan: ${sentence}`);
  process.exit(1);
}

function run(command, args, env = process.env) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', env, shell: process.platform === 'win32' });
  if (result.error) fail(`${command} could not be started: ${result.error.message}`);
  return result.status ?? 1;
}

/** Everything that decides what gets installed, as one digest. */
function manifestDigest() {
  const hash = createHash('sha256');
  const folders = [
    '.',
    'extension',
    'language-server',
    'test',
    'test/vscode-host',
    'test/published',
    'docs',
    ...readdirSync(path.join(root, 'packages')).map((name) => `packages/${name}`),
  ];
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...folders.map((folder) => `${folder}/package.json`)]) {
    const full = path.join(root, file);
    if (existsSync(full)) hash.update(file).update(readFileSync(full));
  }
  return hash.digest('hex');
}

function workspaceNode() {
  const file = path.join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(file)) return null;
  const version = spawnSync(file, ['-p', 'process.versions.node'], { encoding: 'utf8' });
  const major = Number((version.stdout ?? '').split('.')[0]);
  return version.status === 0 && major >= neededNode ? file : null;
}

/**
 * Installs unless the same manifests were installed to the end before.
 * @param {{ scope: 'use' | 'test' }} options `use`: without what only tests need
 * @returns the Node to run everything on, and an environment whose PATH finds it and the workspace's tools
 */
export function bootstrap({ scope }) {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20)
    fail(
      `Node 20 or newer is needed to start with, this is ${process.version}. Install it from nodejs.org, then run the command again.`,
    );
  const wanted = `${manifestDigest()}\n`;
  const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
  // What was installed for tests serves use as well.
  const ready = installed === `test ${wanted}` || (scope === 'use' && installed === `use ${wanted}`);
  if (!ready || workspaceNode() === null) {
    rmSync(stamp, { force: true });
    const filters = scope === 'use' ? testOnly.flatMap((name) => ['--filter', `!${name}`]) : [];
    const status = run('npx', ['-y', pnpm, ...filters, 'install', '--frozen-lockfile'], {
      ...process.env,
      CI: process.env['CI'] ?? 'true',
    });
    if (status !== 0)
      fail(
        'The packages could not be installed (see above). Check the connection to the package registry, then run the same command again.',
      );
    if (workspaceNode() === null)
      fail(
        `Node ${neededNode} was not installed with the packages. Delete the node_modules folder and run the same command again.`,
      );
    writeFileSync(stamp, `${scope} ${wanted}`);
  }
  const node = workspaceNode();
  const env = {
    ...process.env,
    PATH: [path.dirname(node), path.join(modules, '.bin'), process.env['PATH']].join(path.delimiter),
  };
  return { node, env };
}

/** Runs one step on the workspace's Node and ends with its exit code when it fails. */
export function step({ node, env }, title, args, tool = node) {
  if (title) console.error(`\n── ${title}`);
  const status = run(tool, args, env);
  if (status !== 0) process.exit(status);
}
