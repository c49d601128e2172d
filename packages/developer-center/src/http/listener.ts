import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
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
  const connections = new Connections(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 4096 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    address: addressOf(server),
    close: (clock) => stop(server, connections, clock),
  };
}

const malformed = JSON.stringify({
  type: problemType('invalid-request'),
  title: problems['invalid-request'].title,
  status: 400,
  detail: 'The request is not HTTP as it should be.',
});

/**
 * The connections, by how many requests are under way on each. Node's own notion of an idle one leaves out those that never sent
 * a request, which clients open ahead of need: they would hold up the end.
 */
class Connections {
  readonly #underWay = new Map<Socket, number>();
  #closing = false;

  constructor(server: Server) {
    server.on('connection', (socket) => {
      this.#underWay.set(socket, 0);
      socket.on('close', () => this.#underWay.delete(socket));
    });
    server.on('request', ({ socket }, response) => {
      this.#count(socket, 1);
      response.on('close', () => {
        this.#count(socket, -1);
        if (this.#closing && this.#underWay.get(socket) === 0) socket.end();
      });
    });
  }

  /** Ends those on which nothing is under way, now and from now on. */
  endIdle(): void {
    this.#closing = true;
    for (const [socket, count] of this.#underWay) if (count === 0) socket.destroy();
  }

  #count(socket: Socket, change: number): void {
    const count = this.#underWay.get(socket);
    if (count !== undefined) this.#underWay.set(socket, count + change);
  }
}

function stop(server: Server, connections: Connections, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(graceMs, () => server.closeAllConnections());
    server.close(() => {
      cancel();
      resolve();
    });
    connections.endIdle();
  });
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no address.');
  return address;
}
