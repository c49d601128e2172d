import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CliError, exits, type Io } from '../io.ts';

/**
 * Asks on the terminal and takes only a clear yes.
 * @param instead what to do where there is no terminal to ask on
 * @throws CliError `usage` without a terminal; `no` when the answer is anything else
 */
export async function confirm(io: Io, question: string, instead = 'Use --yes if you are sure.'): Promise<void> {
  if (!io.stdin.isTTY || !io.stderr.isTerminal)
    throw new CliError(exits.usage, `There is no terminal to confirm on. ${instead}`);
  const answer = await ask(io, `${question} [y/N] `, false);
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError(exits.no, 'Nothing was done.');
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
