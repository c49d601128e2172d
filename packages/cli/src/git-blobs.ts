import { spawn } from 'node:child_process';
import { CliError, exits } from './io.ts';

/** Reads blobs of a repository, in any order and number, through one `git cat-file --batch`. */
export interface Blobs {
  /** The content of a blob by its id. Throws a CliError when Git cannot give it. */
  read(id: string): Promise<Buffer>;
  close(): void;
}

/** Opens the blobs of the repository at `folder`. */
export function readBlobs(folder: string, signal: AbortSignal): Blobs {
  const git = spawn('git', ['cat-file', '--batch'], { cwd: folder, signal, stdio: ['pipe', 'pipe', 'ignore'] });
  const waiting: { done: (content: Buffer) => void; fail: (error: unknown) => void }[] = [];
  let chunks: Buffer[] = [];
  let held = 0;
  /** Size of the blob whose header was read; `null`: a header comes next. */
  let size: number | null = null;
  let closed = false;
  const failAll = () => {
    const error = new CliError(exits.usage, 'Git could not read the files of the revision (git cat-file).');
    for (const { fail } of waiting.splice(0)) fail(error);
  };
  git.on('error', failAll);
  git.on('close', () => {
    closed = true;
    failAll();
  });
  git.stdin.on('error', () => {});
  git.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    held += chunk.length;
    for (;;) {
      // Large blobs arrive in many chunks: they are joined once, when all of it is there.
      if (size !== null && held < size + 1) return;
      const all = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
      let rest: Buffer;
      if (size === null) {
        const end = all.indexOf(10);
        chunks = [all];
        if (end === -1) return;
        const match = /^[0-9a-f]+ blob (\d+)$/.exec(all.subarray(0, end).toString('latin1'));
        if (match) size = Number(match[1]);
        else waiting.shift()?.fail(new CliError(exits.usage, 'Git lacks a file of the revision. Fetch it first.'));
        rest = all.subarray(end + 1);
      } else {
        waiting.shift()?.done(Buffer.from(all.subarray(0, size)));
        rest = all.subarray(size + 1);
        size = null;
      }
      chunks = rest.length > 0 ? [rest] : [];
      held = rest.length;
      if (held === 0) return;
    }
  });
  return {
    read: (id) =>
      new Promise((done, fail) => {
        waiting.push({ done, fail });
        if (closed) failAll();
        else git.stdin.write(`${id}\n`);
      }),
    close: () => void git.stdin.end(),
  };
}
