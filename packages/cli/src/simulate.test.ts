import { expect, it } from 'vitest';
import { folder, otaplan } from './testing.ts';

const env = { OTAPLAN_ACCESS_KEY: 'key', OTAPLAN_ACCESS_SECRET: 'secret' };
const simulate = (cwd: string, file: string) => {
  const args = ['--product', 'p1', '--devices', '1', '--component', 'module:F=1', '--server', 'http://127.0.0.1:9'];
  return otaplan({ cwd, env }, 'simulate', ...args, '--faults', file);
};

it.each([
  ['{\n  "rules": [\n', /f\.json, line 3, column 1: it is not JSON \(/],
  [
    '{\n  "rules": [{ "fault": { "kind": "explode" } }]\n}',
    /f\.json, line 2, column 26: rules\.0\.fault\.kind: "explode" is not a kind of fault\. Known: fail, /,
  ],
  [
    '{\n  "rule": [],\n  "timing": { "boot": [3, 1] }\n}',
    /f\.json, line 3, column 15: timing\.boot: The first is the least.*\nf\.json, line 2, column 3: “rule” is not known here\. Known: /,
  ],
])('simulate tells what is wrong in a fault profile, where, and what is right: %j', async (text, said) => {
  const run = await simulate(folder({ 'f.json': text }), 'f.json');
  expect(run).toMatchObject({ code: 2, out: '' });
  expect(run.err).toMatch(said);
});

it('simulate says which fault profile cannot be read', async () => {
  const run = await simulate(folder({}), 'missing.json');
  expect(run).toMatchObject({ code: 2, err: expect.stringContaining('missing.json cannot be read (ENOENT)') });
});
