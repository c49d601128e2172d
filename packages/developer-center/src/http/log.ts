import { pino } from 'pino';

/** What the service writes its log with. Fields come first, as pino has them; no field ever holds a secret. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const silentLog: Log = { info() {}, warn() {}, error() {} };

/**
 * A log of JSON lines. JSON escapes line ends and control characters, so a name from outside cannot forge a line;
 * direction marks, which JSON leaves alone, are replaced.
 * @param destination takes whole lines
 */
export function jsonLog(destination: { write(line: string): void }, level = 'info'): Log {
  return pino(
    { level, base: null, formatters: { level: (label) => ({ level: label }) } },
    {
      write: (line: string) =>
        destination.write(line.replace(/[\u0080-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '\ufffd')),
    },
  );
}
