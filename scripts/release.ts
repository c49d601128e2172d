/**
 * What the release workflow runs, one deed a call, and what can be run by hand: `npm run release -- DEED`. Everything made lies in
 * dist/release. With OTAPLAN_DRY_RUN=true nothing is published: the same checks are made, and what would be run is said.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, step } from './steps.ts';

const out = path.join(root, 'dist/release');
const pnpm = 'pnpm@12.21.0';
const ovsx = 'ovsx@1.3.0';
const dryRun = process.env['OTAPLAN_DRY_RUN'] === 'true';
const { version } = JSON.parse(readFileSync(path.join(root, 'packages/cli/package.json'), 'utf8')) as {
  version: string;
};
const tarball = path.join(out, `otaplan-${version}.tgz`);
const vsix = path.join(out, `otaplan-${version}.vsix`);
const sums = path.join(out, 'SHA256SUMS');

/** Runs a tool of the system, and ends with its code when it fails. `secret`: a variable that it reads and has to be there. */
function run(tool: string, args: readonly string[], folder = root): void {
  const { status, error } = spawnSync(tool, args, {
    cwd: folder,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** Publishes, or says what would be run. A variable that the tool signs in with is never an argument. */
function publish(file: string, secret: string | null, tool: string, ...args: string[]): void {
  if (!existsSync(file)) fail(`${path.basename(file)} is not there. Make it first: docs/releasing.md.`);
  if (dryRun) {
    console.log(`Would run: ${[tool, ...args].join(' ')}${secret === null ? '' : ` (signed in by ${secret})`}`);
    return;
  }
  if (secret !== null && !process.env[secret]) fail(`${secret} is not set, so nothing can be published.`);
  run(tool, args);
}

function fail(sentence: string): never {
  console.error(`otaplan: ${sentence}`);
  process.exit(1);
}

const deeds: Readonly<Record<string, () => void>> = {
  /** The npm tarball. */
  pack() {
    step('the otaplan command', 'node', ['packages/cli/build.mjs']);
    run('npm', ['pack', '--silent', '--pack-destination', out, path.join(root, 'packages/cli/dist/package')]);
  },
  /** The extension. */
  vsix() {
    step('the VSIX', 'node', ['extension/package.mjs']);
    cpSync(path.join(root, 'extension/dist/otaplan.vsix'), vsix);
  },
  /** One file that needs no Node, for the system that this runs on. */
  executable() {
    const ending = process.platform === 'win32' ? '.exe' : '';
    const file = path.join(out, `otaplan-${process.platform}-${process.arch}${ending}`);
    step('the executable', 'node', ['packages/cli/build-executable.mjs', '--out', file]);
  },
  /** What is bundled into the command, from the lockfile, as CycloneDX. */
  sbom() {
    const file = path.join(out, 'otaplan.cdx.json');
    const kind = ['--sbom-format', 'cyclonedx', '--sbom-spec-version', '1.6', '--sbom-type', 'application'];
    run('npx', ['-y', pnpm, '--filter', 'otaplan', 'sbom', ...kind, '--lockfile-only', '--prod', '--out', file]);
  },
  /** SHA-256 of everything that is there. */
  sums() {
    const lines = readdirSync(out)
      .filter((name) => name !== path.basename(sums))
      .sort()
      .map(
        (name) =>
          `${createHash('sha256')
            .update(readFileSync(path.join(out, name)))
            .digest('hex')}  ${name}\n`,
      );
    writeFileSync(sums, lines.join(''));
  },
  /** A tag and what it holds have to agree before anything is published. */
  tag() {
    const tag = process.env['GITHUB_REF_NAME'] ?? '';
    if (!dryRun && tag !== `v${version}`) fail(`The tag is ${tag}, and the version is ${version}.`);
    const changelog = readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8');
    if (!dryRun && !changelog.includes(`\n## ${version} `)) fail(`CHANGELOG.md says nothing of ${version}.`);
    console.log(`Version ${version}${dryRun ? ', rehearsed' : ''}.`);
  },
  /** With the registry's trust in the workflow, so without a token; npm rehearses by itself. */
  npm() {
    if (!existsSync(tarball)) fail(`${path.basename(tarball)} is not there. Make it first: npm run release -- pack`);
    const rehearse = dryRun ? ['--dry-run'] : ['--provenance'];
    run('npm', ['publish', tarball, '--access', 'public', ...rehearse]);
  },
  marketplace() {
    const vsce = path.join(root, 'extension/node_modules/@vscode/vsce/vsce');
    publish(vsix, 'VSCE_PAT', process.execPath, vsce, 'publish', '--packagePath', vsix);
  },
  openVsx() {
    publish(vsix, 'OVSX_PAT', 'npx', '--yes', ovsx, 'publish', vsix);
  },
  /** The files, at the tag. */
  github() {
    const files = existsSync(out) ? readdirSync(out).map((name) => path.join(out, name)) : [];
    publish(sums, 'GH_TOKEN', 'gh', 'release', 'create', `v${version}`, '--verify-tag', '--generate-notes', ...files);
  },
};

mkdirSync(out, { recursive: true });
for (const name of process.argv.slice(2)) {
  const deed = deeds[name];
  if (!deed) fail(`There is no “${name}”. There are: ${Object.keys(deeds).join(', ')}.`);
  deed();
}
if (process.argv.length < 3) fail(`Say what: ${Object.keys(deeds).join(', ')}.`);
