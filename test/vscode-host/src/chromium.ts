import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const usualPlaces = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

function findChromium(): string | undefined {
  return [process.env['CHROMIUM_PATH'], ...usualPlaces].find((place) => place && existsSync(place));
}

/** Installs Debian's Chromium where that is allowed (root, apt-get at hand). A missing browser must fail, never pass. */
function installChromium(): void {
  const script = path.join(import.meta.dirname, '../../../scripts/system-packages.ts');
  spawnSync(process.execPath, [script, 'chromium', 'fonts-dejavu-core'], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** The path of a Chromium; throws with what to do when there is none and none can be installed. */
export function chromiumPath(): string {
  if (!findChromium()) installChromium();
  const found = findChromium();
  if (!found) throw new Error('No Chromium was found: install it (apt-get install chromium) or set CHROMIUM_PATH.');
  return found;
}

/** A headless Chromium that talks to nobody but the pages it is given. */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    headless: true,
    // a cold start took 14 s where it was measured
    timeout: 60_000,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
