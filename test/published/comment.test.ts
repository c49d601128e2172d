import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { launchChromium } from '@otaplan/vscode-host/chromium';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shot } from './shots.ts';

/** The comment on a pull request as its reader has it: GitHub's Markdown and GitHub's styles, in a real browser. */
const root = path.join(import.meta.dirname, '../..');
const command = path.join(root, 'packages/cli/bin/otaplan.js');
const styles = readFileSync(
  createRequire(import.meta.url).resolve('github-markdown-css/github-markdown-light.css'),
  'utf8',
);
const home = mkdtempSync(path.join(tmpdir(), 'otaplan-comment-'));
/** https://docs.github.com: a comment has at most this many characters. */
const mostCharacters = 65_536;

/** What `otaplan diff` says of two folders. */
function comment(before: string, after: string): string {
  const args = [command, 'diff', after, '--from', before, '--format', 'markdown'];
  return execFileSync(process.execPath, args, { cwd: home, encoding: 'utf8', maxBuffer: 1e8 });
}

let browser: Awaited<ReturnType<typeof launchChromium>>;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  rmSync(home, { recursive: true, force: true });
});

async function show(markdown: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 960, height: 900 } });
  const html = micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true });
  // GitHub turns “> [!WARNING]” into a coloured box; the renderer leaves the mark, which is taken for its title here.
  const alerts = html.replace(
    /<blockquote>\s*<p>\[!(WARNING|NOTE)\]\s*/g,
    (_, kind: string) =>
      `<blockquote class="markdown-alert markdown-alert-${kind.toLowerCase()}"><p class="markdown-alert-title">${kind[0]}${kind.slice(1).toLowerCase()}</p><p>`,
  );
  await page.setContent(
    `<meta charset="utf-8"><style>${styles} body { margin: 24px }</style><article class="markdown-body">${alerts}</article>`,
  );
  return page;
}

describe('the comment', () => {
  it('of one change is read at a glance', async () => {
    for (const side of ['before', 'after'])
      cpSync(path.join(root, 'examples/water-meter'), path.join(home, side), { recursive: true });
    const plan = path.join(home, 'after/spring.otaplan');
    const text = readFileSync(plan, 'utf8')
      .replace('2027-04-19 23:59', '2027-05-01 23:59')
      .replace('to 05:00', 'to 07:00')
      .replace(/ {2}waves \{.*?\n {2}\}\n/s, '')
      .replace('retry 3 times\n\n}', 'retry 3 times\n}');
    writeFileSync(plan, text);
    const markdown = comment('before', 'after');
    const page = await show(markdown);
    await shot(page, 'comment');
    expect(await page.locator('.markdown-alert-warning li').allInnerTexts()).toContainEqual(
      expect.stringContaining('It has no waves'),
    );
    expect(await page.locator('li').allInnerTexts()).toContainEqual(
      expect.stringMatching(/^End: 2027-04-19 23:59 → 2027-05-01 23:59 local \(UTC /),
    );
    // Nothing is wider than the comment, and nothing of Markdown is left standing.
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(await page.locator('article').textContent()).not.toMatch(/\*\*|\| ---|&#\d|<\/?details/);
  });

  it('of ten thousand changes fits, folded, with every plan in the overview that there is room for', async () => {
    const plans = 1250;
    for (const [side, retry, hour] of [
      ['few', 1, '04'],
      ['many', 3, '06'],
    ] as const) {
      mkdirSync(path.join(home, side));
      const texts = Array.from({ length: plans }, (_, i) => many(i, retry, hour));
      writeFileSync(
        path.join(home, side, 'all.otaplan'),
        `product meter {\n  key "p1WM01"\n  component modem: module "FOTA"\n}\n${texts.join('')}`,
      );
    }
    const markdown = comment('few', 'many');
    expect(markdown.length).toBeLessThan(mostCharacters);
    expect(markdown).toContain('1,250 plans');
    const page = await show(markdown);
    await shot(page, 'comment-of-10000');
    expect(await page.locator('details').count()).toBeGreaterThan(10);
    expect(await page.locator('details[open]').count()).toBe(0);
    await page.locator('summary').first().click();
    expect(await page.locator('details[open] li').count()).toBeGreaterThanOrEqual(5);
    await shot(page, 'comment-of-10000-open');
    expect(await page.locator('article').textContent()).toMatch(/… and [\d,]+ more/);
  });
});

/** One of many plans, of which eight facts change. */
function many(i: number, retry: number, hour: string): string {
  const day = retry === 1 ? '01' : '02';
  return `
plan "Plan ${i} <b>of</b> many | a_b *c*" {
  product meter
  effective 2027-06-${day} 00:00 to 2027-06-2${retry} 00:00 in "Europe/Berlin"
  targets {
    include "A${String(i).padStart(6, '0')}"${retry === 1 ? '' : `, "B${String(i).padStart(6, '0')}"`}
  }
  upgrade modem to "2.${retry}.0"
  mode silent {
    push 01:00 to ${hour}:00
    after rejection ${retry * 60} min
  }
  conditions {
    battery >= ${retry * 10} %
    signal >= -${100 + retry} dBm
  }
  retry ${retry} times
}
`;
}
