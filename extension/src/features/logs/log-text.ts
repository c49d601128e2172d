import type { LogLine } from '@otaplan/client';
import { createGrowingBytes } from './growing-bytes.ts';

export interface LogTextOptions {
  readonly heading: readonly string[];
  /** IANA name of the zone that times are shown in. */
  readonly zone: string;
  /** Most lines kept; the oldest go first. */
  readonly most: number;
  /** How a stretch of one component and attempt is headed. */
  readonly headingOf: (component: string, attempt: number) => string;
  /** What stands in the place of lines that went. */
  readonly gone: (count: number) => string;
}

/** First and last line, from 0, of an attempt: its heading, and the last of its lines. */
export type AttemptLines = readonly [first: number, last: number];

/** A component's log as text: one line a line, indented below a heading for each attempt. */
export interface LogText {
  add(lines: readonly LogLine[]): void;
  /** Id of the last line; `undefined`: none yet. */
  last(): number | undefined;
  count(): number;
  /** The whole text as UTF-8. Lines are written once, when they are added: a long log grows by what is new. */
  bytes(): Uint8Array;
  attempts(): readonly AttemptLines[];
}

const control = /[\p{Cc}\u2028\u2029]/u;
const controls = new RegExp(control, 'gu');

/** One line of the document. New lines and control characters in what a device said cannot make another line. */
export function logLine(line: LogLine, timeOf: (instant: string) => string): string {
  const reported = line.reported === null ? '' : ` [${line.reported}]`;
  const said = `${line.text}${reported}`;
  const text = control.test(said) ? said.replaceAll(controls, '\ufffd') : said;
  return `  ${timeOf(line.time)}  ${line.cause.padEnd(8)}  ${text}`;
}

/**
 * Times of a zone, to the second. Formatting is dear and lines come in bursts: the minute is formatted once, since no zone is off by
 * seconds any more.
 */
function localTimes(zone: string): (instant: string) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  let minute = Number.NaN;
  let words = '';
  return (instant) => {
    const at = Date.parse(instant);
    const within = Math.floor(at / 60_000);
    if (within !== minute) {
      minute = within;
      words = format.format(at);
    }
    return `${words}:${String(Math.floor(at / 1000) - within * 60).padStart(2, '0')}`;
  };
}

interface Entry {
  readonly heading: string;
  readonly text: string;
}

/** Headings of lines in their order: one text for a whole attempt, which has many lines. */
function headings(headingOf: LogTextOptions['headingOf']): (line: LogLine) => string {
  let component = '';
  let attempt = Number.NaN;
  let words = '';
  return (line) => {
    if (line.component !== component || line.attempt !== attempt) {
      ({ component, attempt } = line);
      words = headingOf(component, attempt);
    }
    return words;
  };
}

export function createLogText(options: LogTextOptions): LogText {
  const timeOf = localTimes(options.zone);
  const headingOf = headings(options.headingOf);
  const kept: Entry[] = [];
  let dropped = 0;
  let last: number | undefined;
  let written = createGrowingBytes();
  let lineCount = 0;
  let heading = '';
  let attempts: [first: number, last: number][] = [];

  function write(lines: readonly string[]): void {
    if (lines.length === 0) return;
    written.append(`${lines.join('\n')}\n`);
    lineCount += lines.length;
  }
  function writeEntries(entries: readonly Entry[]): void {
    const lines: string[] = [];
    for (const entry of entries) {
      if (entry.heading !== heading) {
        heading = entry.heading;
        lines.push('', heading);
        attempts.push([lineCount + lines.length - 1, 0]);
      }
      lines.push(entry.text);
      const attempt = attempts.at(-1);
      if (attempt) attempt[1] = lineCount + lines.length - 1;
    }
    write(lines);
  }
  function writeAnew(): void {
    written = createGrowingBytes();
    lineCount = 0;
    heading = '';
    attempts = [];
    write(options.heading.map((words) => `# ${words}`));
    if (dropped > 0) write([`# ${options.gone(dropped)}`]);
    writeEntries(kept);
  }
  writeAnew();
  return {
    add(lines) {
      const entries = lines.map((line) => ({ heading: headingOf(line), text: logLine(line, timeOf) }));
      last = lines.at(-1)?.id ?? last;
      for (const entry of entries) kept.push(entry);
      // Cut in large pieces: taking the first line away for every new one would write the whole each time.
      const slack = Math.ceil(options.most / 10);
      if (kept.length > options.most + slack) {
        dropped += kept.splice(0, kept.length - options.most).length;
        writeAnew();
      } else writeEntries(entries);
    },
    last: () => last,
    count: () => kept.length,
    bytes: () => written.all(),
    attempts: () => attempts,
  };
}
