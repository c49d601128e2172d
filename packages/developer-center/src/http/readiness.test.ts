import { VirtualClock } from '@otaplan/model/virtual-clock';
import { expect, test } from 'vitest';
import { type Part, readinessOf } from './readiness.ts';

const clock = () => new VirtualClock('2027-03-01T08:00:00Z');
const part = (name: Part['name'], needed: boolean, check: Part['check']): Part => ({
  name,
  needed,
  check,
  away: `${name} is away.`,
});
const ok = async () => {};
const away = () => Promise.reject(new Error('away'));

test('what is needed decides, and what is away is told in any case', async () => {
  expect(await readinessOf([part('store', true, ok), part('files', false, away)], clock())()).toEqual({
    ready: true,
    parts: { store: 'ok', files: 'away' },
    problems: ['files is away.'],
  });
  expect(await readinessOf([part('store', true, away)], clock())()).toMatchObject({ ready: false });
});

test('a part is looked at once in five seconds, however many ask', async () => {
  const time = clock();
  let looks = 0;
  const readiness = readinessOf([part('files', false, async () => void looks++)], time);
  await Promise.all([readiness(), readiness()]);
  await readiness();
  expect(looks).toBe(1);
  time.advance(5000);
  await readiness();
  expect(looks).toBe(2);
});

test('a part that does not answer in two seconds is away until it does', async () => {
  const time = clock();
  let answer = () => {};
  let looks = 0;
  const check = () =>
    new Promise<void>((resolve) => {
      looks++;
      answer = resolve;
    });
  const readiness = readinessOf([part('files', false, check)], time);
  const first = readiness();
  time.advance(2000);
  expect((await first).parts).toEqual({ files: 'away' });
  const second = readiness();
  answer();
  expect((await second).parts).toEqual({ files: 'ok' });
  expect(looks).toBe(1);
});
