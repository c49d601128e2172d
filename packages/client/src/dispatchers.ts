import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import type { ExchangeOptions } from './exchange.ts';

/** Kept connections to servers: to this machine itself, and to others, there through a proxy if there is one. */
export interface Dispatchers {
  of(origin: string): Dispatcher;
  close(): Promise<void>;
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

export function createDispatchers({ proxy, noProxy, verifyCertificates = true }: ExchangeOptions): Dispatchers {
  const tls = { rejectUnauthorized: verifyCertificates };
  const settings = { connections: 32, connect: { timeout: 10_000, ...tls }, headersTimeout: 0, bodyTimeout: 0 };
  const proxies = {
    ...(proxy === undefined ? {} : { httpProxy: proxy, httpsProxy: proxy }),
    ...(noProxy === undefined ? {} : { noProxy }),
  };
  let here: Agent | undefined;
  let away: EnvHttpProxyAgent | undefined;
  return {
    of(origin) {
      if (loopback.test(new URL(origin).hostname)) {
        here ??= new Agent(settings);
        return here;
      }
      away ??= new EnvHttpProxyAgent({ ...settings, ...proxies, requestTls: tls, proxyTls: tls });
      return away;
    },
    async close() {
      await Promise.all([here?.close(), away?.close()]);
    },
  };
}
