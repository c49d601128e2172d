import { VirtualClock } from '@otaplan/model/virtual-clock';
import { describe, expect, it } from 'vitest';
import { IdleWatch } from './idle.ts';
import { Tally } from './tally.ts';

function watched(devices: number) {
  const clock = new VirtualClock();
  let idle = 0;
  const tally: Tally = new Tally(devices, () => watch.changed());
  const watch = new IdleWatch(
    clock,
    { settle: 15_000, patience: 60_000 },
    () => tally,
    () => idle++,
  );
  return { clock, tally, watch, idle: () => idle };
}

describe('idle', () => {
  it('comes when the last device is done and nothing happened for the settling time', () => {
    const { clock, tally, idle } = watched(2);
    tally.planned = 2;
    tally.move('starting', 'settled');
    clock.advance(100_000);
    expect(idle()).toBe(0);
    tally.move('starting', 'settled');
    clock.advance(14_000);
    expect(idle()).toBe(0);
    clock.advance(1_000);
    expect(idle()).toBe(1);
    clock.advance(100_000);
    expect(idle()).toBe(1);
  });

  it('begins to wait anew when a device gets work', () => {
    const { clock, tally, idle } = watched(1);
    tally.planned = 1;
    tally.move('starting', 'settled');
    clock.advance(14_000);
    tally.move('settled', 'working');
    clock.advance(60_000);
    tally.move('working', 'settled');
    clock.advance(14_999);
    expect(idle()).toBe(0);
    clock.advance(1);
    expect(idle()).toBe(1);
  });

  it('waits longer while no device was ever given a plan', () => {
    const { clock, tally, idle } = watched(1);
    tally.move('starting', 'settled');
    clock.advance(59_999);
    expect(idle()).toBe(0);
    clock.advance(1);
    expect(idle()).toBe(1);
  });

  it('waits for as long as a device rests between reads: its plan may have come meanwhile', () => {
    const { clock, tally, idle } = watched(1);
    tally.planned = 1;
    tally.rests(120_000);
    tally.rests(30_000);
    tally.move('starting', 'settled');
    clock.advance(134_999);
    expect(idle()).toBe(0);
    clock.advance(1);
    expect(idle()).toBe(1);
  });

  it('waits for automatic retries, but not for ever', () => {
    const { clock, tally, idle } = watched(1);
    tally.planned = 1;
    tally.move('starting', 'waiting');
    tally.wait(null, 'retry');
    clock.advance(19 * 60_000);
    expect(idle()).toBe(0);
    clock.advance(2 * 60_000);
    expect(idle()).toBe(1);
  });

  it.each(['silent', 'offline', 'held', 'refused'] as const)('does not wait for a device that is %s', (activity) => {
    const { clock, tally, idle } = watched(1);
    tally.planned = 1;
    tally.move('starting', activity);
    clock.advance(15_000);
    expect(idle()).toBe(1);
  });

  it('does wait for a device that is cut off', () => {
    const { clock, tally, idle } = watched(1);
    tally.planned = 1;
    tally.move('starting', 'reconnecting');
    clock.advance(3_600_000);
    expect(idle()).toBe(0);
  });
});
