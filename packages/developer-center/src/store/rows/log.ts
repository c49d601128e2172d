import type { LogCause, NewLogLine } from '../../engine/index.ts';
import type { LogRecord } from '../plans.ts';
import { type Row, textOrNull } from './row.ts';
import { storableText } from './text.ts';

const causes: readonly LogCause[] = ['device', 'platform', 'user', 'schedule'];

/** The columns of a log line. */
export interface LogColumns {
  readonly time: number;
  readonly component: number;
  readonly attempt: number;
  readonly cause: number;
  readonly text: string;
  readonly reported: string | null;
}

export function logColumnsOf({ time, component, attempt, cause, text, reported }: NewLogLine): LogColumns {
  return {
    time,
    component,
    attempt,
    cause: causes.indexOf(cause),
    text: storableText(text),
    reported: reported === null ? null : storableText(reported),
  };
}

/** A row of `log`. */
export function logOf(row: Row): LogRecord {
  return {
    id: Number(row['id']),
    time: Number(row['time']),
    component: Number(row['component']),
    attempt: Number(row['attempt']),
    cause: causes[Number(row['cause'])] ?? 'platform',
    text: String(row['text']),
    reported: textOrNull(row['reported']),
  };
}
