import { afterEach, beforeEach, expect, test } from 'vitest';
import { Bench, type Overview } from './harness.ts';

let bench: Bench;
beforeEach(async () => {
  bench = new Bench();
  await bench.startServer();
  await bench.done('register', 'products.csv', 'devices.csv');
});
afterEach(() => bench.close());

interface VersionPackage {
  readonly name: string;
  readonly version: string;
  readonly complete: boolean;
}

async function expectOneOfEach(): Promise<Overview> {
  const plans = await bench.json<Overview[]>('status');
  expect(plans.map(({ plan }) => plan.name)).toEqual(['Water meter 2.4 today']);
  const packages = await bench.json<VersionPackage[]>('packages');
  expect(
    packages.map(({ name, complete }) => ({ name, complete })).sort((a, b) => a.name.localeCompare(b.name)),
  ).toEqual([
    { name: 'MCU 1.8.3 to 1.9.0', complete: true },
    { name: 'Modem 2.4.0', complete: true },
  ]);
  const [plan] = plans;
  if (!plan) throw new Error('no plan');
  return plan;
}

test('deployed twice, there is one plan and one set of packages', async () => {
  await bench.done('deploy', 'today.otaplan', '--yes');
  const first = await expectOneOfEach();
  await bench.done('deploy', 'today.otaplan', '--yes');
  const again = await expectOneOfEach();
  expect(again.plan.id).toBe(first.plan.id);
  await bench.done('deploy', 'today.otaplan', '--yes', '--activate');
  const activated = await expectOneOfEach();
  expect(activated.plan).toMatchObject({ id: first.plan.id, status: 'toBeUpgraded' });
  expect(activated.devices.total).toBe(2000);
  const result = await bench.run(['deploy', 'today.otaplan', '--yes', '--activate']);
  expect(result.code).toBe(0);
  expect((await expectOneOfEach()).plan.id).toBe(first.plan.id);
});

test('two at once make one plan', async () => {
  const results = await Promise.all([1, 2, 3].map(() => bench.run(['deploy', 'today.otaplan', '--yes', '--activate'])));
  expect(results.map((result) => result.code)).toContain(0);
  for (const { stderr } of results) expect(stderr).not.toMatch(/\n\s+at /);
  expect((await expectOneOfEach()).plan.status).toBe('toBeUpgraded');
});

test('killed anywhere and run again, it finishes and nothing is doubled', async () => {
  // Killed at the first word about each step, and once at the very start.
  for (const word of [/./, /[Uu]pload/, /plan/i])
    await bench.run(['deploy', 'today.otaplan', '--yes', '--activate'], { killAfterLine: word });
  await bench.done('deploy', 'today.otaplan', '--yes', '--activate');
  expect((await expectOneOfEach()).plan.status).toBe('toBeUpgraded');
});

test('a frozen plan is not changed', async () => {
  await bench.done('deploy', 'today.otaplan', '--yes', '--activate');
  bench.edit('today.otaplan', (text) => text.replace('retry 0 times', 'retry 2 times'));
  const result = await bench.run(['deploy', 'today.otaplan', '--yes']);
  expect(result.code).toBe(1);
  expect(result.stderr).toMatch(/Water meter 2\.4 today/);
  expect(result.stderr).toMatch(/successor|another name|new name/i);
  await expectOneOfEach();
});

test('what would be done is shown and not done by --dry-run', async () => {
  const result = await bench.done('deploy', 'today.otaplan', '--dry-run');
  expect(result.stdout + result.stderr).toContain('Water meter 2.4 today');
  expect(await bench.json('status')).toEqual([]);
  expect(await bench.json('packages')).toEqual([]);
});
