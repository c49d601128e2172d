import { readdirSync, readFileSync } from 'node:fs';
import type { Locator } from 'playwright-core';
import { type Load, planName } from './bench-load.ts';
import type { VscodeServer } from './vscode-server.ts';
import type { Workbench } from './workbench.ts';

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
export async function signIn(workbench: Workbench, load: Load): Promise<void> {
  await workbench.page.locator('.activitybar .action-label[aria-label*="Upgrade Monitor"]').first().click();
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
