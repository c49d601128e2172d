import { describe, expect, test } from 'vitest';
import { timelinePoint } from '../store/rows/counts.ts';
import { timelineOf } from './timeline.ts';

const begin = Date.parse('2027-03-01T08:00:30.400Z');
const at = (seconds: number, upgraded: number) => ({ time: begin + seconds * 1000, upgraded, failed: 0 });

describe('the line over time', () => {
  test('begins with nothing at the activation', () => {
    expect(timelineOf([], begin)).toEqual([at(0, 0)]);
    expect(timelineOf([at(3, 1), at(9, 12)], begin)).toEqual([at(0, 0), at(3, 1), at(9, 12)]);
  });
  test('has no point before it: a minute began earlier', () => {
    expect(timelineOf([at(-30.4, 12)], begin)).toEqual([at(0, 0), at(0, 12)]);
  });
  test('is thinned evenly along time, with its last count', () => {
    // a point a second for ten minutes, then one a minute for ten hours
    const dense = Array.from({ length: 600 }, (_, i) => at(i + 1, i + 1));
    const sparse = Array.from({ length: 600 }, (_, i) => at(600 + 60 * (i + 1), 600 + i));
    const line = timelineOf([...dense, ...sparse], begin);
    expect(line.length).toBeLessThanOrEqual(200);
    expect(line.length).toBeGreaterThan(190);
    expect(line.at(-1)).toEqual(sparse.at(-1));
    const gaps = line.slice(1).map(({ time }, i) => time - (line[i]?.time ?? 0));
    expect(Math.max(...gaps)).toBeLessThan((2 * 36_600_000) / 190);
  });
});

describe('points of the line over time', () => {
  test.each([
    [59, 1],
    [599, 1],
    [601, 10],
    [3599, 10],
    [3601, 60],
    [10 * 86_400, 60],
  ])('%i s after the activation are %i s apart', (seconds, apart) => {
    const point = timelinePoint(begin + seconds * 1000, begin);
    expect(point % (apart * 1000)).toBe(0);
    expect(begin + seconds * 1000 - point).toBeLessThan(apart * 1000);
  });
});
