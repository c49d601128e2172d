import type { Ambient } from '@otaplan/client';

/** All that a command touches of the process it runs in. The entry file makes it. */
export interface Io {
  /** Working directory, absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Version of the zone data of this Node, such as `2026c`. */
  readonly zoneData: string;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean; setRawMode?(on: boolean): unknown };
  readonly ambient: Ambient;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
}

export interface Output {
  /** Resolves when more may be written: a slow reader slows the writer. */
  write(text: string): Promise<void>;
  readonly isTerminal: boolean;
  /** Width of the terminal in columns. */
  readonly columns: number;
  readonly rows: number;
}

/** Exit codes, as scripts depend on them. */
export const exits = { done: 0, no: 1, usage: 2, unreachable: 3, unknown: 4, interrupted: 130 } as const;
export type ExitCode = (typeof exits)[keyof typeof exits];

/** An end that a user can act on: one or two sentences, and the exit code that tells the truth. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exit: ExitCode;
  constructor(exit: ExitCode, message: string) {
    super(message);
    this.exit = exit;
  }
}
