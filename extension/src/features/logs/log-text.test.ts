import type { LogLine } from '@otaplan/client';
import { describe, expect, it } from 'vitest';
import { createLogText, type LogText } from './log-text.ts';

function line(id: number, attempt: number, text: string, reported: string | null = null): LogLine {
  const time = new Date(Date.UTC(2027, 2, 28, 0, 59, id)).toISOString();
  return { id, time, component: 'FOTA', attempt, cause: 'device', text, reported };
}
const make = (most = 1000) =>
  createLogText({
    heading: ['Spring'],
    zone: 'Europe/Berlin',
    most,
    headingOf: (component, attempt) => `${component} attempt ${attempt}`,
    gone: (count) => `${count} gone`,
  });

const textOf = (log: LogText) => new TextDecoder().decode(log.bytes());
/** Its attempts as their first and last lines. */
const attemptsOf = (log: LogText) => {
  const lines = textOf(log).split('\n');
  return log.attempts().map(([first, last]) => [lines[first]?.trim(), lines[last]?.slice(33)]);
};

describe('a log as text', () => {
  it('heads each attempt and indents its lines, in the zone of the plan', () => {
    const log = make();
    log.add([line(1, 1, 'downloading'), line(2, 1, 'failed', '12'), line(61, 2, 'downloading')]);
    expect(textOf(log).split('\n')).toEqual([
      '# Spring',
      '',
      'FOTA attempt 1',
      '  2027-03-28 01:59:01  device    downloading',
      '  2027-03-28 01:59:02  device    failed [12]',
      '',
      'FOTA attempt 2',
      // the clock went forward at two
      '  2027-03-28 03:00:01  device    downloading',
      '',
    ]);
    expect(log.last()).toBe(61);
  });
  it('does not let a device’s words make another line', () => {
    const log = make();
    log.add([line(1, 1, 'bad\n  2027-01-01 00:00:00  platform  faked\u2028x\u001b[31m')]);
    expect(
      textOf(log)
        .trimEnd()
        .split(/[\n\u2028]/),
    ).toHaveLength(4);
    expect(textOf(log)).not.toContain('\u001b');
  });
  it('keeps the newest lines and says how many went', () => {
    const log = make(100);
    for (let id = 1; id <= 1000; id++) log.add([line(id, 1, `line ${id}`)]);
    expect(log.count()).toBeLessThanOrEqual(110);
    expect(textOf(log)).toContain('line 1000');
    expect(textOf(log)).toMatch(/# \d+ gone/);
  });
  it('knows where its attempts are, also as they grow and after the oldest lines went', () => {
    const log = make(4);
    log.add([line(1, 1, 'a')]);
    log.add([line(2, 1, 'b'), line(3, 2, 'c')]);
    expect(attemptsOf(log)).toEqual([
      ['FOTA attempt 1', 'b'],
      ['FOTA attempt 2', 'c'],
    ]);
    log.add([line(4, 2, 'd'), line(5, 3, 'e'), line(6, 3, 'ü')]);
    expect(textOf(log)).toContain('# 2 gone');
    expect(attemptsOf(log)).toEqual([
      ['FOTA attempt 2', 'd'],
      ['FOTA attempt 3', 'ü'],
    ]);
  });
  it('has none before its first line', () => {
    expect(make().attempts()).toEqual([]);
    expect(textOf(make())).toBe('# Spring\n');
  });
  it('does not change what it handed out', () => {
    const log = make();
    log.add([line(1, 1, 'a')]);
    const before = log.bytes();
    const text = new TextDecoder().decode(before);
    log.add([line(2, 1, 'b'.repeat(200_000))]);
    expect(new TextDecoder().decode(before)).toBe(text);
  });
  it('holds a hundred thousand lines, each once and in order', () => {
    const log = make(100_000);
    for (let id = 1; id <= 100_000; id += 500) {
      log.add(
        Array.from({ length: 500 }, (_, offset) =>
          line(id + offset, Math.ceil((id + offset) / 10), `line ${id + offset}.`),
        ),
      );
    }
    const ids = [...textOf(log).matchAll(/line (\d+)\.$/gm)].map(([, id]) => id);
    expect(log.count()).toBe(100_000);
    expect(ids).toHaveLength(100_000);
    expect(ids.every((id, index) => id === `${index + 1}`)).toBe(true);
  });
});
