#!/usr/bin/env node
/**
 * A long log (`--lines N`, 100,000) in the real VS Code: the packaged extension against the real embedded Developer Center, by mouse and
 * keyboard. Time to open it, to its end, to fold it and to find a text in it; what following costs; memory of the extension host.
 */
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { keyOf, type Load, planName, reports, request, way, writeLog } from './bench-load.ts';
import { bench, exact, hostMemory, median, pause, say, timed } from './bench-tools.ts';
import { builtVsix } from './example.ts';
import type { VscodeServer } from './vscode-server.ts';
import type { Workbench } from './workbench.ts';

const { values: options } = parseArgs({
  options: { lines: { type: 'string', default: '100000' }, vsix: { type: 'string', default: builtVsix } },
});
const lines = Number(options.lines);
/** Milliseconds; MB where the row says so. */
const limits = { open: 5000, end: 500, fold: 1000, find: 1500, follow: 3000, busy: 200, memory: 200 };

function judge(name: string, value: number, limit: number, unit = 'ms'): void {
  say(name, `${value.toFixed(0)} ${unit}, limit ${limit}: ${value <= limit ? 'met' : 'missed'}`);
}

const lineNumbers = (page: Page) => page.locator('.monaco-editor .line-numbers').allTextContents();

/** The longest time for which the page answered nothing while something went on, in milliseconds. */
async function longestTask(page: Page, work: () => Promise<void>): Promise<number> {
  await page.evaluate(() => {
    const tasks: number[] = [];
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) tasks.push(entry.duration);
    });
    observer.observe({ entryTypes: ['longtask'] });
    Object.assign(globalThis, { otaplanTasks: tasks, otaplanTaskObserver: observer });
  });
  await work();
  return await page.evaluate(() => {
    const { otaplanTasks, otaplanTaskObserver } = globalThis as unknown as {
      otaplanTasks: number[];
      otaplanTaskObserver: PerformanceObserver;
    };
    otaplanTaskObserver.disconnect();
    return Math.max(0, ...otaplanTasks);
  });
}

async function measure(workbench: Workbench, server: VscodeServer, load: Load, attempts: number): Promise<void> {
  const { page, command, expand, row } = workbench;
  let attempt = attempts;
  /** The device fails once more. @returns the attempt's heading */
  const failAgain = async () => {
    await load.client.plans.retry(load.planId, { devices: [keyOf(0)] });
    await load.report(0, reports(load.planId, ++attempt, [...way, 'upgrading', 'upgradeFailed'], `space ${attempt}`));
  };
  const line = (text: string) => page.locator('.view-line', { hasText: text.replaceAll(' ', '\u00a0') }).first();
  await expand(exact(workbench, planName));
  await expand(exact(workbench, 'Upgrade Failed'));
  const device = row(keyOf(0));
  await device.hover();
  await pause(2000);
  const before = hostMemory(server);
  const open = await timed(async () => {
    await device.locator('.action-label[aria-label*="Log"]').first().click();
    await line('attempt 1').waitFor();
  });
  judge('click to the log on screen', open, limits.open);
  await page.locator('.view-line').first().click();
  const end = await timed(async () => {
    await page.keyboard.press('Control+End');
    await line('no space').waitFor();
  });
  judge('to its end, Ctrl+End', end, limits.end);

  await page.keyboard.press('Control+Home');
  await page.keyboard.press('Control+f');
  const find = page.locator('.find-widget .find-part .input').first();
  await find.waitFor();
  const found = await timed(async () => {
    await page.keyboard.insertText('no space');
    await page.locator('.find-widget .matchesCount', { hasText: /of \d/ }).waitFor();
  });
  judge('a text found in it', found, limits.find);
  say('  and what was found', (await page.locator('.find-widget .matchesCount').textContent()) ?? '');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+Home');
  await page.locator('.view-line').first().click();

  const fold = await timed(async () => {
    await command('Fold All');
    // so many lines are on screen only when what lies between is folded
    await line('attempt 12').waitFor();
  });
  judge('folded whole, with the palette', fold, limits.fold);
  await command('Unfold All');
  await line('requests the upgrade').waitFor();

  // somebody reads in the middle, and follows
  await command('Go to Line/Column');
  await workbench.answer(`:${lines >> 1}`);
  await pause(1000);
  const place = (await lineNumbers(page)).join();
  await command('Follow Log');
  await page
    .locator('.statusbar-item', { hasText: 'otaplan' })
    .first()
    .waitFor({ timeout: 1000 })
    .catch(() => undefined);
  const busy = await longestTask(page, async () => {
    for (let round = 0; round < 10; round++) {
      await failAgain();
      await pause(1000);
    }
  });
  judge('longest time the window was busy while it grew', busy, limits.busy);
  say('the reader is left where they are', (await lineNumbers(page)).join() === place ? 'yes' : 'no');
  await page.keyboard.press('Control+End');
  await line(`space ${attempt}`).waitFor();
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    times.push(
      await timed(async () => {
        await failAgain();
        await line(`space ${attempt}`).waitFor();
      }),
    );
    await pause(1000);
  }
  judge('a device fails until that is read at the end, median of 5', median(times), limits.follow);
  judge('memory of the extension host for it', hostMemory(server) - before, limits.memory, `MB (${before} before)`);
}

await bench(
  { devices: 10, vsix: options.vsix, settings: { 'otaplan.logs.lines': 200_000 } },
  async (load) => {
    await load.report(0, [request]);
    await load.report(0, reports(load.planId, 1, [...way, 'upgrading', 'upgradeFailed'], 'no space'));
    let attempts = 1;
    const written = await timed(async () => {
      attempts = await writeLog(load, 0, lines);
    });
    const words = `a log of about ${lines.toLocaleString('en')} lines, ${attempts} attempts, written`;
    say(words, `${(written / 1000).toFixed(0)} s`);
    return attempts;
  },
  measure,
);
