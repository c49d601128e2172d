import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { escapeMarkdown } from '@otaplan/model';
import Ajv from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { describe, expect, it } from 'vitest';
import { example, folder, otaplan } from './testing.ts';
import type { JsonFinding } from './text/findings.ts';
import { findingsMarkdown } from './text/findings-markdown.ts';
import { sarif } from './text/sarif.ts';

/** The schema as Microsoft publishes it (package @microsoft/jest-sarif 1.0.0-beta.0, MIT). */
const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/sarif/sarif-2.1.0-rtm.5.json'), 'utf8'));
const ajv = new Ajv.default({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats.default(ajv);
const isSarif = ajv.compile(schema);

interface Log {
  runs: [
    {
      tool: { driver: { rules: { id: string; fullDescription: { text: string } }[] } };
      results: {
        ruleId: string;
        level: string;
        locations: [{ physicalLocation: { artifactLocation: { uri: string } } }];
        partialFingerprints: Record<string, string>;
        suppressions?: unknown[];
      }[];
    },
  ];
}

const finding = (i: number, change: Partial<JsonFinding> = {}): JsonFinding => ({
  file: 'plans/a b#1.otaplan',
  code: 'VER001',
  severity: i % 3 === 0 ? 'error' : 'hint',
  message: `m${i}`,
  range: { start: { line: i, character: 0 }, end: { line: i, character: 3 } },
  url: 'https://example.com/rules#ver001',
  ...change,
});

describe('check --format sarif', () => {
  const files = {
    ...example(),
    'plans/über größe.otaplan': 'plan "x" {\n  retry 9 times\n  retry 9 times\n}\n',
  };
  it('is valid by the schema, and knows the rules', async () => {
    const ran = await otaplan({ cwd: folder(files) }, 'check', '--format', 'sarif');
    const log = ran.json() as Log;
    expect(isSarif(log), ajv.errorsText(isSarif.errors)).toBe(true);
    const [run] = log.runs;
    expect(run.results.length).toBeGreaterThan(3);
    for (const { ruleId } of run.results) expect(run.tool.driver.rules.map(({ id }) => id)).toContain(ruleId);
    expect(run.results.map((each) => each.locations[0].physicalLocation.artifactLocation.uri)).toContain(
      'plans/%C3%BCber%20gr%C3%B6%C3%9Fe.otaplan',
    );
    const prints = run.results.map((each) => Object.values(each.partialFingerprints)[0]);
    expect(new Set(prints).size).toBe(prints.length);
  });
  it('gives the same fingerprints after lines were added above', async () => {
    const cwd = folder(files);
    const prints = async () =>
      ((await otaplan({ cwd }, 'check', 'plans', '--format', 'sarif')).json() as Log).runs[0].results
        .map((each) => Object.values(each.partialFingerprints)[0])
        .sort();
    const before = await prints();
    writeFileSync(join(cwd, 'plans/über größe.otaplan'), `// a comment\n\n${files['plans/über größe.otaplan']}`);
    expect(await prints()).toEqual(before);
  });
  it('tells what a plan allows as suppressed, with the reason', async () => {
    const all = example()['spring.otaplan'].replace('targets {\n    include pilot\n  }', 'targets all');
    const allowed = all.replace('\n}\n', '\n  allow SAFE002 because "All of them"\n}\n');
    const ran = await otaplan(
      { cwd: folder({ ...example(), 'spring.otaplan': allowed }) },
      'check',
      '--format',
      'sarif',
    );
    const log = ran.json() as Log;
    expect(isSarif(log), ajv.errorsText(isSarif.errors)).toBe(true);
    expect(log.runs[0].results.filter(({ suppressions }) => suppressions)).toMatchObject([
      { ruleId: 'SAFE002', suppressions: [{ kind: 'inSource', justification: 'All of them' }] },
    ]);
  });
  it('keeps the most severe of more than GitHub keeps', () => {
    const log = sarif(
      Array.from({ length: 12_000 }, (_, i) => finding(i)),
      { suppressed: [], textOf: () => undefined },
    ) as Log;
    expect(isSarif(log), ajv.errorsText(isSarif.errors)).toBe(true);
    expect(log.runs[0].results).toHaveLength(5000);
    expect(log.runs[0].results.filter(({ level }) => level === 'error')).toHaveLength(4000);
    expect(log.runs[0].results[0]?.locations[0].physicalLocation.artifactLocation.uri).toBe('plans/a%20b%231.otaplan');
  });
});

describe('check for other readers', () => {
  it('--format junit: a suite a file, errors fail, texts are escaped', async () => {
    const cwd = folder({ ...example(), 'a&b.otaplan': 'plan "x" {\n  retry 9 times\n}\n' });
    const ran = await otaplan({ cwd }, 'check', '--format', 'junit');
    expect(ran.code).toBe(1);
    expect(ran.out).toContain('<testsuite name="a&amp;b.otaplan"');
    expect(ran.out).toMatch(/<failure type="SEM\d+" message=/);
    expect(ran.out).toContain('<testcase classname="catalog.otaplan" name="nothing found"');
    expect(ran.out).not.toMatch(/&(?!amp;|lt;|gt;|quot;)/);
  });
  it('--format markdown fits into a comment, worst first', () => {
    const text = findingsMarkdown(Array.from({ length: 10_000 }, (_, i) => finding(i, { message: 'é'.repeat(300) })));
    expect(Buffer.byteLength(text)).toBeLessThan(65_000);
    expect(text.split('\n')[2]).toContain('| error |');
    expect(text).toMatch(/… and [\d,]+ more/);
  });
  it('lets no text from a plan become Markdown', () => {
    const evil =
      '<img src=x onerror=alert(1)> [a](http://e.com) ![b](c) @team #12 GH-3 `x` **b** ~s~ a|b www.e.com x@e.com https://e.com';
    const text = escapeMarkdown(evil);
    expect(text).not.toMatch(/[<>`*~|]|\]\(|@|(^|[^&])#|:\/\/|www\.|GH-\d/);
    // What a reader sees is what the plan says.
    const read = text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code))).replaceAll('\u200c', '');
    expect(read).toBe(evil);
  });
  const places: readonly ((text: string) => string)[] = [
    (text) => text,
    (text) => `- ${text}`,
    (text) => `| ${text} | y |\n| --- | --- |\n| ${text} | z |`,
    (text) => `<details><summary>${text}</summary>\n\n- ${text}\n\n</details>`,
  ];
  it.each([
    '<img src=x onerror=alert(1)>',
    '[a](http://e.com)',
    '![b](c)',
    '`x` ``` y',
    '**b** __c__ ~~t~~',
    'a|b\\|c',
    'www.e.com/x http://e.com x@e.com mailto:a@b.co xmpp:a@b.co',
    '1. x',
    '- x',
    '+ x',
    '---',
    '# h',
    '> q',
    '[^1] [x]: http://y',
    '&lt;b&gt; &#64;team',
    '<!-- c --></details>',
    '[ ] task',
    '    code',
  ])('a reader of GitHub Flavored Markdown finds nothing but text in %j', (evil) => {
    for (const place of places) {
      const html = micromark(place(escapeMarkdown(evil)), {
        extensions: [gfm()],
        htmlExtensions: [gfmHtml()],
        allowDangerousHtml: true,
      });
      expect(html).not.toMatch(
        /<(a|img|strong|em|del|code|h\d|blockquote|ol|hr|script|input|pre|ul>\s*<li>\s*<ul)\b|<!--/,
      );
    }
  });
});
