#!/usr/bin/env node
/**
 * A newcomer's path through the packaged extension, with mouse and keyboard, against the real local Developer Center: open the example →
 * a mistake is underlined → quick fix → preview → deploy and activate → watch → a device fails → read its log → retry → upgraded.
 * Pictures of each step go to the folder that is given (`docs/images`).
 */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { checkAccessibility } from './accessibility.ts';
import { launchChromium } from './chromium.ts';
import { builtVsix, exampleFolder, moveToToday } from './example.ts';
import { createProfile, installVsix, startVscode, type VscodeServer } from './vscode-server.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

const { values: options } = parseArgs({
  options: {
    vsix: { type: 'string', default: builtVsix },
    shots: { type: 'string', default: 'shots' },
  },
});
const shots = path.resolve(options.shots);
mkdirSync(shots, { recursive: true });
const started = Date.now();
const say = (text: string) => console.log(`[${((Date.now() - started) / 1000).toFixed(1)} s] ${text}`);

// the theme follows the system, which the test plays
const settings = { 'window.autoDetectColorScheme': true, 'otaplan.local.speed': 300 };
const profile = createProfile(settings, exampleFolder);

async function writeAndMend({ page, openFile, shot }: Workbench): Promise<void> {
  await openFile('spring.otaplan');
  const line = page.locator('.view-line', { hasText: 'include' }).first();
  await line.waitFor();
  say('the example is open');
  await line.locator('span', { hasText: 'pilot' }).last().dblclick();
  await page.keyboard.type('pilto');
  await page.locator('.monaco-editor .squiggly-error').first().waitFor({ state: 'attached' });
  await shot('mistake');
  say('a mistake is underlined');
  // the list of completions would take the key
  await page.keyboard.press('Escape');
  const fixes = page.locator('.action-widget .monaco-list-row', { hasText: /pilot/ }).first();
  for (let tries = 0; tries < 10 && !(await fixes.isVisible()); tries++) {
    await page.keyboard.press('Control+.');
    await fixes.waitFor({ timeout: 5000 }).catch(() => undefined);
  }
  await shot('quick-fix');
  await page.keyboard.press('Enter');
  await page.locator('.monaco-editor .squiggly-error').first().waitFor({ state: 'detached' });
  say('its quick fix mends it');
  await page.keyboard.press('Control+s');
}

/** The badge with the number of failures may lie over the icon. */
const aboveBadge = { force: true, position: { x: 8, y: 8 } };

async function startLocal(workbench: Workbench): Promise<void> {
  await workbench.page.locator('.activitybar .action-label[aria-label*="Upgrade Monitor"]').first().click(aboveBadge);
  await workbench.page.locator('.welcome-view', { hasText: 'Start Local Developer Center' }).first().waitFor();
  await workbench.shot('welcome');
  await workbench.command('Otaplan: Start Local Developer Center');
  await workbench.answer('500');
  await workbench.row('Local').waitFor();
  say('a local Developer Center runs');
}

async function deploy(workbench: Workbench): Promise<void> {
  const { page, command, dialog, notification, shot, quiet } = workbench;
  await page.keyboard.press('Control+Shift+e');
  await workbench.openFile('today.otaplan');
  await command('Otaplan: Preview Plan');
  const preview = page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  await preview.locator('h1', { hasText: 'Water meter' }).waitFor();
  await shot('preview');
  say('preview');
  await page.keyboard.press('Control+Shift+e');
  await workbench.openFile('today.otaplan');
  await command('Otaplan: Deploy Plan…');
  await page.locator('.monaco-dialog-box', { hasText: 'Deploy' }).waitFor();
  await shot('deploy');
  const asked = await dialog('Deploy and Activate');
  assert.match(asked, /12 devices matched/);
  await notification(/deployed and activated for 12 devices/).waitFor();
  say('deployed and activated');
  await quiet();
  await command('View: Close All Editors');
  await workbench.openFile('today.otaplan');
}

