import { VirtualClock } from '@otaplan/model/virtual-clock';
import { describe, expect, it } from 'vitest';
import { Schedule, Stopped } from './schedule.ts';

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the schedule', () => {
  it('wakes waits in order of time, whatever the order they were made in', async () => {
    const clock = new VirtualClock();
    const schedule = new Schedule(clock, 1);
    const woken: number[] = [];
    for (const seconds of [30, 10, 20]) void schedule.deviceSeconds(seconds).then(() => woken.push(seconds));
    clock.advance(15_000);
    await settled();
    expect(woken).toEqual([10]);
    clock.advance(20_000);
    await settled();
    expect(woken).toEqual([10, 20, 30]);
  });

  it('makes a minute of a device a second at speed 60, and leaves the clock’s own time alone', async () => {
    const clock = new VirtualClock();
    const schedule = new Schedule(clock, 60);
    const woken: string[] = [];
    void schedule.deviceSeconds(60).then(() => woken.push('device'));
    void schedule.milliseconds(60_000).then(() => woken.push('server'));
    clock.advance(1000);
    await settled();
    expect(woken).toEqual(['device']);
    clock.advance(59_000);
    await settled();
    expect(woken).toEqual(['device', 'server']);
  });

  it('ends every wait when it stops', async () => {
    const schedule = new Schedule(new VirtualClock(), 1);
    const wait = schedule.deviceSeconds(5);
    schedule.stop();
    await expect(wait).rejects.toThrow(Stopped);
    await expect(schedule.deviceSeconds(1)).rejects.toThrow(Stopped);
  });
});
