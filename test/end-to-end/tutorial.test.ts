/** The tutorial, done as a reader does it: every file saved, every command typed in one shell, every answer compared. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answers, tutorialSteps } from './tutorial-page.ts';

const root = path.join(import.meta.dirname, '../..');
const page = readFileSync(path.join(root, 'docs/tutorial.md'), 'utf8');

/** Set to see what the commands answer, for writing the page. */
const show = process.env['OTAPLAN_SHOW_TUTORIAL'] !== undefined;
/** A command that takes longer waits for something that does not come. */
const longestMs = 30_000;

/** A shell that stays, as a terminal does, so that what one command sets the next one has. */
class Terminal {
  readonly home = mkdtempSync(path.join(tmpdir(), 'otaplan-tutorial-'));
  readonly #shell: ChildProcess;
  #output = '';
  #heard = () => {};

  constructor() {
    const bin = path.join(this.home, 'bin');
    mkdirSync(bin);
    const command = path.join(root, 'packages/cli/bin/otaplan.js');
    writeFileSync(path.join(bin, 'otaplan'), `#!/bin/sh\nexec "${process.execPath}" "${command}" "$@"\n`);
    chmodSync(path.join(bin, 'otaplan'), 0o755);
    const env = {
      PATH: [bin, path.dirname(process.execPath), process.env['PATH']].join(path.delimiter),
      HOME: this.home,
      LANG: 'C.UTF-8',
      TMPDIR: tmpdir(),
      GIT_CONFIG_NOSYSTEM: '1',
    };
    // A process group of its own: what a reader leaves running in the background ends with the terminal.
    this.#shell = spawn('bash', ['--noprofile', '--norc'], { cwd: this.home, env, detached: true });
    for (const stream of [this.#shell.stdout, this.#shell.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
        this.#heard();
      });
    }
  }

  /** Types a command, and returns everything that it wrote. */
  type(command: string): Promise<string> {
    this.#output = '';
    const end = 'END-OF-ANSWER';
    // The exit code of the command stays readable as $?. Both streams have to arrive whole.
    this.#shell.stdin?.write(
      `{ ${command}\n} </dev/null; __code=$?; printf '${end}'; printf '${end}' >&2; (exit $__code)\n`,
    );
    return new Promise((resolve, reject) => {
      const late = () => reject(new Error(`“${command}” did not end. Until then it said:\n${this.#output}`));
      const timer = setTimeout(late, longestMs);
      this.#heard = () => {
        if (this.#output.split(end).length <= 2) return;
        clearTimeout(timer);
        resolve(this.#output.replaceAll(end, ''));
      };
      this.#heard();
    });
  }

  close(): void {
    if (this.#shell.pid !== undefined) process.kill(-this.#shell.pid, 'SIGKILL');
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** What the page asks its reader to write otherwise: the dates, and a port when the usual one is taken. */
async function readersOwn(): Promise<(text: string) => string> {
  const day = (days: number) =>
    new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin' }).format(Date.now() + days * 86_400_000);
  const free = await new Promise<number>((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
  return (text) =>
    text.replaceAll('2026-12-01', day(0)).replaceAll('2026-12-03', day(2)).replaceAll('8181', String(free));
}

describe('docs/tutorial.md', () => {
  const steps = tutorialSteps(page);
  let terminal: Terminal;
  let own: (text: string) => string;

  beforeAll(async () => {
    terminal = new Terminal();
    own = await readersOwn();
  });
  afterAll(() => terminal.close());

  it('says what its reader sees', async () => {
    expect(steps.length).toBeGreaterThan(40);
    for (const step of steps) {
      if (step.kind === 'file') {
        const folder = (await terminal.type('pwd')).trim();
        writeFileSync(path.join(folder, step.name), own(step.text));
        continue;
      }
      const actual = await terminal.type(own(step.command));
      if (show) console.log(`$ ${step.command}\n${actual}`);
      // Shown side by side when they differ; the wildcards make an exact comparison useless.
      else if (!answers(own(step.answer), actual)) {
        expect(actual, `docs/tutorial.md:${step.line}: $ ${step.command}`).toBe(own(step.answer));
      }
    }
  });
});

describe('an answer of the page', () => {
  it('is compared line by line, but for what differs each time', () => {
    expect(answers('a\nb\n', 'a\nb\n')).toBe(true);
    expect(answers('a\n', 'a\nb\n')).toBe(false);
    expect(answers('', 'a\n')).toBe(false);
    expect(answers('at … o’clock (x)\n', 'at 12:00 o’clock (x)\n')).toBe(true);
    expect(answers('at … o’clock (x)\n', 'at 12:00 o’clock (y)\n')).toBe(false);
    expect(answers('a\n…\nz\n', 'a\nb\nc\nz\n')).toBe(true);
    expect(answers('a\n…\n', 'b\n')).toBe(false);
  });
});
