import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningServer, startServer, systemClock } from '@otaplan/developer-center';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { example, folder, otaplan } from './testing.ts';

let server: RunningServer;
let env: Record<string, string>;
let secret: string;
const cwd = folder({
  ...example(),
  'products.csv': 'product_key,name\np1WM01,Meter\n',
  'devices.csv': 'product_key,device_key\np1WM01,A0001\np1WM01,A0002\np1WM01,A0003\n',
});
const outputs: string[] = [];
async function run(...args: string[]) {
  const ran = await otaplan({ cwd, env }, ...args);
  outputs.push(ran.out, ran.err);
  return ran;
}

beforeAll(async () => {
  const random = (count: number) => randomBytes(count);
  server = await startServer({ dataDir: folder({}), port: 0, clock: systemClock, random });
  secret = readFileSync(server.accessSecretFile, 'utf8').trim();
  env = { OTAPLAN_SERVER: server.url, OTAPLAN_ACCESS_KEY: server.accessKey, OTAPLAN_ACCESS_SECRET: secret };
});
afterAll(() => server.close());

describe('a plan from file to finished', () => {
  it('registers products and devices, and again without harm', async () => {
    const first = await run('register', 'products.csv', 'devices.csv', '--json');
    expect(first).toMatchObject({ code: 0 });
    expect(first.json()).toEqual({
      products: { created: 1, unchanged: 0, renamed: 0 },
      devices: { created: 3, unchanged: 0 },
    });
    expect((await run('register', 'products.csv', 'devices.csv', '--json')).json()).toMatchObject({
      devices: { created: 0, unchanged: 3 },
    });
    writeFileSync(join(cwd, 'bad.csv'), 'product_key\np1WM01\n');
    expect(await run('register', 'products.csv', 'bad.csv')).toMatchObject({
      code: 2,
      err: expect.stringContaining('lacks device_key'),
    });
  });
  it('does not deploy without being asked to, and says what it would do', async () => {
    expect(await run('deploy', 'spring.otaplan')).toMatchObject({ code: 2, err: expect.stringContaining('--yes') });
    const dry = await run('deploy', 'spring.otaplan', '--dry-run', '--activate', '--json');
    expect(dry.code).toBe(0);
    expect(dry.json()).toMatchObject([
      { outcome: 'done', id: null, steps: [{ how: 'wouldUpload' }, { how: 'wouldCreate' }, { how: 'wouldActivate' }] },
    ]);
    expect((await run('packages', '--json')).json()).toEqual([]);
    expect((await run('status', '--json')).json()).toEqual([]);
  });
  it('deploys, finds nothing to do the second time, and updates what changed', async () => {
    const first = await run('deploy', 'spring.otaplan', '--yes', '--json');
    expect(first.json()).toMatchObject([
      { plan: 'Spring', outcome: 'done', status: 'inactivated', steps: [{ how: 'uploaded' }, { how: 'created' }] },
    ]);
    expect((await run('deploy', 'spring.otaplan', '--yes', '--json')).json()).toMatchObject([
      { steps: [{ how: 'present' }, { how: 'unchanged' }] },
    ]);
    writeFileSync(join(cwd, 'spring.otaplan'), example({ retry: 1 })['spring.otaplan']);
    const differs = await run('diff', 'spring.otaplan', '--deployed', '--exit-code');
    expect(differs).toMatchObject({ code: 1, out: expect.stringContaining('Automatic retries: 3 → 1.') });
    expect((await run('deploy', 'spring.otaplan', '--yes', '--json')).json()).toMatchObject([
      { steps: [{ how: 'present' }, { how: 'updated' }] },
    ]);
    expect((await run('diff', 'spring.otaplan', '--deployed', '--exit-code')).code).toBe(0);
    expect((await run('packages', '--json')).json()).toHaveLength(1);
  });
  it('previews', async () => {
    const ran = await run('preview', 'spring.otaplan', '--json');
    expect(ran.json()).toMatchObject([{ plan: 'Spring', preview: { devices: { matched: 2 }, refusals: [] } }]);
  });
  it('runs simulated devices until nothing is left to do', async () => {
    expect(await run('activate', 'Spring')).toMatchObject({ code: 0 });
    expect(await run('activate', 'Spring')).toMatchObject({ code: 0, err: 'Plan “Spring” was already activated.\n' });
    const args = ['--product', 'p1WM01', '--list', 'list.csv', '--component', 'module:FOTA=2.3.0', '--speed', '600'];
    writeFileSync(join(cwd, 'list.csv'), 'device_key\nA0001\nA0002\n');
    const controller = new AbortController();
    const simulated = otaplan({ cwd, env, signal: controller.signal }, 'simulate', ...args);
    const controllerOfWatch = new AbortController();
    const watched = otaplan({ cwd, env, signal: controllerOfWatch.signal }, 'status', 'Spring', '--watch', '--json');
    for (;;) {
      const status = (await run('status', 'Spring', '--json')).json() as { devices: { upgraded: number } };
      if (status.devices.upgraded === 2) break;
    }
    controller.abort();
    controllerOfWatch.abort();
    const ran = await simulated;
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.lines()).toEqual([{ devices: 2, online: 2 }]);
    const seen = await watched;
    expect(seen.code).toBe(0);
    for (const line of seen.lines()) expect(line).toMatchObject({ plan: { name: 'Spring' }, devices: { total: 2 } });
  });
  it('shows status, devices, components and logs as documented', async () => {
    expect((await run('status', 'Spring', '--json')).json()).toMatchObject({
      plan: { name: 'Spring', status: 'upgrading' },
      devices: { total: 2, notUpgraded: 0, upgrading: 0, upgraded: 2, upgradeFailed: 0, noUpdateRequired: 0 },
      successRate: 100,
    });
    const devices = await run('devices', 'Spring', '--json');
    expect(devices.lines()).toMatchObject([
      { deviceKey: 'A0001', status: 'upgraded', startedAt: expect.any(String), endedAt: expect.any(String) },
      { deviceKey: 'A0002', status: 'upgraded' },
    ]);
    expect((await run('devices', 'Spring', '--search', '0002', '--json')).lines()).toHaveLength(1);
    expect((await run('devices', 'Spring', '--status', 'upgradeFailed', '--json')).lines()).toHaveLength(0);
    expect(await run('devices', 'Spring', '--cause', 'no space')).toMatchObject({ code: 0, err: 'No device.\n' });
    expect((await run('components', 'Spring', 'A0001', '--json')).json()).toMatchObject([
      {
        identifier: 'FOTA',
        type: 'module',
        sourceVersion: '2.3.0',
        targetVersion: '2.4.0',
        status: 'upgradeSucceeded',
        attempts: 1,
      },
    ]);
    const log = (await run('logs', 'Spring', 'A0001', 'FOTA', '--json')).lines();
    expect(log.at(-1)).toMatchObject({ component: 'FOTA', attempt: 1, text: expect.stringContaining('2.4.0') });
    expect((await run('status')).out).toContain('Spring');
    expect((await run('retry', 'Spring', 'A0001', '--json')).json()).toMatchObject({
      accepted: [],
      refused: [{ deviceKey: 'A0001' }],
    });
    expect((await run('retry', 'Spring', 'A0001')).code).toBe(1);
    expect((await run('retry', 'Spring')).code).toBe(2);
  });
  it('refuses to change a frozen plan, and gives it back as text with the same meaning', async () => {
    writeFileSync(join(cwd, 'spring.otaplan'), example({ retry: 2 })['spring.otaplan']);
    const refused = await run('deploy', 'spring.otaplan', '--yes', '--json');
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.json()).toMatchObject([{ outcome: 'refused', refusal: 'frozen' }]);
    expect((await run('delete', 'Spring', '--yes')).code).toBe(1);
    const imported = await run('import', 'Spring');
    const again = await otaplan(
      { cwd: folder({ 'm.bin': readFileSync(join(cwd, 'firmware/m.bin')), 'a.otaplan': imported.out }) },
      'compile',
      'a.otaplan',
    );
    const [plan] = again.json() as { digest: string }[];
    expect((await run('status', 'Spring', '--json')).json()).toMatchObject({ plan: { digest: plan?.digest } });
  });
  it('suspends, resumes and terminates', async () => {
    for (const [action, status] of [
      ['suspend', 'suspended'],
      ['resume', 'upgrading'],
      ['terminate', 'forcedTermination'],
    ] as const) {
      const ran = await run(action, 'Spring', '--yes', '--json');
      expect(ran).toMatchObject({ code: 0 });
      expect(ran.json()).toMatchObject({ plan: { status } });
    }
    expect((await run('resume', 'Spring')).code).toBe(1);
    expect((await run('status', 'Nope')).code).toBe(1);
  });
  it('uploads packages on their own', async () => {
    writeFileSync(join(cwd, 'mcu.bin'), 'mcu');
    const args = ['package', 'upload', 'mcu.bin', '--type', 'mcu', '--target-version', '1.9.0', '--json'];
    expect((await run(...args)).json()).toMatchObject([{ name: 'mcu 1.9.0', complete: true }]);
    expect(await run(...args)).toMatchObject({ code: 0, err: expect.stringContaining('already') });
    writeFileSync(join(cwd, 'mcu.bin'), 'other');
    expect((await run(...args)).code).toBe(1);
    expect((await run('package', 'upload', 'catalog.otaplan', '--json')).json()).toMatchObject([
      { name: 'Modem 2.4.0', complete: true },
    ]);
  });
  it('exits 3 when the key is refused, and never shows a secret', async () => {
    const ran = await otaplan({ cwd, env: { ...env, OTAPLAN_ACCESS_SECRET: 'canary-1234' } }, 'status', '--json');
    expect(ran).toMatchObject({ code: 3, out: '' });
    expect([...outputs, ran.err].join('\n')).not.toContain('canary-1234');
    expect(outputs.join('\n')).not.toContain(secret);
  });
  it('finishes when it is run again after it was cancelled anywhere, and doubles nothing', async () => {
    const name = 'Interrupted';
    let interrupted = 0;
    const target = folder(example({ name, devices: ['A0003'] }));
    for (let calls = 1; ; calls++) {
      const controller = new AbortController();
      let seen = 0;
      // Later every time, in turns of the event loop.
      const tick = () => (++seen > calls * 4 ? controller.abort() : void setImmediate(tick));
      setImmediate(tick);
      const ran = await otaplan({ cwd: target, env, signal: controller.signal }, 'deploy', '.', '--yes', '--activate');
      outputs.push(ran.out, ran.err);
      controller.abort();
      expect([0, 4, 130]).toContain(ran.code);
      interrupted += ran.code === 0 ? 0 : 1;
      if (ran.code === 0 || calls > 2000) break;
    }
    const plans = (await run('status', '--json')).json() as { plan: { name: string; status: string } }[];
    expect(interrupted).toBeGreaterThan(3);
    expect(plans.filter(({ plan }) => plan.name === name)).toMatchObject([{ plan: { status: 'toBeUpgraded' } }]);
  });
  it('makes one plan when two deploy together', async () => {
    const both = folder({ ...example({ name: 'Together' }) });
    const [first, second] = await Promise.all(
      [1, 2].map(() => otaplan({ cwd: both, env }, 'deploy', 'spring.otaplan', '--yes', '--activate', '--json')),
    );
    expect([first?.code, second?.code].sort()).toEqual([0, 0]);
    const plans = (await run('status', '--json')).json() as { plan: { name: string; status: string } }[];
    expect(plans.filter(({ plan }) => plan.name === 'Together')).toMatchObject([{ plan: { status: 'toBeUpgraded' } }]);
  });
});

