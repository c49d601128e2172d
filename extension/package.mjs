// Packs dist/otaplan.vsix from a staged copy: the manifest that ships names no dependency of the workspace, and only what runs is in it.
// Fails when the VSIX is larger than it may be or holds a native module.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const here = import.meta.dirname;
const mostBytes = 3 * 1024 * 1024;
const at = (...parts) => path.join(here, ...parts);
const staged = at('dist/vsix');

const run = (args, cwd) => {
  const { status } = spawnSync(process.execPath, args, { cwd, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};
run([at('build.mjs'), '--minify'], here);

rmSync(staged, { recursive: true, force: true });
mkdirSync(staged, { recursive: true });
for (const name of ['l10n', 'media', 'snippets', 'syntaxes', 'README.md'])
  cpSync(at(name), path.join(staged, name), { recursive: true });
for (const name of readdirSync(here)) {
  if (/^(package\.nls.*|.*language-configuration)\.json$/.test(name)) cpSync(at(name), path.join(staged, name));
}
for (const name of ['LICENSE', 'CHANGELOG.md']) cpSync(at('..', name), path.join(staged, name));
const shipped =
  /^(extension|language-server|language-server-main)\.cjs$|^(otaplan|guard)\.mjs$|^dashboard\.js$|^rules\.md$|^fault-profile\.schema\.json$|^(extension|otaplan|web)$/;
for (const name of readdirSync(at('dist'))) {
  if (shipped.test(name)) cpSync(at('dist', name), path.join(staged, 'dist', name), { recursive: true });
}
const {
  dependencies: _,
  devDependencies: __,
  scripts: ___,
  private: ____,
  exports: _____,
  ...manifest
} = JSON.parse(readFileSync(at('package.json'), 'utf8'));
writeFileSync(path.join(staged, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);

const vsix = at('dist/otaplan.vsix');
const vsce = path.join(path.dirname(createRequire(import.meta.url).resolve('@vscode/vsce/package.json')), 'vsce');
run([vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--out', vsix], staged);

const native = readdirSync(staged, { recursive: true }).filter((name) => String(name).endsWith('.node'));
if (native.length > 0) throw new Error(`Native modules are not for a VSIX: ${native.join(', ')}`);
const { size } = statSync(vsix);
if (!existsSync(vsix) || size > mostBytes)
  throw new Error(`The VSIX has ${size} bytes, at most ${mostBytes} are allowed.`);
// biome-ignore lint/suspicious/noConsole: a script says what it made
console.log(`${vsix}: ${(size / 1024 / 1024).toFixed(2)} MB`);
