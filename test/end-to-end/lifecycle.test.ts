import { afterEach, beforeEach, expect, test } from 'vitest';
import { Bench, type Overview, settled, until } from './harness.ts';

const plan = 'Water meter 2.4 today';
let bench: Bench;
beforeEach(async () => {
  bench = new Bench();
  await bench.startServer();
});
afterEach(() => bench.close());

const status = () => bench.json<Overview>('status', plan);
const decided = ({ devices }: Overview) => devices.upgraded + devices.upgradeFailed;

test('suspended in the middle: who confirmed goes on, nobody else starts, and resuming finishes it', async () => {
  await bench.startFleet({ devices: 400, speed: 10 });
  await bench.done('deploy', 'today.otaplan', '--activate', '--yes');
  await until(status, ({ devices }) => devices.upgrading > 10);
  await bench.done('suspend', plan);
  expect((await status()).plan.status).toBe('suspended');
  // Suspended is what was asked for: again is harmless.
  await bench.done('suspend', plan);
  await bench.done('resume', plan);
  const end = await until(status, settled, 200);
  expect(end.devices).toMatchObject({ total: 400, upgraded: 400 });
});

test('terminated in the middle: who confirmed ends by success, whoever did not start stays so', async () => {
  await bench.startFleet({ devices: 400, speed: 10, faults: 'faults/offline-third.json' });
  await bench.done('deploy', 'today.otaplan', '--activate', '--yes');
  await until(status, (overview) => decided(overview) > 5, 200);
  await bench.done('terminate', plan);
  const end = await until(status, ({ devices }) => devices.upgrading === 0, 200);
  expect(end.plan.status).toBe('forcedTermination');
  expect(end.devices.upgraded).toBeGreaterThan(0);
  expect(end.devices.notUpgraded).toBeGreaterThan(0);
  expect((await bench.run(['resume', plan])).code).toBe(1);
  expect((await bench.run(['retry', plan, '--all-failed'])).code).toBe(1);
});

test('an inactivated plan can be deleted, an activated one cannot', async () => {
  await bench.startFleet({ devices: 20 });
  await bench.done('deploy', 'today.otaplan', '--yes');
  await bench.done('delete', plan, '--yes');
  expect(await bench.json('status')).toEqual([]);
  await bench.done('deploy', 'today.otaplan', '--yes', '--activate');
  const refused = await bench.run(['delete', plan, '--yes']);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/Inactivated|inactivated/);
});