describe('server', () => {
  it('prints one JSON line when ready, and ends cleanly by SIGTERM', async () => {
    const main = join(import.meta.dirname, 'main.ts');
    const child = spawn(process.execPath, [main, 'server', '--data', folder({}), '--port', '0'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
      child.kill('SIGTERM');
    });
    const code = await new Promise((done) => child.on('close', done));
    expect(code).toBe(0);
    expect(out.trim().split('\n')).toHaveLength(1);
    const ready = JSON.parse(out);
    expect(ready).toMatchObject({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      accessKey: expect.any(String),
      accessSecretFile: expect.any(String),
    });
  });
});

describe('access keys and accounts', () => {
  it('a key is made, rotated with an overlap and revoked; its secret goes to a file or to stdout, once', async () => {
    const made = await run('keys', 'create', 'Build server', '--role', 'viewer', '--secret-file', 'secret', '--json');
    expect(made.code).toBe(0);
    const { key, secretFile } = made.json() as { key: string; secretFile: string };
    const kept = readFileSync(secretFile, 'utf8').trim();
    expect(statSync(secretFile).mode & 0o077).toBe(0);
    expect(made.out + made.err).not.toContain(kept);
    const as = (accessKey: string, accessSecret: string, ...args: string[]) =>
      otaplan({ cwd, env: { ...env, OTAPLAN_ACCESS_KEY: accessKey, OTAPLAN_ACCESS_SECRET: accessSecret } }, ...args);
    expect((await as(key, kept, 'status', '--json')).code).toBe(0);
    expect(await as(key, kept, 'keys')).toMatchObject({ code: 1, err: expect.stringContaining('role owner') });
    expect(await run('keys', 'create', 'build server', '--secret-file', 'other')).toMatchObject({ code: 1 });
    expect(existsSync(join(cwd, 'other'))).toBe(false);
    expect((await run('keys', 'create', 'X', '--secret-file', 'secret')).code).toBe(2);

    const rotated = await run('keys', 'rotate', key, '--overlap', '5', '--json');
    const next = rotated.json() as { key: string; secret: string };
    for (const [id, secretOf] of [
      [key, kept],
      [next.key, next.secret],
    ] as const)
      expect((await as(id, secretOf, 'status', '--json')).code).toBe(0);
    const listed = (await run('keys', '--json')).json() as { key: string; expiresAt: string | null }[];
    expect(listed.filter((one) => one.expiresAt !== null).map((one) => one.key)).toEqual([key]);
    expect((await run('keys')).out).toContain('Build server');
    expect((await run('keys', 'revoke', next.key)).code).toBe(2);
    expect((await run('keys', 'revoke', next.key, '--yes')).code).toBe(0);
    expect((await as(next.key, next.secret, 'status')).code).toBe(3);
    expect(await run('keys', 'revoke', server.accessKey, '--yes')).toMatchObject({
      code: 1,
      err: expect.stringContaining('owner key'),
    });
    const audit = (await run('audit', '--limit', '3', '--json')).lines();
    expect(audit).toMatchObject([
      { action: 'revokeAccessKey', who: server.accessKey, subject: next.key },
      { action: 'rotateAccessKey', subject: key },
      { action: 'createAccessKey', subject: key },
    ]);
    expect((await run('audit', '--limit', '1')).out).toContain(`revokeAccessKey “${next.key}”`);
  });
  it('an account is opened, and begins empty', async () => {
    const opened = await run('accounts', 'open', 'Northern plant', '--json');
    const { key, secret: own } = opened.json() as { key: string; secret: string };
    expect((await run('accounts', '--json')).json()).toMatchObject([{ id: 'first' }, { name: 'Northern plant' }]);
    const theirs = { ...env, OTAPLAN_ACCESS_KEY: key, OTAPLAN_ACCESS_SECRET: own };
    expect((await otaplan({ cwd, env: theirs }, 'status', '--json')).json()).toEqual([]);
    expect((await otaplan({ cwd, env: theirs }, 'accounts')).code).toBe(1);
  });
  it('an account is closed, opened again and deleted', async () => {
    const [, theirs] = (await run('accounts', '--json')).json() as { id: string }[];
    const id = theirs?.id ?? '';
    expect((await run('accounts', 'delete', id, '--yes')).err).toContain('Close');
    const asked = await run('accounts', 'close', id);
    expect(asked).toMatchObject({ code: 2 });
    expect(asked.err).toContain('There is no terminal to confirm on. Use --yes if you are sure.');
    expect(await run('accounts', 'close', id, '--yes')).toMatchObject({ code: 0 });
    expect((await run('accounts')).out).toMatch(/Northern plant.*closed/);
    expect((await run('accounts', 'reopen', id)).code).toBe(0);
    expect((await run('accounts')).out).not.toContain('closed');
    await run('accounts', 'close', id, '--yes');
    expect((await run('accounts', 'delete', id, '--yes')).code).toBe(0);
    expect((await run('accounts', '--json')).json()).toMatchObject([{ id: 'first' }]);
  });
  it('the OpenAPI document is printed without a server', async () => {
    const printed = (await otaplan({ cwd }, 'server', 'openapi')).json() as { openapi: string; paths: object };
    expect(printed.openapi).toBe('3.1.0');
    expect(printed.paths).toHaveProperty('/ota/v1/keys');
  });
});
