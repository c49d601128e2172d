import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Frame } from 'playwright-core';
import type { Workbench } from './workbench.ts';

const themes = ['Default Light Modern', 'Default Dark Modern', 'Default High Contrast', 'Default High Contrast Light'];

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** Runs axe on the dashboard's page in light, dark and high contrast, and demands that it finds nothing. */
export async function checkAccessibility({ page, command, answer, shot }: Workbench, say: (text: string) => void) {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  for (const theme of themes) {
    await command('Preferences: Color Theme');
    await answer(theme);
    const frame = await dashboardFrame(page.frames());
    await page.waitForTimeout(500);
    // evaluated by the debugger: the page's own policy, which lets no other script in, stays as it is
    await frame.evaluate(axe);
    const violations = await frame.evaluate(async () => {
      const { axe: loaded } = globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
      return (await loaded.run()).violations;
    });
    const told = violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}\n${nodes.map((node) => `  ${node.html}\n  ${node.failureSummary}`).join('\n')}`,
    );
    assert.deepEqual(told, [], theme);
    await shot(`dashboard-${theme.toLowerCase().replaceAll(' ', '-')}`);
    say(`axe finds nothing in ${theme}`);
  }
  await command('Preferences: Color Theme');
  await answer('Default Dark Modern');
}

async function dashboardFrame(frames: readonly Frame[]): Promise<Frame> {
  for (const frame of frames) {
    if (
      (await frame
        .locator('button[data-status]')
        .count()
        .catch(() => 0)) > 0
    )
      return frame;
  }
  throw new Error('the dashboard is not open');
}
