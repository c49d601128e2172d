import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { launchChromium } from '@otaplan/vscode-host/chromium';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shot } from './shots.ts';
import { pagesOf, serve } from './static-site.ts';

/** The documentation as it is published: what `npm run docs` built. */
const root = path.join(import.meta.dirname, '../..');
const site = path.join(root, 'docs/dist/site');
const repository = 'https://github.com/otaplan/otaplan/blob/main/';

describe('the documentation’s links', () => {
  const pages = pagesOf(site);
  const ids = new Map(pages.map((page) => [page.path, page.ids]));

  it('are there to be looked at', () => {
    expect(pages.length).toBeGreaterThan(30);
    for (const page of ['tutorial.html', 'grammar.html', 'http-api.html', 'decisions/index.html'])
      expect(ids.has(page)).toBe(true);
  });

  it('lead to pages, places on pages and files that exist', () => {
    const broken: string[] = [];
    for (const page of pages) {
      for (const reference of page.references) {
        const said = `${page.path}: ${reference}`;
        if (reference.startsWith(repository)) {
          const file = decodeURIComponent(reference.slice(repository.length).split('#')[0] ?? '');
          if (!existsSync(path.join(root, file))) broken.push(said);
        }
        if (/^([a-z]+:|\/\/)/.test(reference)) continue;
        const { pathname, hash } = new URL(reference, `http://site/${page.path}`);
        const target = decodeURIComponent(pathname.endsWith('/') ? `${pathname}index.html` : pathname).slice(1);
        if (!existsSync(path.join(site, target))) broken.push(said);
        else if (hash !== '' && !ids.get(target)?.has(decodeURIComponent(hash.slice(1)))) broken.push(said);
      }
    }
    expect(broken).toEqual([]);
  });

  it('of every finding’s code lead to its rule', () => {
    const codes = [...readFileSync(path.join(root, 'docs/rules.md'), 'utf8').matchAll(/^### (\w+)$/gm)];
    expect(codes.length).toBeGreaterThan(80);
    for (const [, code = ''] of codes) expect(ids.get('rules.html')).toContain(code.toLowerCase());
  });
});

describe('the documentation in a browser', () => {
  let server: Awaited<ReturnType<typeof serve>>;
  let browser: Awaited<ReturnType<typeof launchChromium>>;
  beforeAll(async () => {
    server = await serve(site);
    browser = await launchChromium();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it('is read and searched without asking anybody else', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const elsewhere: string[] = [];
    const errors: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(server.url) && !request.url().startsWith('data:')) elsewhere.push(request.url());
    });
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(`${server.url}/tutorial.html`);
    await page.getByRole('heading', { name: '5. Look before you leap' }).waitFor();
    // The language has its own colours: keywords are not like the rest.
    const colours = await page
      .locator('.language-otaplan code span span')
      .evaluateAll((spans) => spans.map((span) => getComputedStyle(span).color));
    expect(new Set(colours).size).toBeGreaterThan(2);
    await shot(page, 'docs-tutorial');

    await page.getByRole('button', { name: 'Search' }).first().click();
    await page.getByRole('searchbox').or(page.locator('#localsearch-input')).first().fill('clock skips');
    const first = page.locator('.VPLocalSearchBox .result').first();
    await first.waitFor();
    await shot(page, 'docs-search');
    expect(await page.locator('.VPLocalSearchBox .result').allInnerTexts()).toContainEqual(
      expect.stringContaining('TIME005'),
    );
    await first.click();
    await page.waitForURL(/rules|language/);
    expect(elsewhere).toEqual([]);
    expect(errors).toEqual([]);
  }, 60_000);
});
