import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { example, folder, otaplan } from './testing.ts';

const main = join(import.meta.dirname, 'main.ts');

/** The command as a process of its own. */
function spawned(cwd: string, args: readonly string[], end?: (child: ReturnType<typeof spawn>) => void) {
  return new Promise<{ code: number | null; out: string; err: string }>((done) => {
    const env = { PATH: process.env['PATH'] };
    const child = spawn(process.execPath, [main, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.on('close', (code) => done({ code, out, err }));
    end?.(child);
  });
}

describe('check', () => {
  it('finds nothing wrong, exits 0, and prints a JSON array', async () => {
    const cwd = folder(example());
    const ran = await otaplan({ cwd }, 'check', '--json');
    expect(ran.code).toBe(0);
    expect(ran.json()).toBeInstanceOf(Array);
  });
  it('exits 1 with the place of an error, zero-based, the file relative to the working directory', async () => {
    const files = example();
    const cwd = folder({
      ...files,
      'plans/bad.otaplan': files['spring.otaplan']
        .replace('"catalog', '"../catalog')
        .replace('to "2.4.0"', 'to "bad version"'),
    });
    const ran = await otaplan({ cwd }, 'check', 'plans', '--format', 'json');
    expect(ran.code).toBe(1);
    expect(ran.json()).toContainEqual(
      expect.objectContaining({
        file: 'plans/bad.otaplan',
        code: 'VER001',
        severity: 'error',
        url: expect.stringContaining('ver001'),
        range: { start: { line: 10, character: 19 }, end: { line: 10, character: 32 } },
      }),
    );
  });
  it('exits 1 for a warning only with --strict', async () => {
    const files = example();
    const cwd = folder({
      ...files,
      'spring.otaplan': files['spring.otaplan'].replace('targets {\n    include pilot\n  }', 'targets all'),
    });
    expect((await otaplan({ cwd }, 'check')).code).toBe(0);
    expect((await otaplan({ cwd }, 'check', '--strict')).code).toBe(1);
  });
  it.each(['sarif', 'github', 'markdown', 'text'])('prints as %s', async (format) => {
    const cwd = folder({ 'a.otaplan': 'plan "x" {\n}\n' });
    const ran = await otaplan({ cwd }, 'check', '--format', format);
    expect(ran.code).toBe(1);
    expect(ran.out).toContain('SEM');
    if (format === 'sarif')
      expect(ran.json()).toMatchObject({ version: '2.1.0', runs: [{ tool: { driver: { name: 'otaplan' } } }] });
    if (format === 'github') expect(ran.out).toMatch(/^::error file=a\.otaplan,line=1,/m);
  });
  it('exits 2 for a path that is not there and for an option that does not exist', async () => {
    const cwd = folder({});
    expect(await otaplan({ cwd }, 'check', 'nowhere')).toMatchObject({
      code: 2,
      out: '',
      err: 'otaplan: nowhere is not there.\n',
    });
    expect((await otaplan({ cwd }, 'check', '--sideways')).code).toBe(2);
    expect((await otaplan({ cwd }, 'chekc')).code).toBe(2);
  });
  it('reads nothing outside the workspace, also not through a link', async () => {
    const secret = folder({ 'list.csv': 'device_key\nS3CR3T01\n' });
    const cwd = folder({
      ...example(),
      'otaplan.config.json': '{}',
      'more.otaplan':
        'import "catalog.otaplan"\n\ndevices far of meter from "link.csv"\n\ndevices out of meter from "../x.csv"\n',
    });
    symlinkSync(join(secret, 'list.csv'), join(cwd, 'link.csv'));
    const ran = await otaplan({ cwd }, 'check', 'more.otaplan', '--json');
    const found = (ran.json() as { code: string }[]).filter(({ code }) => code === 'TGT007');
    expect(found).toHaveLength(2);
    expect(ran.out).not.toContain('S3CR3T01');
  });
});

describe('format', () => {
  it('tells with --check, writes without, and leaves a broken file as it is', async () => {
    const cwd = folder({ 'a.otaplan': 'product  x { key "p1" }\n', 'broken.otaplan': 'product {' });
    const checked = await otaplan({ cwd }, 'format', '--check', 'a.otaplan');
    expect(checked).toMatchObject({ code: 1, out: 'a.otaplan is not in canonical form\n' });
    expect((await otaplan({ cwd }, 'format', 'a.otaplan')).code).toBe(0);
    expect(readFileSync(join(cwd, 'a.otaplan'), 'utf8')).toBe('product x {\n  key "p1"\n}\n');
    expect((await otaplan({ cwd }, 'format', '--check', 'a.otaplan')).code).toBe(0);
    expect((await otaplan({ cwd }, 'format')).code).toBe(1);
    expect(readFileSync(join(cwd, 'broken.otaplan'), 'utf8')).toBe('product {');
  });
  it('goes from stdin to stdout', async () => {
    const ran = await otaplan({ cwd: folder({}), stdin: 'product x {key "p1"}' }, 'format', '--stdin');
    expect(ran).toMatchObject({ code: 0, out: 'product x {\n  key "p1"\n}\n' });
  });
});

describe('compile', () => {
  it('prints an array of documents', async () => {
    const ran = await otaplan({ cwd: folder(example()) }, 'compile', 'spring.otaplan');
    expect(ran.code).toBe(0);
    expect(ran.json()).toMatchObject([
      { name: 'Spring', product: 'p1WM01', targets: { count: 2 }, effective: { zone: 'UTC' } },
    ]);
  });
  it('prints nothing on stdout where there are errors', async () => {
    const ran = await otaplan({ cwd: folder({ 'a.otaplan': 'plan "x" {}' }) }, 'compile', 'a.otaplan');
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toContain('SEM003');
  });
});

describe('diff --base', () => {
  it('says what changed in meaning since a revision, and nothing for formatting', async () => {
    const cwd = folder(example());
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd });
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'first');
    writeFileSync(join(cwd, 'spring.otaplan'), example()['spring.otaplan'].replaceAll('  ', ' '));
    expect(await otaplan({ cwd }, 'diff', '--exit-code')).toMatchObject({ code: 0, out: 'Nothing changes.\n' });
    const changed = example({ retry: 1, devices: ['A0001', 'B0001'] });
    for (const name of ['spring.otaplan', 'catalog.otaplan'] as const) writeFileSync(join(cwd, name), changed[name]);
    const ran = await otaplan({ cwd }, 'diff', '--base', 'HEAD', '--exit-code', '--json');
    expect(ran.code).toBe(1);
    expect(ran.json()).toMatchObject([
      {
        plan: 'Spring',
        difference: 'changed',
        sentences: [
          'Devices: 1 added (B0001), 50 % of the new list; 1 removed (A0002), 50 % of the old list; 2 → 2.',
          'Automatic retries: 3 → 1.',
        ],
      },
    ]);
    expect((await otaplan({ cwd }, 'diff', '--base', 'nope')).code).toBe(2);
  });
});

