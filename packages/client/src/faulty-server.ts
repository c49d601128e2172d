import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A real HTTP server for tests that answers the log-in and hands everything else to the test. */
export interface FaultyServer extends AsyncDisposable {
  readonly url: string;
  readonly logins: string[];
  /** Requests after the log-in: method, path, headers, body. */
  readonly requests: {
    method: string;
    url: string;
    headers: IncomingMessage['headers'];
    body: string;
  }[];
  /** Tokens that the server takes; the log-in adds one. */
  readonly tokens: Set<string>;
}

export type Answer = (request: IncomingMessage, reply: ServerResponse, turn: number, body: string) => void;

/** @param answer called with the number of the request, from 0 */
export async function faultyServer(answer: Answer): Promise<FaultyServer> {
  const logins: string[] = [];
  const requests: FaultyServer['requests'] = [];
  const tokens = new Set<string>();
  const server = createServer(async (request, reply) => {
    const url = request.url ?? '';
    if (url.includes('/accessKeyLogin')) {
      logins.push(url);
      const token = `QJWT t${logins.length}`;
      tokens.add(token);
      json(reply, 200, { code: 200, access_token: token, expires_in: 86400 });
      return;
    }
    const parts: Buffer[] = [];
    try {
      for await (const chunk of request) parts.push(chunk as Buffer);
    } catch {
      return;
    }
    const body = Buffer.concat(parts).toString();
    requests.push({ method: request.method ?? '', url, headers: request.headers, body });
    if (!tokens.has(request.headers.authorization ?? '')) {
      json(reply, 200, { code: 91004, msg: 'wrong token' });
      return;
    }
    answer(request, reply, requests.length - 1, body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    logins,
    requests,
    tokens,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with JSON. */
export function json(
  reply: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  reply.writeHead(status, { 'content-type': 'application/json', ...headers });
  reply.end(JSON.stringify(value));
}

/** Answers with a problem document of the OTA management API. */
export function problem(
  reply: ServerResponse,
  status: number,
  name: string,
  headers: Record<string, string> = {},
): void {
  json(reply, status, { type: `urn:otaplan:problem:${name}`, title: `Title of ${name}.`, status }, headers);
}
