// One file that runs without Node: the command as a single executable application (https://nodejs.org/api/single-executable-applications.html)
// of the Node that runs this script, for its system. On macOS it has to be signed afterwards; on Windows it can be.
//   node build-executable.mjs [--out FILE]
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { inject } from 'postject';
import { leanLangium } from './lean-langium.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const ending = process.platform === 'win32' ? '.exe' : '';
const { values: options } = parseArgs({ options: { out: { type: 'string' } } });
const out = path.resolve(
  options.out ?? path.join(here, 'dist', 'executable', `otaplan-${process.platform}-${process.arch}${ending}`),
);
if (Number(process.versions.node.split('.')[0]) < 24) throw new Error('The executable is made of Node 24 or newer.');

const work = mkdtempSync(path.join(os.tmpdir(), 'otaplan-executable-'));
try {
  const main = path.join(work, 'otaplan.cjs');
  await build({
    entryPoints: [path.join(here, 'src', 'main.ts')],
    outfile: main,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    // A UMD file (jsonc-parser's) requires its parts in a way that no bundler follows.
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'inline',
    // A native library cannot be inside; without it there is no keychain, and the key comes from the environment.
    external: ['@napi-rs/keyring'],
    define: { 'import.meta.url': '__otaplanUrl' },
    banner: { js: "const __otaplanUrl=require('node:url').pathToFileURL(process.execPath).href;" },
    plugins: [leanLangium],
    logLevel: 'warning',
  });
  const blob = path.join(work, 'otaplan.blob');
  const config = path.join(work, 'sea.json');
  const settings = { main, output: blob, disableExperimentalSEAWarning: true, useCodeCache: true, useSnapshot: false };
  writeFileSync(config, JSON.stringify(settings));
  execFileSync(process.execPath, ['--experimental-sea-config', config], { stdio: ['ignore', 'ignore', 'inherit'] });

  const made = path.join(work, `otaplan${ending}`);
  copyFileSync(process.execPath, made);
  chmodSync(made, 0o755);
  if (process.platform === 'darwin') execFileSync('codesign', ['--remove-signature', made]);
  await inject(made, 'NODE_SEA_BLOB', readFileSync(blob), {
    sentinelFuse: 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2',
    ...(process.platform === 'darwin' ? { machoSegmentName: 'NODE_SEA' } : {}),
  });
  if (process.platform === 'darwin') execFileSync('codesign', ['--sign', '-', made]);

  // It has to answer before anybody gets it.
  const said = execFileSync(made, ['--version'], { encoding: 'utf8' }).trim();
  const { version } = JSON.parse(readFileSync(path.join(here, 'package.json'), 'utf8'));
  if (said !== version) throw new Error(`The executable says it is ${said}, not ${version}.`);
  mkdirSync(path.dirname(out), { recursive: true });
  // Beside and renamed: the folder of temporary files may be on another disk.
  copyFileSync(made, `${out}.tmp`);
  renameSync(`${out}.tmp`, out);
  process.stdout.write(`${out}\n`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
