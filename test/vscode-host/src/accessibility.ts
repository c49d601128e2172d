import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Frame } from 'playwright-core';
import type { Workbench } from './workbench.ts';

/** What a person's system asks for, and the class that VS Code then gives to the body of a page. */
const themes = [
  ['light', 'none', 'vscode-light'],
  ['dark', 'none', 'vscode-dark'],
  ['dark', 'active', 'vscode-high-contrast'],
  ['light', 'active', 'vscode-high-contrast-light'],
] as const;

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** Runs axe on the dashboard's page in light, dark and high contrast, and demands that it finds nothing. */
export async function checkAccessibility({ page, shot }: Workbench, say: (text: string) => void): Promise<void> {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  for (const [colorScheme, forcedColors, className] of themes) {
    const theme = className.slice('vscode-'.length);
    await page.emulateMedia({ colorScheme, forcedColors });
    const frame = await dashboardFrame(page.frames());
    await frame.locator(`body.${className}`).waitFor();
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
    await shot(`dashboard-${theme}`);
    say(`axe finds nothing in ${theme}`);
  }
  await page.emulateMedia({ colorScheme: 'dark', forcedColors: 'none' });
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
