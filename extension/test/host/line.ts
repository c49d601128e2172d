import { connect, createServer, type Server, type Socket } from 'node:net';

/** The network between the extension and a Developer Center, which a test can cut, mend, and listen to. */
export interface Line {
  readonly port: number;
  /** Requests that went over it so far: method and path. */
  readonly requests: string[];
  /** Breaks every connection and takes no new ones. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** From now on the server sees a spoilt signature on every token that went over the line before, as if it had expired. */
  expireTokens(): void;
  end(): Promise<void>;
}

/** A line on 127.0.0.1 to a port. */
export async function createLine(to: () => number): Promise<Line> {
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  const seen = new Set<string>();
  const spoilt = new Set<string>();

  function onRequest(chunk: Buffer): Buffer {
    const text = chunk.toString('latin1');
    for (const [, what] of text.matchAll(/^((?:GET|POST|PUT|DELETE) \S+) HTTP\/1\.1\r$/gm)) {
      if (what) requests.push(what.replace(/\?.*accessKeyLogin.*|(?<=accessKeyLogin).*/, ''));
    }
    return Buffer.from(
      text.replace(/^(authorization: )(QJWT \S+)/gim, (_, name: string, token: string) => {
        seen.add(token);
        return name + (spoilt.has(token) ? token.replace(/.{8}$/, 'AAAAAAAA') : token);
      }),
      'latin1',
    );
  }
  function listen(port: number): Promise<Server> {
    const server = createServer((from) => {
      const onward = connect(to(), '127.0.0.1');
      for (const socket of [from, onward]) {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
        socket.on('error', () => {
          from.destroy();
          onward.destroy();
        });
      }
      from.on('data', (chunk) => onward.write(onRequest(chunk)));
      from.on('end', () => onward.end());
      onward.pipe(from);
    });
    return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
  }
  let server: Server | undefined = await listen(0);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  async function cut(): Promise<void> {
    const closing = server;
    server = undefined;
    for (const socket of sockets) socket.destroy();
    if (closing) await new Promise((resolve) => closing.close(resolve));
  }
  return {
    port,
    requests,
    cut,
    async mend() {
      server ??= await listen(port);
    },
    expireTokens() {
      for (const token of seen) spoilt.add(token);
    },
    end: cut,
  };
}
