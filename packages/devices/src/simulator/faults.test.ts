import { afterEach, describe, expect, it } from 'vitest';
import type { ProfileInput } from '../profile/profile.ts';
import { type Goal, LittleCenter } from '../testing/little-center.ts';
import { run } from '../testing/run.ts';
import { statusesIn } from '../testing/stories.ts';
import type { SimulationOptions, Summary } from './simulate.ts';

const fota: Goal = { identifier: 'FOTA', type: 'module', from: '1.0.0', to: '2.0.0' };
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

interface Outcome {
  readonly server: LittleCenter;
  readonly summary: Summary;
  /** What the center took of the first device, in order, and what it ignored. */
  readonly story: string[];
  readonly ignored: string[];
  readonly status: string | undefined;
}
async function outcome(
  faults: ProfileInput,
  more: Partial<SimulationOptions> = {},
  prepare: (server: LittleCenter) => void = () => {},
  payload?: Buffer,
): Promise<Outcome> {
  const server = await new LittleCenter([fota], payload).open();
  open.push(() => server.kill());
  prepare(server);
  const simulation = run(server, { faults, ...more });
  open.push(() => simulation.stop());
  const summary = await simulation.idle;
  const [key = ''] = simulation.deviceKeys;
  const { story, ignored } = server.device(key);
  const [status] = server.statuses(key);
  return { server, summary, story: statusesIn(story), ignored: statusesIn(ignored), status };
}
const only = (fault: NonNullable<ProfileInput['rules']>[number]['fault']): ProfileInput => ({ rules: [{ fault }] });