async function watch(workbench: Workbench): Promise<void> {
  const { page, row, expand, shot } = workbench;
  await page.locator('.activitybar .action-label[aria-label*="Upgrade Monitor"]').first().click(aboveBadge);
  await row('Water meter 2.4 today').waitFor();
  await shot('monitor-live');
  await expand(row('Water meter 2.4 today'));
  await row(/Upgrade Failed/).waitFor({ timeout: 180_000 });
  await row(/11\/12/).waitFor({ timeout: 180_000 });
  await expand(row(/^Upgrade Failed/));
  await row('866123040000013').waitFor();
  await expand(row('866123040000013'));
  await row('FOTA').waitFor();
  await page.locator('.codelens-decoration', { hasText: '11 of 12 upgraded · 1 failed' }).waitFor();
  await shot('monitor');
  say('one device failed');
}

/** A press on a cause in the dashboard leads to the devices behind it, and the filter comes out again. */
async function followCause(workbench: Workbench): Promise<void> {
  const { page, row, expand, shot, command, answer } = workbench;
  const tree = { plan: row('Water meter 2.4 today'), failed: row(/^Upgrade Failed/), device: row('866123040000013') };
  await tree.plan.hover();
  await tree.plan.locator('.action-label[aria-label*="Dashboard"]').first().click();
  const frame = page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  await frame.locator('button[data-cause]').click();
  await row(/cause “.*did not start/).waitFor();
  await tree.device.waitFor();
  await shot('cause');
  await command('Otaplan: Filter Upgrade Monitor…');
  await answer('Clear filter');
  await row(/^Upgraded/).waitFor();
  await command('View: Close All Editors');
  await workbench.page.locator('iframe.webview.ready').first().waitFor({ state: 'detached' });
  await expand(tree.failed);
  await expand(tree.device);
  await row('FOTA').waitFor();
  say('the devices behind a cause');
}

async function readLogAndRetry(workbench: Workbench): Promise<void> {
  const { page, row, shot } = workbench;
  await row('FOTA').click();
  await page.locator('.view-line', { hasText: 'did not start' }).first().waitFor();
  await shot('log');
  say('its log');
  await row('866123040000013').hover();
  await row('866123040000013').locator('.action-label[aria-label*="Retry"]').first().click();
  await row(/12\/12/).waitFor({ timeout: 180_000 });
  await workbench.quiet();
  await shot('upgraded');
  say('retried and upgraded');
}

async function lookAtDashboard(workbench: Workbench): Promise<void> {
  const { page, row, shot, command } = workbench;
  await command('View: Close All Editors');
  await page.locator('iframe.webview.ready').first().waitFor({ state: 'detached' });
  await row('Water meter 2.4 today').hover();
  await row('Water meter 2.4 today').locator('.action-label[aria-label*="Dashboard"]').first().click();
  const frame = page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  await frame.locator('h1', { hasText: 'Water meter 2.4 today' }).waitFor();
  await frame.locator('button[data-status="upgraded"] .count', { hasText: '12' }).waitFor();
  await page.keyboard.press('Control+b');
  await shot('dashboard');
  say('dashboard');
  await checkAccessibility(workbench, say);
  await page.keyboard.press('Control+b');
  await frame.locator('button[data-status="upgraded"]').focus();
  await page.keyboard.press('Enter');
  await row('866123040000021').waitFor();
  say('its bar leads to the devices, by keyboard');
}

moveToToday(profile.workspace, Date.now());
let server: VscodeServer | undefined;
let browser: Browser | undefined;
let workbench: Workbench | undefined;
let code = 1;
try {
  installVsix(profile, path.resolve(options.vsix));
  say('the VSIX is installed');
  // without the switch for tests: it hides notifications
  [server, browser] = await Promise.all([startVscode(profile), launchChromium()]);
  const url = `http://127.0.0.1:${server.port}/?folder=${encodeURIComponent(profile.workspace)}`;
  workbench = await openWorkbench(browser, url, shots);
  say('the workbench is open');
  await writeAndMend(workbench);
  await startLocal(workbench);
  await deploy(workbench);
  await watch(workbench);
  await followCause(workbench);
  await readLogAndRetry(workbench);
  await lookAtDashboard(workbench);
  code = 0;
} catch (error) {
  console.error(error);
  await workbench?.page
    .screenshot({ path: path.join(profile.dir, '..', 'otaplan-ui-failed.png') })
    .catch(() => undefined);
} finally {
  await browser?.close().catch(() => undefined);
  await server?.stop();
  profile.remove();
}
say(code === 0 ? 'OK' : 'FAILED');
process.exit(code);
