import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Bench, type Overview, settled, until } from './harness.ts';

const plan = 'Water meter 2.4 today';
const bench = new Bench();
afterAll(() => bench.close());

interface Device {
  readonly deviceKey: string;
  readonly status: string;
}
interface Component {
  readonly identifier: string;
  readonly status: string;
  readonly attempts: number;
  readonly targetVersion: string;
}
interface LogLine {
  readonly time: string;
  readonly component: string;
  readonly attempt: number;
  readonly cause: string;
  readonly text: string;
}

const status = () => bench.json<Overview>('status', plan);
const count = (devices: readonly Device[], name: string) => devices.filter((device) => device.status === name).length;

/** Counts equal rows, whichever way they are asked for. */
async function expectCountsToEqualRows(): Promise<{ overview: Overview; devices: Device[] }> {
  const overview = await status();
  const devices = await bench.jsonLines<Device>('devices', plan, '--all');
  expect(new Set(devices.map((device) => device.deviceKey)).size).toBe(devices.length);
  const { total, ...counts } = overview.devices;
  expect(devices.length).toBe(total);
  for (const [name, number] of Object.entries(counts)) expect(count(devices, name), name).toBe(number);
  return { overview, devices };
}

describe('2,000 devices of two components, of which five in a hundred fail at first', () => {
  let failed: string[] = [];

  beforeAll(async () => {
    await bench.startServer();
    await bench.startFleet({ faults: 'faults/5-percent-fail-once.json' });
    await bench.done('deploy', 'today.otaplan', '--activate', '--yes');
  }, 120_000);

  test('every device ends in the right status, and the success rate has two decimals', async () => {
    await until(status, settled, 220);
    const { overview, devices } = await expectCountsToEqualRows();
    expect(overview.devices.total).toBe(2000);
    failed = devices.filter((device) => device.status === 'upgradeFailed').map((device) => device.deviceKey);
    expect(failed.length).toBeGreaterThan(50);
    expect(failed.length).toBeLessThan(150);
    expect(overview.devices.upgraded).toBe(2000 - failed.length);
    expect(overview.successRate).toBe(Math.round(((2000 - failed.length) / 2000) * 10_000) / 100);
    const text = await bench.done('status', plan);
    expect(text.stdout).toContain(`${overview.successRate?.toFixed(2)} %`);
  });

  test('a failed component’s log tells its story in order', async () => {
    const [device = ''] = failed;
    const components = await bench.json<Component[]>('components', plan, device);
    expect(components.map((component) => component.identifier)).toEqual(['FOTA', 'STM32']);
    const broken = components.find((component) => component.status === 'upgradeFailed');
    expect(broken).toBeDefined();
    const lines = (await bench.jsonLines<LogLine>('logs', plan, device)).filter(
      (line) => line.component === broken?.identifier,
    );
    const times = lines.map((line) => Date.parse(line.time));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(lines.every((line) => ['device', 'platform', 'user', 'schedule'].includes(line.cause))).toBe(true);
    const story = [/issued/i, /received|available/i, /confirmed/i, /fail/i];
    const positions = story.map((words) => lines.findIndex((line) => words.test(line.text)));
    expect(
      positions.every((position) => position >= 0),
      `${positions} in ${lines.map((line) => line.text).join(' | ')}`,
    ).toBe(true);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
  });

  test('retrying all that failed brings them through', async () => {
    const result = await bench.json<{ accepted: string[]; refused: unknown[] }>('retry', plan, '--all-failed');
    expect(result.accepted.toSorted()).toEqual(failed.toSorted());
    expect(result.refused).toEqual([]);
    await until(status, settled, 120);
    const { overview } = await expectCountsToEqualRows();
    expect(overview.devices).toMatchObject({ total: 2000, upgraded: 2000, upgradeFailed: 0 });
    expect(overview.successRate).toBe(100);
    const [device = ''] = failed;
    const components = await bench.json<Component[]>('components', plan, device);
    expect(components.every((component) => component.status === 'upgradeSucceeded')).toBe(true);
    expect(components.some((component) => component.attempts === 2)).toBe(true);
    const lines = await bench.jsonLines<LogLine>('logs', plan, device);
    expect(lines.some((line) => line.cause === 'user' && /retry/i.test(line.text))).toBe(true);
  });

  test('nothing is left to retry', async () => {
    const result = await bench.json<{ accepted: string[]; refused: unknown[] }>('retry', plan, '--all-failed');
    expect(result).toMatchObject({ accepted: [], refused: [] });
  });
});
