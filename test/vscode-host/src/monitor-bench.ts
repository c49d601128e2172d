#!/usr/bin/env node
/**
 * What the Upgrade Monitor costs with a plan of many devices (`--devices N`, 1,000,000): the packaged extension in the real VS Code
 * against the real embedded Developer Center. Time from click to first devices, memory of the extension host, requests a minute visible
 * and hidden (`--seconds N` each), rows drawn for a change of status, the dashboard, and a long log (`--lines N`).
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Locator } from 'playwright-core';
import { keyOf, type Load, planName, reports, request, startLoad, way } from './bench-load.ts';
import { launchChromium } from './chromium.ts';
import { builtVsix } from './example.ts';
import { createProfile, installVsix, startVscode, type VscodeServer, writeSettings } from './vscode-server.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

const { values: options } = parseArgs({
  options: {
    devices: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '60' },
    lines: { type: 'string', default: '20000' },
    shots: { type: 'string' },
  },
});
const devices = Number(options.devices);
const seconds = Number(options.seconds);
const wantedLines = Number(options.lines);
const say = (name: string, value: string) => console.log(`${name.padEnd(60)} ${value}`);
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;

/** Resident memory of VS Code's extension host in MB, from /proc. */
function hostMemory(server: VscodeServer): number {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      // its processes share the group that its server leads
      const group = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[2];
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      if (group !== String(server.child.pid) || !command.includes('--type=extensionHost')) continue;
      return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);
    } catch {
      // a process that is gone by now
    }
  }
  return Number.NaN;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** The row that begins with a text and is no sentence about another. */
const exact = (workbench: Workbench, label: string): Locator =>
  workbench.page.locator(`.pane-body .monaco-list-row[aria-label^="${label}"]`).first();

async function signIn(workbench: Workbench, load: Load): Promise<void> {
  const question = workbench.page.locator('.quick-input-widget', { hasText: 'Access key' });
  // a click is lost when the tree is drawn under it
  while (!(await question.isVisible())) {
    await workbench.row('Sign in to see its plans').click();
    await question.waitFor({ timeout: 5000 }).catch(() => undefined);
  }
  const asks = (text: string) => workbench.page.locator('.quick-input-widget', { hasText: text }).waitFor();
  await workbench.answer(load.accessKey);
  await asks('Access secret');
  await workbench.answer(load.accessSecret);
  await exact(workbench, planName).waitFor();
}

/** From the click on the group of those that did not start to its first device on screen. */
async function clickToDevices(workbench: Workbench): Promise<number[]> {
  const group = exact(workbench, 'Not Upgraded');
  const first = workbench.row(keyOf(120));
  const times: number[] = [];
  for (let round = 0; round < 8; round++) {
    await group.waitFor();
    times.push(
      await timed(async () => {
        await group.locator('.monaco-tl-twistie').click();
        await first.waitFor();
      }),
    );
    await group.locator('.monaco-tl-twistie').click();
    await first.waitFor({ state: 'detached' });
  }
  return times;
}

