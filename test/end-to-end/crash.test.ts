import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { Bench, type Overview, settled, until } from './harness.ts';

const plan = 'Water meter 2.4 today';
const bench = new Bench();
afterAll(() => bench.close());

interface Device {
  readonly deviceKey: string;
  readonly status: string;
  readonly startedAt: string | null;
}
interface LogLine {
  readonly component: string;
  readonly attempt: number;
  readonly text: string;
}

/** How far a device is: never back, so that what was once seen as done stays done. */
const rank: Readonly<Record<string, number>> = {
  notUpgraded: 0,
  upgrading: 1,
  upgraded: 2,
  upgradeFailed: 2,
  noUpdateRequired: 2,
};

test('killed ten times in the middle, the rollout ends the same', async () => {
  const kills = 10;
  let server: ChildProcess = await bench.startServer();
  await bench.startFleet({ devices: 600, speed: 30, faults: 'faults/5-percent-fail-once.json' });
  await bench.done('deploy', 'today.otaplan', '--activate', '--yes');

  const seen = new Map<string, Device>();
  const look = async () => {
    for (const device of await bench.jsonLines<Device>('devices', plan, '--all')) {
      const before = seen.get(device.deviceKey);
      if (before) {
        expect(rank[device.status], `${device.deviceKey}: ${before.status} → ${device.status}`).toBeGreaterThanOrEqual(
          rank[before.status] ?? 0,
        );
        // What was acknowledged stays: a device that was seen started keeps the time of its start.
        if (before.startedAt !== null) expect(device.startedAt).toBe(before.startedAt);
      }
      seen.set(device.deviceKey, device);
    }
  };
  for (let kill = 0; kill < kills; kill++) {
    // A different moment each time, spread over the rollout.
    await pause(150 + ((kill * 377) % 900));
    await look();
    await bench.stop(server, 'SIGKILL');
    server = await bench.startServer();
    await look();
  }

  await until(() => bench.json<Overview>('status', plan), settled, 200);
  await bench.json('retry', plan, '--all-failed');
  const end = await until(
    () => bench.json<Overview>('status', plan),
    (overview) => settled(overview) && overview.devices.upgradeFailed === 0,
    120,
  );
  expect(end.devices).toMatchObject({ total: 600, upgraded: 600 });
  await look();

  // No device was upgraded twice: within an attempt, each step stands once in the log.
  const keys = [...seen.keys()].filter((_, index) => index % 12 === 0);
  for (const key of keys) {
    const lines = await bench.jsonLines<LogLine>('logs', plan, key);
    for (const component of ['FOTA', 'STM32']) {
      const successes = lines.filter(
        (line) =>
          line.component === component && /upgrade succeeded|upgraded/i.test(line.text) && !/ignored/i.test(line.text),
      );
      expect(successes.length, lines.map((line) => line.text).join('\n')).toBe(1);
    }
  }

  // The folder itself holds the invariants, looked at offline.
  await bench.stop(server);
  await bench.done('server', 'verify', '--data', `${bench.folder}/center`);
});