describe('the connection', () => {
  it('says plainly what is missing', async () => {
    const cwd = folder({ 'otaplan.config.json': '{"connections": {"a": {"server": "http://127.0.0.1:1"}}}' });
    expect(await otaplan({ cwd }, 'status')).toMatchObject({ code: 2, err: expect.stringContaining('--server URL') });
    expect(await otaplan({ cwd }, 'status', '--connection', 'b')).toMatchObject({
      code: 2,
      err: expect.stringContaining('there are “a”'),
    });
    const env = { OTAPLAN_ACCESS_KEY: 'k', OTAPLAN_ACCESS_SECRET: 'canary' };
    const ran = await otaplan({ cwd, env }, 'status', '--connection', 'a');
    expect(ran).toMatchObject({ code: 3, out: '', err: expect.stringContaining('cannot be reached') });
    expect(ran.err).not.toContain('canary');
  });
});

describe('the process', () => {
  it('exits with the code, and answers --help and --version', async () => {
    const cwd = folder({ 'a.otaplan': 'plan "x" {}' });
    expect(await spawned(cwd, ['check', '--json'])).toMatchObject({ code: 1, err: '' });
    expect(await spawned(cwd, ['--version'])).toMatchObject({ code: 0, out: '0.1.0\n' });
    expect((await spawned(cwd, ['deploy', '--help'])).out).toContain('Example:');
    expect((await otaplan({ cwd }, 'help', 'deploy')).out).toContain('--activate');
  });
});
