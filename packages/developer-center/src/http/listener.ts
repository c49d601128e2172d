import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { problems, problemType } from '@otaplan/api';
import type { Clock } from '../clock.ts';
import type { App } from './app.ts';

/** Headers must be here by then, and the whole request by the second: nobody holds a connection by dribbling. */
const headersMs = 15_000;
/** 100 MB at half a megabit a second take this long. */
const requestMs = 30 * 60_000;
/** Longer than a long poll, so that devices keep their connections between polls. */
const keepAliveMs = 75_000;
/** How long requests under way may take to end when the service stops. */
const graceMs = 4000;

/** The listening HTTP server. */
export interface Listening {
  readonly address: AddressInfo;
  /** Takes no more connections, lets requests under way end, and cuts off those that do not. */
  close(clock: Clock): Promise<void>;
}

/** Listens. Fails with the system's errors (`EADDRINUSE` and others). */
export async function listen(app: App, host: string, port: number): Promise<Listening> {
  const server = createServer(
    { headersTimeout: headersMs, requestTimeout: requestMs, keepAliveTimeout: keepAliveMs },
    getRequestListener(app.fetch, {
      overrideGlobalObjects: false,
      errorHandler: () =>
        new Response(malformed, { status: 400, headers: { 'Content-Type': 'application/problem+json' } }),
    }),
  );
  server.on('clientError', (_error, socket) => {
    if (!socket.writable) return;
    socket.end(
      `HTTP/1.1 400 Bad Request\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(malformed)}\r\nConnection: close\r\n\r\n${malformed}`,
    );
  });
  let closing = false;
  server.on('request', (_request, response) => {
    response.on('close', () => {
      if (closing) server.closeIdleConnections();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 4096 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    address: addressOf(server),
    close: (clock) => {
      closing = true;
      return stop(server, clock);
    },
  };
}

const malformed = JSON.stringify({
  type: problemType('invalid-request'),
  title: problems['invalid-request'].title,
  status: 400,
  detail: 'The request is not HTTP as it should be.',
});

function stop(server: Server, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(graceMs, () => server.closeAllConnections());
    server.close(() => {
      cancel();
      resolve();
    });
    server.closeIdleConnections();
  });
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no address.');
  return address;
}
