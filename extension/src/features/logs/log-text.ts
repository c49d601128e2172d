import type { LogLine } from '@otaplan/client';

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

/** A component's log as text: one line a line, below a heading for each attempt, so that it folds by indentation. */
export interface LogText {
  add(lines: readonly LogLine[]): void;
  /** Id of the last line; `undefined`: none yet. */
  last(): number | undefined;
  count(): number;
  text(): string;
}

/** One line of the document. New lines and control characters in what a device said cannot make another line. */
export function logLine(line: LogLine, timeOf: (instant: string) => string): string {
  const reported = line.reported === null ? '' : ` [${line.reported}]`;
  const text = `${line.text}${reported}`.replace(/[\p{Cc}\u2028\u2029]/gu, '\ufffd');
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

export function createLogText(options: LogTextOptions): LogText {
  const timeOf = localTimes(options.zone);
  const kept: { readonly heading: string; readonly text: string }[] = [];
  let dropped = 0;
  let last: number | undefined;
  return {
    add(lines) {
      for (const line of lines) {
        last = line.id;
        kept.push({ heading: options.headingOf(line.component, line.attempt), text: logLine(line, timeOf) });
      }
      // Cut in large pieces: taking the first line away for every new one would copy the whole each time.
      const slack = Math.ceil(options.most / 10);
      if (kept.length > options.most + slack) dropped += kept.splice(0, kept.length - options.most).length;
    },
    last: () => last,
    count: () => kept.length,
    text() {
      const out = options.heading.map((words) => `# ${words}`);
      if (dropped > 0) out.push(`# ${options.gone(dropped)}`);
      let heading = '';
      for (const entry of kept) {
        if (entry.heading !== heading) out.push('', entry.heading);
        heading = entry.heading;
        out.push(entry.text);
      }
      return `${out.join('\n')}\n`;
    },
  };
}
