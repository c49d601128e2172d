import { createServer, request as send } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

/** A real HTTP proxy for tests: whatever host is asked for, one port of this machine answers. */
export interface ForwardProxy extends AsyncDisposable {
  readonly url: string;
  /** What was asked of it: `GET http://host/path` without a query, `CONNECT host:port`. */
  readonly seen: string[];
}

/** @param port of this machine, to which everything goes */
export async function forwardProxy(port: number): Promise<ForwardProxy> {
  const seen: string[] = [];
  const server = createServer((asked, reply) => {
    const url = new URL(asked.url ?? '');
    seen.push(`${asked.method} ${url.origin}${url.pathname}`);
    const { method, headers } = asked;
    const onward = send(
      { host: '127.0.0.1', port, method, headers, path: `${url.pathname}${url.search}` },
      (answer) => {
        reply.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(reply);
      },
    );
    onward.on('error', () => reply.destroy());
    asked.pipe(onward);
  });
  server.on('connect', (asked, socket) => {
    seen.push(`CONNECT ${asked.url}`);
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [onward, socket]) {
      end.on('error', () => {
        onward.destroy();
        socket.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
