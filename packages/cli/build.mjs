// Bundles the command with everything it uses into dist/, cut so that each command loads only what it needs, and lays out
// dist/package/: the folder whose tarball installs anywhere. `--out FOLDER` builds somewhere else than in dist/.
// Built beside and put in place at the end: who uses the command meanwhile has the old one, never half of one.
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildCommonJs } from './commonjs-chunks.mjs';
import { leanLangium } from './lean-langium.mjs';
import { onDemand, onDemandEntries } from './on-demand.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const at = (...parts) => path.join(here, ...parts);
const { values: options } = parseArgs({ options: { out: { type: 'string' } } });
const dist = options.out === undefined ? at('dist') : path.resolve(options.out);
const inDist = (...parts) => path.join(dist, ...parts);
/** Where it is built, before it is put in place. */
const fresh = inDist(`.building-${process.pid}`);
const manifest = JSON.parse(readFileSync(at('package.json'), 'utf8'));

const version = /version = '(.+)'/.exec(readFileSync(at('src', 'version.ts'), 'utf8'))?.[1];
if (version !== manifest.version) throw new Error('src/version.ts and package.json disagree about the version.');

process.on('exit', () => rmSync(fresh, { recursive: true, force: true }));
await buildCommonJs({
  entryPoints: { otaplan: at('src', 'main.ts'), ...onDemandEntries },
  outdir: path.join(fresh, 'bundle'),
  target: 'node24',
  // A UMD file (jsonc-parser's) requires its parts in a way that no bundler follows.
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'linked',
  external: ['@napi-rs/keyring'],
  plugins: [leanLangium, onDemand],
  logLevel: 'warning',
});

const packageAt = (...parts) => path.join(fresh, 'package', ...parts);
mkdirSync(packageAt(), { recursive: true });
cpSync(at('bin'), packageAt('bin'), { recursive: true });
cpSync(path.join(fresh, 'bundle'), packageAt('dist', 'bundle'), { recursive: true });
chmodSync(packageAt('bin', 'otaplan.js'), 0o755);
cpSync(at('..', '..', 'LICENSE'), packageAt('LICENSE'));
cpSync(at('README.md'), packageAt('README.md'));
const schema = 'fault-profile.schema.json';
cpSync(at('..', '..', 'examples', 'faults', schema), packageAt(schema));
const { name, description, license, repository, homepage, keywords, type, bin, engines } = manifest;
// The catalog's pinned version, in words that every package manager understands.
const keyring = JSON.parse(readFileSync(at('node_modules', '@napi-rs', 'keyring', 'package.json'), 'utf8')).version;
const optionalDependencies = { '@napi-rs/keyring': keyring };
const packed = {
  name,
  version,
  description,
  license,
  // Provenance is accepted for the repository that is named here.
  repository,
  homepage,
  keywords,
  type,
  bin,
  files: ['bin', 'dist', schema],
  engines,
  optionalDependencies,
};
writeFileSync(packageAt('package.json'), `${JSON.stringify(packed, null, 2)}\n`);

for (const name of ['bundle', 'package']) {
  const old = path.join(fresh, `old-${name}`);
  if (existsSync(inDist(name))) renameSync(inDist(name), old);
  renameSync(path.join(fresh, name), inDist(name));
}
