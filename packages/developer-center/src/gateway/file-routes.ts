import type { Socket } from 'node:net';
import { downloadFile } from '@otaplan/api';
import { joined } from '../bytes.ts';
import { ProblemError } from '../center/problem-error.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../http/log.ts';
import { forAnyone, type Route } from '../http/routes.ts';
import type { FileStore } from '../packages/file-store.ts';
import { requestedRange } from '../packages/ranges.ts';
import type { DownloadTokens } from './downloads.ts';

/** A range of at most so many bytes is read before it is answered. */
const wholeBytes = 256 * 1024;

/** The bytes of package files at signed addresses. */
export function fileRoutes(files: FileStore, tokens: DownloadTokens, clock: Clock, log: Log): Route[] {
  return [
    forAnyone(downloadFile, async ({ params, request, incoming }) => {
      const grant = tokens.read(params.token, clock.now());
      if (!grant)
        throw new ProblemError('not-permitted', 'The address is wrong or over. Read the plan again for a new one.');
      const size = await files.size(grant.sha256);
      if (size === null) throw new ProblemError('not-found', 'The package of this file was deleted.');
      if (size !== grant.size || !(await files.isSound(grant.sha256))) {
        log.error({ sha256: grant.sha256 }, 'A package file is damaged where it is kept and was not served.');
        throw new ProblemError('unavailable', 'The file is damaged at Developer Center. Upload it again.');
      }
      const etag = `"${grant.sha256}"`;
      const range = requestedRange(request.headers, size, etag);
      const headers = new Headers({
        'Accept-Ranges': 'bytes',
        ETag: etag,
        'Content-Type': 'application/octet-stream',
        'Content-Disposition': 'attachment',
        'Cache-Control': 'private, no-transform',
        'X-Content-Type-Options': 'nosniff',
      });
      if (range === 'unsatisfiable') {
        headers.set('Content-Range', `bytes */${size}`);
        return new Response(null, { status: 416, headers });
      }
      const { start, end } = range === 'whole' ? { start: 0, end: size - 1 } : range;
      headers.set('Content-Length', String(end - start + 1));
      if (range !== 'whole') headers.set('Content-Range', `bytes ${start}-${end}/${size}`);
      const bytes = files.read(grant.sha256, start, end);
      // Devices ask for ranges: one that fits into memory goes out in one piece, and what fails is still told as what it is.
      const body = end - start < wholeBytes ? await gather(bytes, log) : streamOf(bytes, incoming.socket, log);
      return new Response(body, { status: range === 'whole' ? 200 : 206, headers });
    }),
  ];
}

/** @throws ProblemError `unavailable` */
async function gather(bytes: AsyncIterable<Uint8Array<ArrayBuffer>>, log: Log): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  try {
    for await (const part of bytes) parts.push(part);
  } catch (error) {
    log.error({ err: error }, 'A package file could not be read to its end.');
    throw new ProblemError('unavailable', 'The file cannot be read at Developer Center now.');
  }
  return joined(parts);
}

/** Bytes as they are asked for. What fails on the way breaks the connection: the reader sees that it is cut, not that it is whole. */
function streamOf(
  bytes: AsyncGenerator<Uint8Array<ArrayBuffer>>,
  socket: Socket,
  log: Log,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let broken = false;
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        try {
          const next = await bytes.next();
          // The device hung up while the block was read: nobody takes it, and nothing failed.
          if (broken) return;
          if (next.done) controller.close();
          else controller.enqueue(next.value);
        } catch (error) {
          if (broken) return;
          log.error({ err: error }, 'A package file could not be read to its end.');
          socket.destroy();
          controller.close();
        }
      },
      async cancel() {
        broken = true;
        await bytes.return(undefined);
      },
    },
    // Nothing is read ahead: a reader that only asked for the headers costs no open file.
    { highWaterMark: 0 },
  );
}
