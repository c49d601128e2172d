import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { type Load, planName, startLoad } from './bench-load.ts';
import { launchChromium } from './chromium.ts';
import { builtVsix } from './example.ts';
import { createProfile, installVsix, startVscode, type VscodeServer, writeSettings } from './vscode-server.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

/** What the benchmarks in a real VS Code have in common. */

export const say = (name: string, value: string) => console.log(`${name.padEnd(60)} ${value}`);
export const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
export const median = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Resident memory of VS Code's extension host in MB, from /proc. */
export function hostMemory(server: VscodeServer): number {
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

/** The row that begins with a text and is no sentence about another. */
export const exact = (workbench: Workbench, label: string): Locator =>
  workbench.page.locator(`.pane-body .monaco-list-row[aria-label^="${label}"]`).first();

/** Opens the Upgrade Monitor and signs in, until the plan's row is there. */
async function signIn(workbench: Workbench, load: Load): Promise<void> {
  await workbench.page.locator('.activitybar .action-label[aria-label*="Upgrade Monitor"]').first().click();
  const question = workbench.page.locator('.quick-input-widget', { hasText: 'Access key' });
  // a click is lost when the tree is drawn under it, or when a hover covers the row: it goes with the mouse
  while (!(await question.isVisible())) {
    await workbench.page.mouse.move(900, 450);
    await workbench.page.waitForTimeout(500);
    await workbench
      .row('Sign in to see its plans')
      .click({ timeout: 5000 })
      .catch(() => undefined);
    await question.waitFor({ timeout: 5000 }).catch(() => undefined);
  }
  const asks = (text: string) => workbench.page.locator('.quick-input-widget', { hasText: text }).waitFor();
  await workbench.answer(load.accessKey);
  await asks('Access secret');
  await workbench.answer(load.accessSecret);
  await exact(workbench, planName).waitFor();
}

/**
 * Runs a benchmark: the packaged extension in the real VS Code, signed in to a real Developer Center of so many devices, and ends everything.
 * @param prepare what is done before VS Code starts
 * @param settings beside the connection
 */
export async function bench<T>(
  options: { devices: number; vsix?: string; shots?: string | undefined; settings?: Readonly<Record<string, unknown>> },
  prepare: (load: Load) => Promise<T>,
  measure: (workbench: Workbench, server: VscodeServer, load: Load, prepared: T) => Promise<void>,
): Promise<never> {
  const folder = mkdtempSync(path.join(tmpdir(), 'otaplan-bench-'));
  const profile = createProfile({});
  let load: Load | undefined;
  let server: VscodeServer | undefined;
  let browser: Browser | undefined;
  try {
    const began = performance.now();
    load = await startLoad(path.join(path.dirname(builtVsix), 'otaplan.mjs'), folder, options.devices);
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    say(`${options.devices.toLocaleString('en')} devices registered and a plan activated for them`, `${seconds} s`);
    const prepared = await prepare(load);
    installVsix(profile, options.vsix ?? builtVsix);
    writeSettings(profile, { 'otaplan.connections': [{ name: 'Bench', server: load.url }], ...options.settings });
    [server, browser] = await Promise.all([startVscode(profile), launchChromium()]);
    const url = `http://127.0.0.1:${server.port}/?folder=${encodeURIComponent(profile.workspace)}`;
    const workbench = await openWorkbench(browser, url, options.shots ?? folder);
    await signIn(workbench, load);
    await measure(workbench, server, load, prepared);
  } catch (error) {
    process.exitCode = 1;
    console.error(error);
    const page = browser?.contexts()[0]?.pages()[0];
    await page?.screenshot({ path: path.join(tmpdir(), 'otaplan-bench-failed.png') }).catch(() => undefined);
  } finally {
    await browser?.close().catch(() => undefined);
    await server?.stop();
    load?.process.kill('SIGTERM');
    await load?.client.close();
    profile.remove();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
  }
  process.exit();
}