describe('a fault profile', () => {
  it('fails the first download, and the next attempt succeeds', async () => {
    const { story, summary } = await outcome(only({ kind: 'fail', at: 'download', times: 1, cause: 'No room' }));
    expect(story).toContain('FOTA downloadFailed (No room)');
    expect(story.filter((line) => line === 'FOTA planReceived')).toHaveLength(2);
    expect(summary.versions).toEqual({ 'FOTA=2.0.0': 1 });
  });

  it('fails the upgrade until no attempt is left', async () => {
    const { story, status, summary } = await outcome(
      only({ kind: 'fail', at: 'upgrade', cause: 'Bad signature' }),
      {},
      (server) => {
        server.retries = 2;
      },
    );
    expect(story.filter((line) => line === 'FOTA upgradeFailed (Bad signature)')).toHaveLength(3);
    expect(status).toBe('upgradeFailed');
    expect(summary.waitingFor.person).toBe(1);
  });

  it('comes back with the old version after a failed flash and says why', async () => {
    const { story, summary } = await outcome(only({ kind: 'fail', at: 'flash', times: 1, cause: 'It did not start' }));
    const first = story.indexOf('FOTA upgrading');
    expect(story.slice(first + 1, first + 3)).toEqual(['FOTA upgradeFailed (It did not start)', 'versions']);
    expect(summary.versions).toEqual({ 'FOTA=2.0.0': 1 });
  });

  it('rejects first', async () => {
    const { story, summary } = await outcome(only({ kind: 'reject', times: 2 }));
    expect(story.filter((line) => line.startsWith('FOTA upgradeRejected'))).toHaveLength(2);
    expect(summary.versions).toEqual({ 'FOTA=2.0.0': 1 });
  });

  it('goes silent for ever in Downloading', async () => {
    const { story, status, summary } = await outcome(only({ kind: 'silent' }));
    expect(story.at(-1)).toBe('FOTA downloading 0');
    expect(status).toBe('downloading');
    expect(summary.activities.silent).toBe(1);
  });

  it('loses the network in a download and goes on behind the last byte', async () => {
    const payload = Buffer.alloc(1024 * 1024, 3);
    const { server, summary, story } = await outcome(
      only({ kind: 'loseNetwork', at: 0.6, times: 2 }),
      {},
      () => {},
      payload,
    );
    expect(story).toContain('FOTA downloadSucceeded 100');
    expect(story.join()).not.toContain('downloadFailed');
    expect(server.paths.filter((path) => path.startsWith('GET /device/v1/files/')).length).toBeGreaterThan(5);
    expect(summary.traffic.bytes).toBe(payload.length);
  });

  it('finds a corrupted byte and reports the failed download with its cause', async () => {
    const { story, summary } = await outcome(only({ kind: 'corrupt', times: 1 }));
    expect(story).toContain('FOTA downloadFailed (CRC-32 of app.bin does not match)');
    expect(summary.versions).toEqual({ 'FOTA=2.0.0': 1 });
  });

  it('reports a wrong version as if it were the new one', async () => {
    const { status, summary } = await outcome(only({ kind: 'wrongVersion', version: '1.9.9' }), {}, (server) => {
      server.retries = 0;
    });
    expect(status).toBe('upgradeFailed');
    expect(summary.versions).toEqual({ 'FOTA=1.9.9': 1 });
  });

  it('starts from another version than the others', async () => {
    const { summary, status } = await outcome(only({ kind: 'wrongBase', version: '0.9.0' }), {}, (server) => {
      server.issues = false;
    });
    expect(summary.versions).toEqual({ 'FOTA=0.9.0': 1 });
    expect(status).toBe('planNotReceived');
  });

  it('sends every report twice', async () => {
    const { summary, story } = await outcome(only({ kind: 'duplicate', copies: 100 }));
    expect(summary.traffic.repeatedReports).toBe(99 * summary.traffic.reports);
    expect(story.filter((line) => line === 'FOTA upgrading')).toHaveLength(1);
    expect(summary.versions).toEqual({ 'FOTA=2.0.0': 1 });
  });

  it('sends reports in the wrong order and still arrives', async () => {
    const { ignored, summary, status } = await outcome(only({ kind: 'outOfOrder' }));
    expect(ignored.length).toBeGreaterThan(0);
    expect(status).toBe('upgradeSucceeded');
    expect(summary.versions).toEqual({ 'FOTA=2.0.0': 1 });
  });

  it('sends late reports of the attempt before', async () => {
    const rules = [{ fault: { kind: 'late' } as const }, { fault: { kind: 'fail', at: 'upgrade', times: 1 } as const }];
    const { ignored, status } = await outcome({ rules });
    expect(ignored).toContain('FOTA downloading 50');
    expect(status).toBe('upgradeSucceeded');
  });

  it('sends what nobody should send, beside what counts', async () => {
    const { summary } = await outcome(only({ kind: 'poison' }));
    expect(summary.versions).toEqual({ 'FOTA=2.0.0': 1 });
  });

  it('loses replies and repeats what it sent, with the same ids', async () => {
    const { summary, story, status } = await outcome(only({ kind: 'loseReplies', share: 0.6 }));
    expect(summary.traffic.repeatedReports).toBeGreaterThan(0);
    expect(story.filter((line) => line === 'FOTA planReceived')).toHaveLength(1);
    expect(status).toBe('upgradeSucceeded');
  });

  it('keeps a share of the devices offline, for ever or for a while', async () => {
    const rules = [
      { devices: { pattern: '[0-4]$' }, fault: { kind: 'offline' } as const },
      { devices: { pattern: '[5-9]$' }, fault: { kind: 'offline', seconds: [60, 120] as [number, number] } as const },
    ];
    const { summary } = await outcome({ rules }, { devices: Array.from({ length: 10 }, (_, i) => `device${i}`) });
    expect(summary).toMatchObject({ online: 5, versions: { 'FOTA=1.0.0': 5, 'FOTA=2.0.0': 5 } });
    expect(summary.activities.offline).toBe(5);
  });

  it('slows devices down', async () => {
    const fast = await outcome({});
    const slow = await outcome(only({ kind: 'slow', factor: 20 }));
    expect(slow.summary.versions).toEqual({ 'FOTA=2.0.0': 1 });
    expect(slow.summary.milliseconds).toBeGreaterThan(fast.summary.milliseconds);
  });

  it('strikes a bad batch only', async () => {
    const devices = ['batch0001', 'batch0002', 'batch0003', 'batch0004'];
    const rules = [
      { devices: { from: 'batch0002', to: 'batch0003' }, fault: { kind: 'fail', at: 'upgrade' } as const },
    ];
    const { server } = await outcome({ rules }, { devices }, (center) => {
      center.retries = 0;
    });
    const ends = devices.map((key) => server.statuses(key)[0]);
    expect(ends).toEqual(['upgradeSucceeded', 'upgradeFailed', 'upgradeFailed', 'upgradeSucceeded']);
  });
});
