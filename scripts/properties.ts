/**
 * Runs every property test again and again, each time from a seed that was not tried before: `npm run test:properties -- --times 20`.
 * A failure names its seed; `OTAPLAN_SEED=… npx vitest run FILE` then shows it again, as often as it takes to mend it.
 */
import { randomInt } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root, step } from './steps.ts';

const { values } = parseArgs({ options: { times: { type: 'string', default: '10' } } });
const times = Number(values.times);
if (!Number.isInteger(times) || times < 1) {
  console.error(`otaplan: --times is a whole number from 1 on, not “${values.times}”.`);
  process.exit(2);
}
const files = globSync('{packages,language-server,extension}/**/src/**/*.ts', { cwd: root }).filter((file) =>
  readFileSync(path.join(root, file), 'utf8').includes("from 'fast-check'"),
);
for (let time = 1; time <= times; time++) {
  const seed = randomInt(2 ** 31);
  process.env['OTAPLAN_SEED'] = String(seed);
  step(`properties ${time} of ${times}, seed ${seed}`, 'vitest', ['related', '--run', '--project', 'unit', ...files]);
}
