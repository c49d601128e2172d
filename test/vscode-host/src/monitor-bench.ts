#!/usr/bin/env node
/**
 * What the Upgrade Monitor costs with a plan of many devices (`--devices N`, 1,000,000): the packaged extension in the real VS Code
 * against the real embedded Developer Center. Time from click to first devices, memory of the extension host, requests a minute visible
 * and hidden (`--seconds N` each), rows drawn for a change of status, and the dashboard.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { keyOf, type Load, planName, reports, request, way } from './bench-load.ts';
import { bench, exact, hostMemory, median, pause, say, timed } from './bench-tools.ts';
import type { VscodeServer } from './vscode-server.ts';
import type { Workbench } from './workbench.ts';

const { values: options } = parseArgs({
  options: {
    devices: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '60' },
    shots: { type: 'string' },
  },
});
const devices = Number(options.devices);
const seconds = Number(options.seconds);
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
  // and of devices that are not listed: of the group that is open a hundred are
  for (const label of ['Upgrade Failed', 'Upgrading'])
    await exact(workbench, label).locator('.monaco-tl-twistie').click();
  await expand(exact(workbench, 'Not Upgraded'));
  await row(keyOf(120)).waitFor();
  await pause(8000);
  const numbers: number[] = [];
  for (let round = 0; round < 5; round++) {
    numbers.push(await rowsDrawn(workbench, () => load.report(1500 + round, [request])));
  }
  say('rows drawn when a device moves that is not listed', numbers.join(', '));
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
}

await bench(
  { devices, shots: options.shots },
  async (load) => {
    for (let index = 0; index < 120; index++) {
      await load.report(index, [request]);
      await load.report(index, reports(load.planId, 1, way));
    }
    for (let index = 0; index < 100; index++) {
      await load.report(index, reports(load.planId, 1, ['upgrading', 'upgradeFailed'], `cause ${index % 7}`));
    }
  },
  measure,
);
