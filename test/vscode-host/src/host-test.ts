#!/usr/bin/env node
/**
 * Runs a test entry (CommonJS, its exported `run()`) inside VS Code's extension host, or with `--kind web` inside its web
 * worker host. The entry says that it came to its end by printing `VSC-HOST-RESULT {"passes":n,"failures":n}`: a host
 * that is killed half-way also reports code 0.
 *
 * Exit: 0 all passed, 1 a test failed, 2 the host died before the end, 3 time limit.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { format, parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { createProfile, extensionLogs, startVscode, type VscodeServer } from './vscode-server.ts';

const { values: options } = parseArgs({
  options: {
    extension: { type: 'string' },
    tests: { type: 'string' },
    folder: { type: 'string' },
    kind: { type: 'string', default: 'node' },
    setting: { type: 'string', multiple: true, default: [] },
    timeout: { type: 'string', default: '180' },
    screenshot: { type: 'string' },
    /** The folder is opened as one that nobody trusted. */
    restricted: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});
const extension = path.resolve(options.extension ?? '.');
const tests = path.resolve(options.tests ?? 'dist/test/index.cjs');
const started = Date.now();
const elapsed = () => `[${((Date.now() - started) / 1000).toFixed(1)} s]`;

interface Ending {
  readonly code?: number;
  readonly why?: string;
  readonly late?: boolean;
}
interface Result {
  readonly passes: number;
  readonly failures: number;
}

/** `name=json` pairs of the command line as settings. */
function settings(): Record<string, unknown> {
  return Object.fromEntries(
    options.setting.map((pair) => [pair.slice(0, pair.indexOf('=')), JSON.parse(pair.slice(pair.indexOf('=') + 1))]),
  );
}

/**
 * A web extension must lie at an address of the page's own origin (there is no `new Worker` for others) and is named in
 * the page's own configuration, not in its address. Answering the page itself instead would make Chromium's local
 * network checks block its WebSocket.
 */
async function serveWebExtension(page: Page, authority: string): Promise<void> {
  const at = (file: string) => ({ scheme: 'http', authority, path: `/__dev${file}` });
  const types: Record<string, string> = { '.json': 'application/json', '.svg': 'image/svg+xml' };
  await page.context().route(`http://${authority}/__dev/**`, (route) => {
    const file = decodeURIComponent(new URL(route.request().url()).pathname.slice('/__dev'.length));
    if (!file.startsWith(`${extension}/`) || !existsSync(file)) return route.fulfill({ status: 404 });
    return route.fulfill({ path: file, contentType: types[path.extname(file)] ?? 'text/javascript' });
  });
  await page.addInitScript(
    (development) => {
      document.addEventListener('readystatechange', () => {
        const meta = document.getElementById('vscode-workbench-web-configuration');
        if (!meta || document.readyState !== 'interactive') return;
        const configuration = JSON.parse(meta.getAttribute('data-settings') ?? '{}');
        configuration.developmentOptions = { ...configuration.developmentOptions, ...development };
        meta.setAttribute('data-settings', JSON.stringify(configuration));
      });
    },
    { extensions: [at(extension)], extensionTestsPath: at(tests) },
  );
}

/** Lines of the workbench itself, among which the tests' own console comes. */
const workbenchNoise =
  /^(Creating a socket|Resolv|Updating additional|Ignoring fetching|Request to '|Loading development|Settings pattern|\[)/;

async function runIn(
  page: Page,
  server: VscodeServer,
  workspace: string,
): Promise<{ ending: Ending; result?: Result }> {
  const authority = `127.0.0.1:${server.port}`;
  const remote = (file: string) => `vscode-remote://${authority}${file}`;
  const payload = [
    ['enableProposedApi', ''],
    ['skipWelcome', 'true'],
  ];
  if (options.kind === 'web') await serveWebExtension(page, authority);
  else payload.push(['extensionDevelopmentPath', remote(extension)], ['extensionTestsPath', remote(tests)]);

  let result: Result | undefined;
  const ended = new Promise<Ending>((resolve) => {
    void page.exposeFunction('codeAutomationExit', (code: number) => resolve({ code }));
    void page.exposeFunction('codeAutomationLog', (type: string, args: unknown[]) => {
      const text = format(...args);
      const final = /^VSC-HOST-RESULT (\{.*\})/.exec(text)?.[1];
      if (final) result = JSON.parse(final);
      else if (options.verbose) console.log(elapsed(), type, text);
      else if (type === 'info' && !workbenchNoise.test(text)) console.log(text);
    });
    page.on('crash', () => resolve({ why: 'the page crashed' }));
    server.child.once('exit', () => resolve({ why: 'the server ended' }));
    const limit = Number(options.timeout);
    setTimeout(() => resolve({ why: `no end within ${limit} s`, late: true }), limit * 1000).unref();
  });
  // `?folder=`, never `--default-folder`: that opens the folder under another authority and diagnostics miss the editor
  const query = `folder=${encodeURIComponent(workspace)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
  // a busy machine may take a minute to hand out the workbench
  await page.goto(`http://${authority}/?${query}`, { waitUntil: 'domcontentloaded', timeout: 120_000 });
  const ending = await ended;
  return result ? { ending, result } : { ending };
}

function judge(ending: Ending, result: Result | undefined): { code: number; why: string } {
  if (ending.late) return { code: 3, why: ending.why ?? '' };
  if (!result) return { code: 2, why: ending.why ?? `the host ended (code ${ending.code}) before the tests did` };
  if (result.failures > 0 || ending.code !== 0 || result.passes === 0) {
    return { code: 1, why: `${result.failures} failed, ${result.passes} passed, host code ${ending.code}` };
  }
  return { code: 0, why: `${result.passes} passed` };
}

const untrusted = { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never' };
const profile = createProfile({ ...(options.restricted ? untrusted : {}), ...settings() }, options.folder);
let server: VscodeServer | undefined;
let browser: Browser | undefined;
let verdict = { code: 2, why: '' };
try {
  [server, browser] = await Promise.all([
    startVscode(profile, { acceptTests: true, workspaceTrust: options.restricted }),
    launchChromium(),
  ]);
  const page = await (await browser.newContext({ viewport: { width: 1400, height: 900 } })).newPage();
  const { ending, result } = await runIn(page, server, profile.workspace);
  verdict = judge(ending, result);
  if (options.screenshot) await page.screenshot({ path: options.screenshot });
} catch (error) {
  verdict = { code: 2, why: error instanceof Error ? (error.stack ?? error.message) : String(error) };
} finally {
  await browser?.close().catch(() => undefined);
  await server?.stop();
  if (verdict.code !== 0) console.error(extensionLogs(profile, 'taplan', 60));
  if (verdict.code >= 2 && server) console.error(server.log().split('\n').slice(-40).join('\n'));
  profile.remove();
}
console.log(elapsed(), verdict.code === 0 ? 'OK' : 'FAILED', verdict.why);
process.exit(verdict.code);
