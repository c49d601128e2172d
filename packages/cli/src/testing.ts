import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { systemAmbient } from '@otaplan/client/system';
import type { Io } from './io.ts';
import { run } from './run.ts';

/** What a run of the command line left behind. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** stdout as one JSON document. */
  json(): unknown;
  /** stdout as a stream of JSON lines. */
  lines(): unknown[];
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Record<string, string>;
  readonly stdin?: string;
  readonly signal?: AbortSignal;
}

/** A process's surroundings with outputs that are no terminals, and what is written to them. */
export function ioFor(options: RunOptions): { io: Io; written: { out: string; err: string } } {
  const written = { out: '', err: '' };
  const sink = (name: keyof typeof written) => ({
    write: (text: string) => {
      written[name] += text;
      return Promise.resolve();
    },
    isTerminal: false,
    columns: 80,
    rows: 24,
  });
  const io: Io = {
    cwd: options.cwd,
    env: options.env ?? {},
    zoneData: process.versions['tz'] ?? '',
    stdout: sink('out'),
    stderr: sink('err'),
    stdin: Readable.from([options.stdin ?? '']),
    ambient: systemAmbient,
    signal: options.signal ?? new AbortController().signal,
  };
  return { io, written };
}

/** Runs the command line in this process, with outputs that are no terminals. */
export async function otaplan(options: RunOptions, ...args: string[]): Promise<Ran> {
  const { io, written } = ioFor(options);
  const code = await run(args, io);
  const { out, err } = written;
  const lines = () =>
    out
      .split('\n')
      .filter(Boolean)
      .map((line): unknown => JSON.parse(line));
  return { code, out, err, lines, json: () => JSON.parse(out) };
}

/** A new folder with files. */
export function folder(files: Record<string, string | Buffer>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'otaplan-cli-')));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

/** A catalogue of one product with one full package, and a plan on it that is valid now. */
export function example(change: { retry?: number; devices?: readonly string[]; name?: string } = {}) {
  const firmware = Buffer.alloc(1000, 'firmware');
  const digest = createHash('sha256').update(firmware).digest('hex');
  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const devices = change.devices ?? ['A0001', 'A0002'];
  return {
    'firmware/m.bin': firmware,
    'catalog.otaplan': `product meter {
  key  "p1WM01"
  name "Meter"
  component modem: module "FOTA"
}

package "Modem 2.4.0" {
  for     module
  version "2.4.0"
  file    "firmware/m.bin" sha256 "${digest}"
}

devices pilot of meter {
${devices.map((key) => `  ${key}\n`).join('')}}
`,
    'spring.otaplan': `import "catalog.otaplan"

plan "${change.name ?? 'Spring'}" {
  product   meter
  effective ${day(-1)} 00:00 to ${day(9)} 00:00 in "UTC"

  targets {
    include pilot
  }

  upgrade modem to "2.4.0" from "2.3.0"

  mode silent {
    push any time
  }

  retry ${change.retry ?? 3} times
}
`,
  };
}
