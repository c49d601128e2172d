import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CliError, exits, type Io } from '../io.ts';

/** Asks on the terminal and takes only a clear yes. Without a terminal: refused, with what to do instead. */
export async function confirm(io: Io, question: string): Promise<boolean> {
  if (!io.stdin.isTTY || !io.stderr.isTerminal) {
    throw new CliError(
      exits.usage,
      'There is no terminal to confirm on. Look at the plan with “otaplan diff --deployed”, then use --yes.',
    );
  }
  const answer = await ask(io, `${question} [y/N] `, false);
  return /^y(es)?$/i.test(answer.trim());
}

/** Reads one line from the terminal; hidden: without showing it. */
export async function ask(io: Io, prompt: string, hidden: boolean): Promise<string> {
  await io.stderr.write(prompt);
  const output = new Writable({
    write(chunk, _encoding, done) {
      if (hidden) done();
      else void io.stderr.write(String(chunk)).then(() => done());
    },
  });
  const line = createInterface({ input: io.stdin, output, terminal: io.stdin.isTTY === true });
  try {
    return await line.question('', { signal: io.signal });
  } catch (error) {
    if (io.signal.aborted || (error instanceof Error && error.name === 'AbortError'))
      throw new CliError(exits.interrupted, 'Cancelled.');
    throw error;
  } finally {
    line.close();
    if (hidden) await io.stderr.write('\n');
  }
}
