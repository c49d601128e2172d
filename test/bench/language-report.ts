import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Goals as ratios, and whether they were reached. */
export class Goals {
  private readonly all: { what: string; value: number; most: number }[] = [];

  /** @param value is no number where what it is made of was not measured */
  atMost(what: string, value: number, most: number): void {
    if (!Number.isNaN(value)) this.all.push({ what, value, most });
  }

  lines(): string[] {
    const ratio = (value: number) => (value < 0.5 ? `1/${(1 / value).toFixed(0)}` : value.toFixed(1));
    return [
      '| goal | at most | reached | |',
      '|---|---|---|---|',
      ...this.all.map(
        ({ what, value, most }) =>
          `| ${what} | ${ratio(most)} | ${ratio(value)} | ${value <= most ? 'met' : '**missed**'} |`,
      ),
    ];
  }
}

/** Puts a text under a heading of a Markdown file, in the place of what stood there; other sections stay as they are. */
export function writeSection(file: string, heading: string, text: string): void {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '# Benchmarks\n';
  const lines = before.split('\n');
  const start = lines.indexOf(`## ${heading}`);
  const section = [`## ${heading}`, '', ...text.split('\n'), ''];
  if (start === -1) {
    writeFileSync(file, `${before.trimEnd()}\n\n${section.join('\n')}`);
    return;
  }
  const next = lines.findIndex((line, index) => index > start && line.startsWith('## '));
  const rest = next === -1 ? [] : lines.slice(next);
  writeFileSync(file, [...lines.slice(0, start), ...section, ...rest].join('\n'));
}
