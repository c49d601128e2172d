import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

/** A rehearsal of a release: every command of the workflow, in its order, with nothing published. Then what came out of it is used. */
const root = path.join(import.meta.dirname, '../..');
const out = path.join(root, 'dist/release');
const { version } = JSON.parse(readFileSync(path.join(root, 'packages/cli/package.json'), 'utf8')) as {
  version: string;
};
const made = (name: string) => path.join(out, name);
const temporary: string[] = [];
const folder = () => {
  const made = mkdtempSync(path.join(tmpdir(), 'otaplan-release-'));
  temporary.push(made);
  return made;
};
afterAll(() => {
  for (const each of temporary) rmSync(each, { recursive: true, force: true });
});

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps?: readonly { readonly run?: string }[] }>>;
}

/** What the workflow would run in `npm run release`, job by job. */
const deeds = Object.values(
  (parse(readFileSync(path.join(root, '.github/workflows/release.yml'), 'utf8')) as Workflow).jobs,
)
  .flatMap(({ steps = [] }) => steps.flatMap(({ run }) => run ?? []))
  .flatMap((command) => /^npm run release -- (.+)$/.exec(command)?.[1]?.split(' ') ?? []);

describe('a release', () => {
  let said = '';
  beforeAll(() => {
    rmSync(out, { recursive: true, force: true });
    said = execFileSync(process.execPath, ['scripts/release.ts', ...deeds], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, OTAPLAN_DRY_RUN: 'true', VSCE_PAT: 'canary-of-a-secret', OVSX_PAT: 'canary-of-a-secret' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }, 300_000);

  it('is rehearsed with what the workflow runs', () => {
    expect(deeds).toEqual([
      'tag',
      'pack',
      'vsix',
      'sbom',
      'executable',
      'tag',
      'sums',
      'npm',
      'marketplace',
      'openVsx',
      'github',
    ]);
    for (const tool of ['vsce publish', 'ovsx@', 'gh release create']) expect(said).toContain(tool);
    expect(said).not.toContain('canary');
  });

  it('has sums that are right, of everything that is published', () => {
    const lines = readFileSync(made('SHA256SUMS'), 'utf8').trim().split('\n');
    expect(lines).toHaveLength(4);
    for (const line of lines) {
      const [sum, name = ''] = line.split('  ');
      expect(
        createHash('sha256')
          .update(readFileSync(made(name)))
          .digest('hex'),
        name,
      ).toBe(sum);
    }
  });

  it('is not published when the tag is another version', () => {
    const env = { ...process.env, OTAPLAN_DRY_RUN: '', GITHUB_REF_NAME: 'v9.9.9' };
    expect(() =>
      execFileSync(process.execPath, ['scripts/release.ts', 'tag'], { cwd: root, env, stdio: 'pipe' }),
    ).toThrow(/The tag is v9\.9\.9, and the version is/);
  });

  it('is not published without signing in', () => {
    const { VSCE_PAT: _, ...env } = process.env;
    const run = () =>
      execFileSync(process.execPath, ['scripts/release.ts', 'marketplace'], {
        cwd: root,
        env: { ...env, OTAPLAN_DRY_RUN: '' },
        stdio: 'pipe',
      });
    expect(run).toThrow(/VSCE_PAT is not set/);
  });

  it('says what it is made of, by the schema of CycloneDX', async () => {
    const text = readFileSync(made('otaplan.cdx.json'), 'utf8');
    expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text)).toBe(null);
    const { components } = JSON.parse(text) as { components: { name: string; purl: string }[] };
    const names = components.map(({ name }) => name);
    for (const bundled of ['commander', 'undici', 'langium', 'hono', 'zod']) expect(names).toContain(bundled);
    for (const tool of ['esbuild', 'vitest', 'vitepress']) expect(names).not.toContain(tool);
  });

  it('installs from its tarball in an empty folder, and runs by npx', () => {
    const cwd = folder();
    writeFileSync(path.join(cwd, 'package.json'), '{"private": true}');
    const npm = (...args: string[]) =>
      execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    // Nothing is fetched: the keychain is optional, and all else is inside.
    npm('install', '--offline', '--omit=optional', '--no-audit', '--no-fund', made(`otaplan-${version}.tgz`));
    const npx = (...args: string[]) =>
      execFileSync('npx', ['--no-install', 'otaplan', ...args], {
        cwd,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    expect(npx('--version').trim()).toBe(version);
    writeFileSync(path.join(cwd, 'a.otaplan'), 'product meter {\n  key "p1WM01"\n}\n');
    expect(npx('check', 'a.otaplan', '--json')).toContain('[');
    expect(() => npx('check', 'nothing.otaplan')).toThrow();
    const installed = JSON.parse(readFileSync(path.join(cwd, 'node_modules/otaplan/package.json'), 'utf8'));
    expect(installed).toMatchObject({ license: 'MIT', repository: { url: expect.stringContaining('github.com') } });
    expect(installed).not.toHaveProperty('dependencies');
  });

  it('has an executable that needs no Node', () => {
    const cwd = folder();
    const file = made(`otaplan-${process.platform}-${process.arch}`);
    const run = (...args: string[]) => execFileSync(file, args, { cwd, encoding: 'utf8', env: { PATH: '' } });
    expect(run('--version').trim()).toBe(version);
    writeFileSync(path.join(cwd, 'a.otaplan'), 'product meter {\n  key "p1WM01"\n}\n');
    expect(run('compile', 'a.otaplan').trim()).toBe('[]');
    expect(run('server', '--help')).toContain('Developer Center');
  });
});

describe('the next version', () => {
  it('comes from changesets, and stands everywhere', () => {
    const copy = folder();
    const kept = /^(node_modules|\.git|dist|coverage)$/;
    cpSync(root, copy, {
      recursive: true,
      filter: (file) => !kept.test(path.basename(file)) && !/\.tsbuildinfo$/.test(file),
    });
    symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
    const inCopy = (name: string) => path.join(copy, name);
    const run = () => execFileSync(process.execPath, ['scripts/version.ts'], { cwd: copy, stdio: 'pipe' });
    expect(run).toThrow(/no changesets/);
    writeFileSync(inCopy('.changeset/brave-meters.md'), '---\n"otaplan": minor\n---\n\nMeters are brave.\n');
    run();
    const [major = 0, minor = 0] = version.split('.').map(Number);
    const next = `${major}.${minor + 1}.0`;
    for (const each of ['packages/cli', 'packages/model', 'extension', 'language-server']) {
      expect(JSON.parse(readFileSync(inCopy(`${each}/package.json`), 'utf8')), each).toMatchObject({ version: next });
    }
    expect(readFileSync(inCopy('packages/cli/src/version.ts'), 'utf8')).toContain(`'${next}'`);
    const changelog = readFileSync(inCopy('CHANGELOG.md'), 'utf8');
    expect(changelog).toMatch(
      new RegExp(`## Unreleased\n\n## ${next.replaceAll('.', '\\.')} \\(\\d{4}-\\d\\d-\\d\\d\\)\n`),
    );
    expect(changelog).toContain('- Meters are brave.');
    expect(existsSync(inCopy('.changeset/brave-meters.md'))).toBe(false);
    expect(existsSync(inCopy('packages/cli/CHANGELOG.md'))).toBe(false);
  }, 120_000);
});
