import { expect, it } from 'vitest';
import { Pause } from './pause.ts';

/** A clock that the test turns, with the timers that are set. */
function clock() {
  let now = 0;
  const timers: { at: number; work: () => void }[] = [];
  let set = 0;
  return {
    ticks: () => now,
    after: (milliseconds: number, work: () => void) => {
      set++;
      const timer = { at: now + milliseconds, work };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
    get set() {
      return set;
    },
    turn: (milliseconds: number) => {
      now += milliseconds;
      for (const timer of timers.filter(({ at }) => at <= now)) {
        timers.splice(timers.indexOf(timer), 1);
        timer.work();
      }
    },
  };
}

it('works once after the last of many calls, and sets few timers for them', () => {
  const host = clock();
  let worked = 0;
  const pause = new Pause(host, () => worked++);
  for (let i = 0; i < 100; i++) {
    pause.begin(60);
    host.turn(10);
  }
  expect(worked).toBe(0);
  expect(host.set).toBeLessThan(30);
  host.turn(50);
  host.turn(10);
  expect(worked).toBe(1);
  host.turn(1000);
  expect(worked).toBe(1);
  pause.begin(60);
  host.turn(59);
  expect(worked).toBe(1);
  host.turn(1);
  expect(worked).toBe(2);
});
