import { test } from 'vitest';
import { randomHistories } from './random-histories.ts';

test(
  'counts equal their rows, and logs only grow, through reports, time, faults and restarts',
  () => randomHistories(15),
  120_000,
);
