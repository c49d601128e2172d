import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Answer, check, compile, format, gather, type Host, printPlan } from '@otaplan/language';
import type { Plan } from '@otaplan/model';
import { describe, expect, test } from 'vitest';

/** Before every example's period, so that they do not age. */
const now = Date.parse('2027-01-15T12:00:00Z');
const zoneDataVersion = process.versions['tz'] ?? 'unknown';
const root = path.join(import.meta.dirname, '../../examples');
const files = globSync('*/*.otaplan', { cwd: root }).toSorted();

async function answer<T>(read: () => Promise<T>): Promise<Answer<T>> {
  return read().then(
    (value) => ({ kind: 'good', value }),
    (error: unknown) => ({ kind: 'bad', reason: String(error) }),
  );
}

const host: Host = {
  isInside: (uri) => uri.startsWith(pathToFileURL(root).href),
  readText: (uri) => answer(() => readFile(fileURLToPath(uri), 'utf8')),
  fileFacts: (uri) =>
    answer(async () => {
      const [{ size }, content] = await Promise.all([stat(fileURLToPath(uri)), readFile(fileURLToPath(uri))]);
      return { size, sha256: createHash('sha256').update(content).digest('hex') };
    }),
};

async function read(file: string) {
  const full = path.join(root, file);
  const roots = new Map([[pathToFileURL(full).href, readFileSync(full, 'utf8')]]);
  return gather(roots, host, { now, zoneDataVersion });
}

/** A plan as it stands in the expected file: long lists by their length and digest. */
function brief(plan: Plan): unknown {
  const list = (keys: readonly string[]) =>
    keys.length <= 20
      ? keys
      : `${keys.length} keys, SHA-256 ${createHash('sha256').update(keys.join('\n')).digest('hex')}`;
  return {
    ...plan,
    targets: { ...plan.targets, include: list(plan.targets.include), exclude: list(plan.targets.exclude) },
  };
}

test('there are examples', () => {
  expect(files.length).toBeGreaterThanOrEqual(4);
});

describe.each(files)('%s', (file) => {
  const text = readFileSync(path.join(root, file), 'utf8');

  test('is in canonical form', () => {
    expect(format(text)).toMatchObject({ text });
  });

  test('has nothing wrong with it, and compiles to what is expected', async () => {
    const { sources, world } = await read(file);
    const { findings } = check(sources, world);
    expect(findings.filter(({ severity }) => severity === 'error' || severity === 'warning')).toEqual([]);
    const { plans } = compile(sources, world);
    if (plans.length === 0) return;
    await expect(`${JSON.stringify(plans.map(brief), null, 2)}\n`).toMatchFileSnapshot(
      path.join(root, path.dirname(file), 'expected', `${path.basename(file, '.otaplan')}.json`),
    );
  });

  test('printed as text and compiled again, it is the same plan', async () => {
    const { sources, world } = await read(file);
    for (const plan of compile(sources, world).plans) {
      const uri = pathToFileURL(path.join(root, 'printed.otaplan')).href;
      const printed = await gather(new Map([[uri, printPlan(plan)]]), host, {
        now,
        zoneDataVersion,
        // The package files lie elsewhere; their digests stand in the text.
        facts: false,
      });
      expect(compile(printed.sources, printed.world).plans.map(({ digest }) => digest)).toEqual([plan.digest]);
    }
  });
});
