import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';

/** A person at VS Code's workbench: what can be done by mouse and keyboard, with the selectors that held. */
export interface Workbench {
  readonly page: Page;
  /** Runs a command by its title through the palette. */
  command(title: string): Promise<void>;
  openFile(name: string): Promise<void>;
  /** Types an answer into the input at the top. */
  answer(text: string): Promise<void>;
  /** Presses a button of the dialog in the middle. */
  dialog(button: string): Promise<string>;
  /** A row of the Upgrade Monitor. */
  row(text: string | RegExp): Locator;
  /** Opens a row that is closed. */
  expand(row: Locator): Promise<void>;
  notification(text: string | RegExp): Locator;
  /** Closes every notification. */
  quiet(): Promise<void>;
  shot(name: string): Promise<void>;
}

/** Opens the workbench in a page. @param shots folder for screenshots */
export async function openWorkbench(browser: Browser, url: string, shots: string): Promise<Workbench> {
  const context = await browser.newContext({
    viewport: { width: 1400, height: 900 },
    reducedMotion: 'reduce',
    colorScheme: 'dark',
  });
  const page = await context.newPage();
  // these machines may be very busy
  page.setDefaultTimeout(90_000);
  await page.goto(url, { waitUntil: 'domcontentloaded', timeout: 120_000 });
  await page.waitForSelector('.monaco-workbench');
  const input = page.locator('.quick-input-widget input').first();
  const workbench: Workbench = {
    page,
    async command(title) {
      await page.keyboard.press('F1');
      await input.fill(`>${title}`);
      await page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().waitFor();
      await page.keyboard.press('Enter');
    },
    async openFile(name) {
      await page.locator('.explorer-folders-view .monaco-list-row', { hasText: name }).first().dblclick();
      await page.locator('.tab', { hasText: name }).first().waitFor();
    },
    async answer(text) {
      await input.waitFor();
      await input.fill(text);
      await page.keyboard.press('Enter');
    },
    async dialog(button) {
      const box = page.locator('.monaco-dialog-box');
      await box.waitFor();
      const text = (await box.textContent()) ?? '';
      await box
        .locator('.monaco-button, .dialog-buttons a', { hasText: new RegExp(`^${button}$`) })
        .first()
        .click();
      await box.waitFor({ state: 'hidden' });
      return text;
    },
    row: (text) => page.locator('.pane-body .monaco-list-row', { hasText: text }).first(),
    async expand(row) {
      await row.waitFor();
      if ((await row.getAttribute('aria-expanded')) !== 'false') return;
      await row.locator('.monaco-tl-twistie').click();
    },
    notification: (text) => page.locator('.notification-toast', { hasText: text }).first(),
    async quiet() {
      await workbench.command('Notifications: Clear All Notifications');
    },
    async shot(name) {
      await page.screenshot({ path: path.join(shots, `${name}.png`) });
    },
  };
  return workbench;
}
