import { randomBytes } from 'node:crypto';
import { cpSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type RunningServer, startServer, systemClock } from '@otaplan/developer-center';
import type { Plan } from '@otaplan/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { example, folder, otaplan } from './testing.ts';

const examples = join(import.meta.dirname, '../../../examples');
let server: RunningServer;
let env: Record<string, string>;
const workspace = () => {
  const cwd = folder({ 'otaplan.config.json': '{}' });
  for (const name of new Set(globSync('*/*.otaplan', { cwd: examples }).map(dirname)))
    cpSync(join(examples, name), join(cwd, name), { recursive: true });
  return cwd;
};

beforeAll(async () => {
  const random = (count: number) => randomBytes(count);
  server = await startServer({ dataDir: folder({}), port: 0, clock: systemClock, random });
  const secret = readFileSync(server.accessSecretFile, 'utf8').trim();
  env = { OTAPLAN_SERVER: server.url, OTAPLAN_ACCESS_KEY: server.accessKey, OTAPLAN_ACCESS_SECRET: secret };
});
afterAll(() => server.close());

describe('the examples, brought under review', () => {
  const source = workspace();
  const run = (cwd: string, ...args: string[]) => otaplan({ cwd, env }, ...args);

  it('are deployed', async () => {
    writeFileSync(
      join(source, 'products.csv'),
      'product_key,name\np1WM01,Water meter NB\np2SL07,Street light controller\n',
    );
    expect((await run(source, 'register', 'products.csv')).code).toBe(0);
    writeFileSync(join(source, 'controller.bin'), 'controller 3.2');
    const upload = ['package', 'upload', 'controller.bin', '--type', 'module', '--target-version', '3.2'];
    expect((await run(source, ...upload)).code).toBe(0);
    const unused = ['package', 'upload', 'controller.bin', '--type', 'module', '--target-version', '3.3'];
    expect((await run(source, ...unused, '--name', 'Not needed yet')).code).toBe(0);
    const deployed = await run(source, 'deploy', '.', '--yes', '--json');
    expect(deployed.err).not.toContain('otaplan:');
    expect(deployed.code).toBe(0);
  });
  it('come back by import --all as files that mean the same, and deploying them changes nothing', async () => {
    const cwd = folder({ 'otaplan.config.json': '{}' });
    cpSync(join(source, 'water-meter/firmware'), join(cwd, 'anywhere'), { recursive: true });
    const imported = await run(cwd, 'import', '--all', '--directory', 'plans', '--json');
    expect(imported.code).toBe(0);
    expect(imported.json()).toMatchObject({ over: [], otherPackages: ['Not needed yet'], missing: [] });
    // What a plan does not hold comes from where it is.
    expect(readFileSync(join(cwd, 'plans/packages.otaplan'), 'utf8')).toContain(
      'remarks "Wakes up faster from power saving"',
    );
    const alone = await run(cwd, 'import', 'Water meter 2.4 spring');
    expect(alone.out).toContain('remarks "Wakes up faster from power saving"');
    expect(alone.out).toContain('name "Water meter NB"');
    expect((imported.json() as { files: string[] }).files).toEqual(
      expect.arrayContaining([
        'plans/products.otaplan',
        'plans/packages.otaplan',
        'plans/water-meter-2-4-spring.otaplan',
        'plans/lists/water-meter-2-4-spring-included.csv',
        'plans/harbour-lights-3-2.otaplan',
      ]),
    );
    const findings = (await run(cwd, 'check', 'plans', '--json')).json() as { severity: string }[];
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect((await run(cwd, 'format', 'plans', '--check')).code).toBe(0);
    const digests = async (at: string, path: string) => {
      const files = readdirSync(join(at, path)).filter((name) => name.endsWith('.otaplan'));
      const compiled = await run(at, 'compile', ...files.map((name) => `${path}/${name}`));
      return (compiled.json() as Plan[]).map(({ name, digest }) => `${name} ${digest}`);
    };
    const original = [...(await digests(source, 'water-meter')), ...(await digests(source, 'street-light'))];
    expect((await digests(cwd, 'plans')).sort()).toEqual(original.sort());
    expect(await run(cwd, 'diff', '--deployed', '--exit-code')).toMatchObject({ code: 0, out: 'Nothing changes.\n' });
    const again = await run(cwd, 'deploy', 'plans', '--yes', '--json');
    expect(again.code).toBe(0);
    for (const { steps } of again.json() as { steps: { how: string }[] }[]) {
      expect(steps.map(({ how }) => how)).toEqual(steps.map(() => expect.stringMatching(/^(present|unchanged)$/)));
    }
    // A second import does not write over what is there.
    expect(await run(cwd, 'import', '--all', '--directory', 'plans')).toMatchObject({ code: 1 });
    rmSync(join(cwd, 'plans'), { recursive: true });
    rmSync(join(cwd, 'anywhere'), { recursive: true });
    const without = await run(cwd, 'import', '--all', '--directory', 'plans', '--json');
    expect(without.json()).toMatchObject({ missing: [{ path: expect.stringContaining('firmware/') }, {}] });
  });
  it('drift: every plan is compared, those that no file declares are told', async () => {
    const cwd = folder({ 'otaplan.config.json': '{}' });
    cpSync(join(source, 'street-light'), join(cwd, 'street-light'), { recursive: true });
    const drift = await run(cwd, 'diff', '--deployed', '--exit-code', '--json');
    expect(drift.code).toBe(1);
    expect(drift.json()).toMatchObject([
      { plan: 'Harbour lights 3.2', difference: 'unchanged' },
      { plan: expect.stringContaining('Water meter'), difference: 'unmanaged' },
      { plan: expect.stringContaining('Water meter'), difference: 'unmanaged' },
    ]);
    const some = await run(cwd, 'diff', 'street-light', '--deployed', '--exit-code');
    expect(some).toMatchObject({ code: 0, out: 'Nothing changes.\n' });
  });
});

