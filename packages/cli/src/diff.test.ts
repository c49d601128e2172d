import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { comparisonMarkdown, type PlanDifference } from '@otaplan/model';
import { describe, expect, it } from 'vitest';
import { example, folder, otaplan } from './testing.ts';

function repository(files: Record<string, string | Buffer>) {
  const cwd = folder(files);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd, encoding: 'utf8' });
  git('init', '-q');
  git('add', '.');
  git('commit', '-qm', 'first');
  return { cwd, git };
}
const differences = (ran: { json(): unknown }) =>
  (ran.json() as PlanDifference[]).filter(({ difference }) => difference !== 'unchanged');

describe('diff --base', () => {
  it('reads blobs and leaves the work tree, the index and HEAD alone', async () => {
    const { cwd, git } = repository(example());
    writeFileSync(join(cwd, 'spring.otaplan'), example({ retry: 1 })['spring.otaplan']);
    git('add', '.');
    writeFileSync(join(cwd, 'spring.otaplan'), example({ retry: 2 })['spring.otaplan']);
    const state = () => [git('status', '--porcelain'), git('rev-parse', 'HEAD'), git('stash', 'list')];
    const before = state();
    const ran = await otaplan({ cwd }, 'diff', '--base', 'HEAD', '--exit-code');
    expect(ran).toMatchObject({ code: 1, out: 'Plan “Spring” (changed)\n  Automatic retries: 3 → 2.\n' });
    expect(state()).toEqual(before);
  });
  it('compares from a folder below the top, with lists and firmware that Git does not keep', async () => {
    const files = example();
    const { cwd, git } = repository({
      ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`ota/${name}`, text])),
      'ota/lists/berlin.csv': 'device_key\nA0001\nA0002\n',
      'ota/more.otaplan': files['spring.otaplan']
        .replace('"Spring"', '"Berlin"')
        .replace('include pilot', 'include berlin')
        .concat('\ndevices berlin of meter from "lists/berlin.csv"\n'),
      '.gitignore': 'firmware\n',
    });
    expect(git('ls-files')).not.toContain('firmware');
    writeFileSync(join(cwd, 'ota/lists/berlin.csv'), 'device_key\nA0002\nA0003\n');
    const ran = await otaplan({ cwd: join(cwd, 'ota') }, 'diff', '--json');
    expect(differences(ran)).toMatchObject([
      {
        plan: 'Berlin',
        sentences: ['Devices: 1 added (A0003), 50 % of the new list; 1 removed (A0001), 50 % of the old list; 2 → 2.'],
      },
    ]);
    expect(differences(await otaplan({ cwd }, 'diff', 'ota/spring.otaplan', '--json'))).toEqual([]);
  });
  it('finds plans that were removed, with their file, and those that were only renamed', async () => {
    const files = example();
    const { cwd } = repository({
      ...files,
      'old.otaplan': files['spring.otaplan'].replace('"Spring"', '"Old"').replace('retry 3', 'retry 2'),
    });
    rmSync(join(cwd, 'old.otaplan'));
    mkdirSync(join(cwd, 'plans'));
    rmSync(join(cwd, 'spring.otaplan'));
    const moved = files['spring.otaplan'].replace('"Spring"', '"Autumn"').replace('"catalog', '"../catalog');
    writeFileSync(join(cwd, 'plans/autumn.otaplan'), moved);
    expect(differences(await otaplan({ cwd }, 'diff', '--json'))).toMatchObject([
      { plan: 'Autumn', difference: 'renamed', sentences: [expect.stringContaining('guess'), expect.anything()] },
      { plan: 'Old', difference: 'removed' },
    ]);
  });
  it('compares a plan whose period is over, and says when what is compared has errors', async () => {
    const over = example()['spring.otaplan'].replace(
      /effective .*/,
      'effective 2020-01-01 00:00 to 2020-02-01 00:00 in "UTC"',
    );
    const { cwd } = repository({ ...example(), 'spring.otaplan': over });
    writeFileSync(join(cwd, 'spring.otaplan'), over.replace('retry 3', 'retry 4'));
    expect((await otaplan({ cwd }, 'diff')).out).toBe('Plan “Spring” (changed)\n  Automatic retries: 3 → 4.\n');
    writeFileSync(join(cwd, 'broken.otaplan'), 'plan "Broken" {');
    const ran = await otaplan({ cwd }, 'diff', '--exit-code');
    expect(ran.code).toBe(1);
    expect(ran.out).toContain('Note: Now: broken.otaplan cannot be read: it has errors of syntax.');
  });
  it('is told what is missing', async () => {
    expect(await otaplan({ cwd: folder(example()) }, 'diff')).toMatchObject({ code: 2, out: '' });
    const { cwd } = repository(example());
    expect(await otaplan({ cwd }, 'diff', '--base', '--output=x')).toMatchObject({ code: 2 });
    expect(await otaplan({ cwd }, 'diff', '--base', 'HEAD', '--deployed')).toMatchObject({ code: 2 });
  });
});

