import {
  AbstractMessageWriter,
  type Diagnostic,
  type Message,
  type PublishDiagnosticsParams,
} from 'vscode-languageserver';

/** What a finding is on the wire. Findings that stay where they are stay the same objects, so they are written once. */
const written = new WeakMap<Diagnostic, Buffer>();
const comma = Buffer.from(',');

/**
 * A writer of messages for which a long list of findings, sent again at each keystroke, is mostly copying: LSP wants all
 * findings of a file every time, and making text of 500 of them takes longer than finding them. Head and body go out in
 * one piece: each call of the system costs as much as checking what was typed.
 */
export class FindingsWriter extends AbstractMessageWriter {
  private readonly output: NodeJS.WritableStream;
  private failures = 0;

  constructor(output: NodeJS.WritableStream) {
    super();
    this.output = output;
    output.on('error', (error: Error) => this.fireError(error));
    output.on('close', () => this.fireClose());
  }

  /** Rejects when the message could not be written; whoever listens to `onError` is told as well. */
  write(message: Message): Promise<void> {
    const body = encoded(message);
    const bytes = Buffer.concat([Buffer.from(`Content-Length: ${body.byteLength}\r\n\r\n`), body]);
    return new Promise((resolve, reject) => {
      this.output.write(bytes, (error) => {
        if (!error) {
          resolve();
          return;
        }
        this.failures++;
        this.fireError(error, message, this.failures);
        reject(error);
      });
    });
  }

  end(): void {
    this.output.end();
  }
}

/** A message as JSON in UTF-8. */
export function encoded(message: Message): Uint8Array {
  if (!isFindings(message)) return Buffer.from(JSON.stringify(message));
  const { diagnostics, ...params } = message.params;
  const parts: Buffer[] = [];
  for (const diagnostic of diagnostics) {
    if (parts.length > 0) parts.push(comma);
    parts.push(bytesOf(diagnostic));
  }
  // Both objects end with a brace; the findings go in before it.
  const head = JSON.stringify({ ...message, params }).slice(0, -2);
  return Buffer.concat([Buffer.from(`${head},"diagnostics":[`), ...parts, Buffer.from(']}}')]);
}

function bytesOf(diagnostic: Diagnostic): Buffer {
  const known = written.get(diagnostic);
  if (known) return known;
  const bytes = Buffer.from(JSON.stringify(diagnostic));
  written.set(diagnostic, bytes);
  return bytes;
}

function isFindings(message: Message): message is Message & { params: PublishDiagnosticsParams } {
  return 'method' in message && message.method === 'textDocument/publishDiagnostics' && 'params' in message;
}
