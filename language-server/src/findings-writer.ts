import type { Writable } from 'node:stream';
import {
  AbstractMessageWriter,
  type Diagnostic,
  type Message,
  type PublishDiagnosticsParams,
} from 'vscode-languageserver';

/** So many findings are written as one piece: few pieces to hand on, and little to write again where one changed. */
const most = 64;

/** Findings that stood one behind the other, and what they are on the wire: each with a comma before it. */
interface Piece {
  readonly diagnostics: readonly Diagnostic[];
  readonly bytes: Buffer;
}

/** By the first finding of a piece. Findings that stay where they are stay the same objects. */
const written = new WeakMap<Diagnostic, Piece>();

/**
 * A writer of messages for which a long list of findings, sent again at each keystroke, costs next to nothing: LSP wants
 * all findings of a file every time, and making text of 500 of them takes longer than finding them. What was written
 * before is neither made nor copied again: head and pieces go out as they are, in one call of the system, which costs as
 * much as checking what was typed.
 */
export class FindingsWriter extends AbstractMessageWriter {
  private readonly output: Writable;
  private failures = 0;

  constructor(output: Writable) {
    super();
    this.output = output;
    output.on('error', (error: Error) => this.fireError(error));
    output.on('close', () => this.fireClose());
  }

  /** Rejects when the message could not be written; whoever listens to `onError` is told as well. */
  write(message: Message): Promise<void> {
    const pieces = encoded(message);
    let length = 0;
    for (const { byteLength } of pieces) length += byteLength;
    const [first = '', ...others] = pieces;
    const head = Buffer.concat([Buffer.from(`Content-Length: ${length}\r\n\r\n`), Buffer.from(first)]);
    return new Promise((resolve, reject) => {
      const done = (error?: Error | null) => {
        if (!error) {
          resolve();
          return;
        }
        this.failures++;
        this.fireError(error, message, this.failures);
        reject(error);
      };
      // All that is said before the next turn goes out together: while a folder is read that is dozens of messages.
      this.output.cork();
      process.nextTick(() => this.output.uncork());
      const last = others.pop() ?? none;
      this.output.write(head);
      for (const piece of others) this.output.write(piece);
      this.output.write(last, done);
    });
  }

  end(): void {
    this.output.end();
  }
}

/** A message as JSON in UTF-8, in pieces. */
export function encoded(message: Message): Uint8Array[] {
  if (!isFindings(message) || message.params.diagnostics.length === 0) return [Buffer.from(JSON.stringify(message))];
  const { diagnostics, ...params } = message.params;
  // Both objects end with a brace; the findings go in before it.
  const head = Buffer.from(`${JSON.stringify({ ...message, params }).slice(0, -2)},"diagnostics":[`);
  const pieces: Uint8Array[] = [head];
  for (let at = 0; at < diagnostics.length; ) {
    const piece = known(diagnostics, at) ?? make(diagnostics, at);
    pieces.push(at === 0 ? piece.bytes.subarray(1) : piece.bytes);
    at += piece.diagnostics.length;
  }
  pieces.push(end);
  return pieces;
}

const end = Buffer.from(']}}');
const none = Buffer.alloc(0);

/** The piece that was written of these findings, where all of them are still there. */
function known(diagnostics: readonly Diagnostic[], at: number): Piece | undefined {
  const first = diagnostics[at];
  const piece = first && written.get(first);
  return piece?.diagnostics.every((each, index) => each === diagnostics[at + index]) ? piece : undefined;
}

/** Writes findings up to the next piece that is known. */
function make(diagnostics: readonly Diagnostic[], at: number): Piece {
  let to = at + 1;
  while (to < diagnostics.length && to - at < most && !known(diagnostics, to)) to++;
  const all = diagnostics.slice(at, to);
  const piece = { diagnostics: all, bytes: Buffer.from(`,${asciiJson(all).slice(1, -1)}`) };
  const [first] = all;
  if (first) written.set(first, piece);
  return piece;
}

/**
 * JSON in ASCII alone: our sentences have “quotes”, and one letter beyond ASCII makes whoever reads 100 kB of findings
 * spend four times as long on them, at each keystroke.
 */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function isFindings(message: Message): message is Message & { params: PublishDiagnosticsParams } {
  return 'method' in message && message.method === 'textDocument/publishDiagnostics' && 'params' in message;
}