describe('a saved preview', () => {
  // Another version than the examples' package for modules has.
  const own = (change: Parameters<typeof example>[0]) => {
    const files = example(change);
    const renamed = (text: string) => text.replaceAll('2.4.0', '7.0.0');
    return {
      ...files,
      'catalog.otaplan': renamed(files['catalog.otaplan']),
      'spring.otaplan': renamed(files['spring.otaplan']),
    };
  };
  const cwd = folder({
    ...own({}),
    'products.csv': 'product_key,name\np1WM01,Meter\n',
    'devices.csv': 'product_key,device_key\np1WM01,A0001\np1WM01,A0002\n',
  });
  const run = (...args: string[]) => otaplan({ cwd, env }, ...args);
  const write = (retry: number) => writeFileSync(join(cwd, 'spring.otaplan'), own({ retry })['spring.otaplan']);

  it('is deployed as it was shown', async () => {
    await run('register', 'products.csv', 'devices.csv');
    const previewed = await run('preview', 'spring.otaplan', '--out', 'preview.json');
    expect(previewed).toMatchObject({ code: 0, out: expect.stringContaining('deploying uploads it') });
    write(4);
    const changed = await run('deploy', 'spring.otaplan', '--yes', '--preview', 'preview.json');
    expect(changed).toMatchObject({ code: 1, err: expect.stringContaining('has changed in the files since') });
    write(3);
    expect((await run('deploy', 'spring.otaplan', '--yes', '--preview', 'preview.json')).code).toBe(0);
    // Again after an interruption: it is done.
    expect((await run('deploy', 'spring.otaplan', '--yes', '--preview', 'preview.json')).code).toBe(0);
  });
  it('is refused when somebody changed the plan at Developer Center since', async () => {
    write(2);
    expect((await run('preview', 'spring.otaplan', '--out', 'preview.json')).code).toBe(0);
    write(1);
    expect((await run('deploy', 'spring.otaplan', '--yes')).code).toBe(0);
    write(2);
    const stale = await run('deploy', 'spring.otaplan', '--yes', '--preview', 'preview.json', '--json');
    expect(stale).toMatchObject({ code: 1 });
    expect(stale.json()).toMatchObject([{ outcome: 'refused', refusal: 'stale' }]);
    expect((await run('diff', 'spring.otaplan', '--deployed')).out).toContain('Automatic retries: 1 → 2.');
  });
  it('is refused when it is of other plans, or is none', async () => {
    mkdirSync(join(cwd, 'other'), { recursive: true });
    for (const [name, text] of Object.entries(own({ name: 'Other' }))) {
      mkdirSync(join(cwd, 'other', name, '..'), { recursive: true });
      writeFileSync(join(cwd, 'other', name), text);
    }
    const other = await run('deploy', 'other', '--yes', '--preview', 'preview.json');
    expect(other).toMatchObject({ code: 1, err: expect.stringContaining('is not in the preview') });
    expect((await run('deploy', 'spring.otaplan', '--yes', '--preview', 'spring.otaplan')).code).toBe(2);
  });
});

describe('bump', () => {
  it('writes the version where it stands, and touches nothing else', async () => {
    const text = example()['spring.otaplan'].replace(
      'upgrade modem to "2.4.0" from',
      'upgrade /* it */ modem\r\n   to "2.4.0"   from',
    );
    const cwd = folder({ ...example(), 'spring.otaplan': text });
    const ran = await otaplan({ cwd }, 'bump', 'spring', 'FOTA', '2.4.1', '--json');
    expect(ran.code).toBe(0);
    expect(ran.json()).toMatchObject({ file: 'spring.otaplan', component: 'modem', before: '2.4.0', after: '2.4.1' });
    expect(readFileSync(join(cwd, 'spring.otaplan'), 'utf8')).toBe(text.replace('to "2.4.0"', 'to "2.4.1"'));
    expect((await otaplan({ cwd }, 'bump', 'Spring', 'modem', '2.4.1')).out).toContain('is already to 2.4.1');
  });
  it('says what is wrong, and writes nothing', async () => {
    const cwd = folder(example());
    const before = readFileSync(join(cwd, 'spring.otaplan'), 'utf8');
    expect((await otaplan({ cwd }, 'bump', 'Sprin', 'modem', '2.4.1')).err).toContain('there are “Spring”');
    expect((await otaplan({ cwd }, 'bump', 'Spring', 'mcu', '2.4.1')).err).toContain('it upgrades modem');
    expect((await otaplan({ cwd }, 'bump', 'Spring', 'modem', 'a b')).code).toBe(2);
    expect(readFileSync(join(cwd, 'spring.otaplan'), 'utf8')).toBe(before);
  });
});
