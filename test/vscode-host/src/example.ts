import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../..');
/** The example that tests and the demonstration open. */
export const exampleFolder = path.join(root, 'examples/water-meter');
export const builtVsix = path.join(root, 'extension/dist/otaplan.vsix');
export const exampleProduct = 'p1WM01';

/** Moves the example's plan of one day to now, so that it can be rolled out at once. */
export function moveToToday(folder: string, now: number): void {
  const file = path.join(folder, 'today.otaplan');
  const day = (at: number) => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin' }).format(at);
  const period = `effective ${day(now)} 00:00 to ${day(now + 2 * 86_400_000)} 00:00 in "Europe/Berlin"`;
  const text = readFileSync(file, 'utf8');
  const moved = text.replace(/effective .* in ".*"/, period).replace('include pilot, berlin', 'include pilot');
  if (moved === text) throw new Error(`${file} has no line “effective …” any more.`);
  writeFileSync(file, moved);
}
