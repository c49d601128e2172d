import pc from 'picocolors';
import type { Io, Output } from '../io.ts';

export { shown } from '@otaplan/model';

export type Colors = ReturnType<typeof pc.createColors>;

/** Colors for an output: only on a terminal, and never against `NO_COLOR` (https://no-color.org). */
export function colorsFor(io: Io, output: Output): Colors {
  const plain = io.env['NO_COLOR'] !== undefined && io.env['NO_COLOR'] !== '';
  return pc.createColors(output.isTerminal && !plain && io.env['TERM'] !== 'dumb');
}

/** Columns side by side, as wide as their widest cell, the last one unpadded. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, visibleLength(cell));
  }
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell + ' '.repeat((widths[i] ?? 0) - visibleLength(cell))))
      .join('  ');
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('');
}

/** Length without color codes. */
function visibleLength(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: color codes begin with the escape character.
  return [...text.replace(/\x1b\[\d+m/g, '')].length;
}

/** Writes one JSON document. */
export function writeJson(io: Io, value: unknown): Promise<void> {
  return io.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Writes one line of a JSON stream. */
export function writeJsonLine(io: Io, value: unknown): Promise<void> {
  return io.stdout.write(`${JSON.stringify(value)}\n`);
}