/** Requests that go out while something else happens, a minute. */
async function requestsAMinute(load: Load, meanwhile: () => Promise<void>): Promise<string> {
  const before = await load.requests();
  const began = performance.now();
  await meanwhile();
  while (performance.now() - began < seconds * 1000) await pause(100);
  const minutes = (performance.now() - began) / 60_000;
  const counts = [...(await load.requests())].map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const);
  const told = counts
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${(count / minutes).toFixed(1)}`);
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  return `${(all / minutes).toFixed(1)}${told.length === 0 ? '' : ` (${told.join(', ')})`}`;
}

/** Rows of the tree that the workbench draws again while something happens. */
async function rowsDrawn(workbench: Workbench, work: () => Promise<unknown>): Promise<number> {
  const { page } = workbench;
  await page.evaluate(() => {
    const drawn = new Set<Element>();
    const observer = new MutationObserver((records) => {
      for (const { target } of records) {
        const element = target instanceof Element ? target : target.parentElement;
        const row = element?.closest('.pane-body .monaco-list-row');
        if (row) drawn.add(row);
      }
    });
    for (const list of document.querySelectorAll('.pane-body .monaco-list-rows')) {
      observer.observe(list, { childList: true, subtree: true, characterData: true });
    }
    Object.assign(globalThis, { otaplanDrawn: drawn, otaplanObserver: observer });
  });
  await work();
  await pause(3000);
  return await page.evaluate(() => {
    const { otaplanDrawn, otaplanObserver } = globalThis as unknown as {
      otaplanDrawn: Set<Element>;
      otaplanObserver: MutationObserver;
    };
    otaplanObserver.disconnect();
    return otaplanDrawn.size;
  });
}

async function measure(workbench: Workbench, server: VscodeServer, load: Load): Promise<void> {
  const { page, expand, row } = workbench;
  await pause(3000);
  say('extension host before anything of a plan was shown', `${hostMemory(server)} MB`);
  await expand(exact(workbench, planName));
  const [cold = Number.NaN, ...times] = await clickToDevices(workbench);
  say('click to first devices, first time', `${cold.toFixed(0)} ms`);
  say(
    'click to first devices, then (median of 7; worst)',
    `${median(times).toFixed(0)} ms (${Math.max(...times).toFixed(0)})`,
  );
  await exact(workbench, 'Not Upgraded').locator('.monaco-tl-twistie').click();
  await row(keyOf(120)).waitFor();
  say('extension host with 100 devices listed', `${hostMemory(server)} MB`);

  say('requests a minute, visible, nothing happens', await requestsAMinute(load, async () => undefined));
  // two groups open: the failed ones and those under way
  await exact(workbench, 'Not Upgraded').locator('.monaco-tl-twistie').click();
  // the lower one first: a list of a hundred rows puts it out of sight
  await expand(exact(workbench, 'Upgrading'));
  await expand(exact(workbench, 'Upgrade Failed'));
  await row(keyOf(0)).waitFor();
  let next = 400;
  const move = async (count: number) => {
    for (let i = 0; i < count; i++) {
      const index = next++;
      await load.report(index, [request]);
      await load.report(index, reports(load.planId, 1, way));
    }
  };
  const rollout = async () => {
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end) {
      await move(1);
      await pause(200);
    }
  };
  say('requests a minute, visible, up to five devices a second move', await requestsAMinute(load, rollout));
  await workbench.command('View: Show Explorer');
  await pause(2000);
  say('requests a minute, hidden, up to five devices a second move', await requestsAMinute(load, rollout));
  await page.locator('.activitybar .action-label[aria-label*="Upgrade Monitor"]').first().click({ force: true });
  await row(keyOf(0)).waitFor();
  await pause(3000);

  const idle = await rowsDrawn(workbench, async () => undefined);
  say('rows drawn in three seconds without a change', String(idle));
  const visible = await page.locator('.pane-body .monaco-list-row').count();
  const drawn: number[] = [];
  for (let round = 0; round < 5; round++) {
    drawn.push(
      await rowsDrawn(workbench, () =>
        load.report(100 + round, reports(load.planId, 1, ['upgrading', 'upgradeFailed'], 'no space')),
      ),
    );
  }
  say(`rows drawn when a device fails, groups open (of ${visible} on screen)`, drawn.join(', '));
  await exact(workbench, planName).locator('.monaco-tl-twistie').click();
  await pause(3000);
  const closed: number[] = [];
  for (let round = 0; round < 5; round++) {
    closed.push(
      await rowsDrawn(workbench, () =>
        load.report(110 + round, reports(load.planId, 1, ['upgrading', 'upgradeFailed'], 'no space')),
      ),
    );
  }
  say('rows drawn when a device fails, plan closed', closed.join(', '));

  const frame = page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  const plan = exact(workbench, planName);
  await plan.hover();
  const dashboard = await timed(async () => {
    await plan.locator('.action-label[aria-label*="Dashboard"]').first().click();
    await frame.locator('button[data-status="notUpgraded"]').waitFor();
  });
  say('click to dashboard', `${dashboard.toFixed(0)} ms`);
  if (options.shots) await page.screenshot({ path: path.join(options.shots, 'million-dashboard.png') });
  await workbench.command('View: Close All Editors');

  await expand(plan);
  await expand(exact(workbench, 'Upgrade Failed'));
  const device = row(keyOf(0));
  await device.hover();
  const before = hostMemory(server);
  const log = await timed(async () => {
    await device.locator('.action-label[aria-label*="Log"]').first().click();
    await page.locator('.view-line', { hasText: 'attempt' }).first().waitFor();
  });
  const lines = wantedLines.toLocaleString('en');
  say(`click to the log on screen, about ${lines} lines`, `${log.toFixed(0)} ms`);
  say('extension host with that log, and before', `${hostMemory(server)} MB, ${before} MB`);
  await page.keyboard.press('Control+End');
  const end = await timed(() => page.locator('.view-line', { hasText: 'no space' }).first().waitFor());
  say('its end on screen after Ctrl+End', `${end.toFixed(0)} ms`);
  if (options.shots) await page.screenshot({ path: path.join(options.shots, 'long-log.png') });
}

const folder = mkdtempSync(path.join(tmpdir(), 'otaplan-bench-'));
let load: Load | undefined;
let server: VscodeServer | undefined;
let browser: Browser | undefined;
const profile = createProfile({});
try {
  const otaplan = path.join(path.dirname(builtVsix), 'otaplan.mjs');
  const prepared = await timed(async () => {
    load = await startLoad(otaplan, folder, devices);
  });
  if (!load) throw new Error('there is no Developer Center');
  const center = load;
  say(
    `${devices.toLocaleString('en')} devices registered and a plan activated for them`,
    `${(prepared / 1000).toFixed(0)} s`,
  );
  for (let index = 0; index < 120; index++) {
    await center.report(index, [request]);
    await center.report(index, reports(center.planId, 1, way));
  }
  for (let index = 0; index < 100; index++) {
    await center.report(index, reports(center.planId, 1, ['upgrading', 'upgradeFailed'], `cause ${index % 7}`));
  }
  // A device that is retried again and again has a long log.
  let written = 0;
  const logged = await timed(async () => {
    const { client, planId } = center;
    for (let attempt = 2; written < wantedLines; attempt++) {
      await client.plans.retry(planId, { devices: [keyOf(0)] });
      await center.report(0, reports(planId, attempt, [...way, 'upgrading', 'upgradeFailed'], 'no space'));
      written += 10;
    }
  });
  say('a log written by attempts', `${(logged / 1000).toFixed(0)} s`);
  installVsix(profile, builtVsix);
  writeSettings(profile, { 'otaplan.connections': [{ name: 'Bench', server: center.url }] });
  [server, browser] = await Promise.all([startVscode(profile), launchChromium()]);
  const url = `http://127.0.0.1:${server.port}/?folder=${encodeURIComponent(profile.workspace)}`;
  const workbench = await openWorkbench(browser, url, options.shots ?? folder);
  await workbench.page.locator('.activitybar .action-label[aria-label*="Upgrade Monitor"]').first().click();
  await signIn(workbench, center);
  await measure(workbench, server, center);
} catch (error) {
  process.exitCode = 1;
  console.error(error);
  await browser
    ?.contexts()[0]
    ?.pages()[0]
    ?.screenshot({ path: path.join(tmpdir(), 'otaplan-bench-failed.png') })
    .catch(() => undefined);
} finally {
  await browser?.close().catch(() => undefined);
  await server?.stop();
  load?.process.kill('SIGTERM');
  await load?.client.close();
  profile.remove();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
}
process.exit();
