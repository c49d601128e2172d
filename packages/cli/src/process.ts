import { systemAmbient } from '@otaplan/client/system';
import type { Output } from './io.ts';
import { run } from './run.ts';

function output(stream: NodeJS.WriteStream): Output {
  // Whoever reads from us may stop at any time (`otaplan devices | head`); that is no failure of ours.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    write: (text) => (stream.write(text) ? Promise.resolve() : new Promise((resolve) => stream.once('drain', resolve))),
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.columns || 80;
    },
    get rows() {
      return stream.rows || 24;
    },
  };
}

/** Hands the process to the program, and its exit code back. Ends the process. */
export async function runProcess(): Promise<never> {
  const interrupt = new AbortController();
  let interrupts = 0;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      interrupts++;
      // The first asks to end cleanly, the second does not wait.
      if (interrupts > 1) process.exit(130);
      interrupt.abort();
    });
  }

  process.exitCode = await run(process.argv.slice(2), {
    cwd: process.cwd(),
    env: process.env,
    zoneData: process.versions['tz'] ?? 'unknown',
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    // Opened where somebody reads it: that takes time.
    get stdin() {
      return process.stdin;
    },
    ambient: systemAmbient,
    signal: interrupt.signal,
  });
  // What was written has to arrive (pipes are slow on some systems); timers and sockets left behind must not keep the process.
  const flushed = (stream: NodeJS.WriteStream) => new Promise<void>((done) => stream.write('', () => done()));
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  return process.exit();
}