describe('diff --from', () => {
  it('compares two folders', async () => {
    const files = (retry: number, prefix: string) =>
      Object.fromEntries(Object.entries(example({ retry })).map(([name, text]) => [`${prefix}/${name}`, text]));
    const cwd = folder({ ...files(3, 'old'), ...files(5, 'new') });
    const ran = await otaplan({ cwd }, 'diff', 'new', '--from', 'old');
    expect(ran).toMatchObject({ code: 0, out: 'Plan “Spring” (changed)\n  Automatic retries: 3 → 5.\n' });
  });
});

describe('diff --format markdown', () => {
  it('reads like a comment', async () => {
    const { cwd } = repository(example());
    writeFileSync(join(cwd, 'spring.otaplan'), example({ retry: 1 })['spring.otaplan']);
    expect((await otaplan({ cwd }, 'diff', '--format', 'markdown')).out).toBe(
      'Compared with revision HEAD, this changes 1 plan.\n\n**Plan “Spring” (changed)**\n\n- Automatic retries: 3 → 1.\n',
    );
    writeFileSync(join(cwd, 'spring.otaplan'), example()['spring.otaplan']);
    expect((await otaplan({ cwd }, 'diff', '--format', 'markdown')).out).toBe(
      'Compared with revision HEAD, nothing changes in meaning.\n',
    );
  });
  it('fits under GitHub’s limit for 10,000 changes, whatever they say, and counts what is left out', () => {
    const plan = (i: number): PlanDifference => ({
      plan: `@team <b>${'*'.repeat(90)}${i}`,
      difference: 'changed',
      changes: [],
      sentences: Array.from({ length: 60 }, () => '黎明|`[x](http://e.com)'.repeat(50)),
      risks: [{ kind: 'noWaves', text: '<'.repeat(500), isNew: i % 2 === 0 }],
      devices: 5,
      period: { start: '2027-01-01T00:00', end: '2027-01-02T00:00', zone: 'Europe/Berlin' },
    });
    const text = comparisonMarkdown({
      plans: Array.from({ length: 10_000 }, (_, i) => plan(i)),
      packages: [],
      with: 'revision main',
      notes: Array.from({ length: 1000 }, (_, i) => `Note ${i} ${'@'.repeat(500)}`),
    });
    expect(Buffer.byteLength(text)).toBeLessThan(65_536);
    expect(text).toContain('this changes 10,000 plans');
    expect(text).toMatch(/… and [\d,]+ more, for which there is no room here/);
    expect(text.match(/<details>/g)?.length ?? 0).toBe(text.match(/<\/details>/g)?.length ?? 0);
  });
});

describe('the words that are compared', () => {
  it('are the same for a reader of a terminal: nothing that moves the cursor', async () => {
    const files = example();
    const { cwd } = repository(files);
    const evil = files['spring.otaplan'].replace('retry', 'allow TIME014 because "\\u{1b}[2J\\u{202e}x"\n\n  retry');
    writeFileSync(join(cwd, 'spring.otaplan'), evil);
    const { out } = await otaplan({ cwd }, 'diff');
    expect(out).toContain('Allows TIME014');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the point.
    expect(out).not.toMatch(/[\x00-\x09\x0b-\x1f\u202e]/);
    expect(readFileSync(join(cwd, 'spring.otaplan'), 'utf8')).toBe(evil);
  });
});
