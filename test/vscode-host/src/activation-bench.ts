#!/usr/bin/env node
/**
 * What activating the extension costs: the packaged extension in the real VS Code in windows that open a plan, one after the other
 * (`--rounds N`), each with an extension host of its own. What VS Code says of it (loading the code and the call of `activate`), and what it says of itself.
 */
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { builtVsix, exampleFolder } from './example.ts';
import { createProfile, extensionLogs, installVsix, startVscode, type VscodeServer } from './vscode-server.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

/** Milliseconds of the extension's own work in `activate`. Loading its code, which VS Code counts in, is told beside it. */
const limit = 50;

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '6' }, vsix: { type: 'string', default: builtVsix } },
});
const rounds = Number(options.rounds);

/** What *Running Extensions* says, once it says it. */
async function activation({ page }: Workbench): Promise<number> {
  const row = page.locator('.runtime-extensions-editor .extension', { hasText: 'Otaplan' });
  const time = row.locator('.activation-time', { hasText: /\d+ms/ });
  await time.waitFor();
  return Number(/(\d+)ms/.exec((await time.textContent()) ?? '')?.[1]);
}

function say(name: string, [first = Number.NaN, ...rest]: readonly number[]): number {
  const median = rest.toSorted((a, b) => a - b)[rest.length >> 1] ?? Number.NaN;
  console.log(
    `${name.padEnd(52)} first ${first} ms, then median ${median} ms (${Math.min(...rest)} to ${Math.max(...rest)})`,
  );
  return median;
}

const profile = createProfile({}, exampleFolder);
let server: VscodeServer | undefined;
let browser: Browser | undefined;
try {
  installVsix(profile, options.vsix);
  [server, browser] = await Promise.all([startVscode(profile), launchChromium()]);
  const url = `http://127.0.0.1:${server.port}/?folder=${encodeURIComponent(profile.workspace)}`;
  const told: number[] = [];
  while (told.length < rounds) {
    const workbench = await openWorkbench(browser, url, profile.dir);
    await workbench.openFile('spring.otaplan');
    await workbench.command('Developer: Show Running Extensions');
    told.push(await activation(workbench));
    await workbench.page.context().close();
  }
  say('load and activate, as VS Code says', told);
  const own = [...extensionLogs(profile, 'Otaplan', 10_000).matchAll(/activate: ([\d.]+) ms/g)];
  const median = say(
    'activate, as the extension says',
    own.map(([, milliseconds]) => Number(milliseconds)),
  );
  console.log(`limit ${limit} ms: ${median <= limit ? 'met' : 'missed'}`);
} catch (error) {
  process.exitCode = 1;
  console.error(error);
} finally {
  await browser?.close().catch(() => undefined);
  await server?.stop();
  profile.remove();
}
process.exit();
