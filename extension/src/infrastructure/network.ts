import { type Client, directExchange, type Exchange, fetchExchange, type WireOptions } from '@otaplan/client';
import * as vscode from 'vscode';
import { requireTrust } from './host.ts';

/**
 * How requests of this extension reach a Developer Center: by VS Code's own `fetch`, which goes through its user's proxy
 * (`http.proxy`, `http.noProxy`, `http.proxySupport`, that of the system) and trusts the system's certificates where
 * `http.systemCertificates` says so. It has no part of `http.proxyStrictSSL`; where a person turned that off, connections of our own
 * take any certificate. Settings are read at every request: a change needs no restart.
 */
function createNetwork(): Exchange {
  const verified = fetchExchange((...request) => fetch(...request));
  let unverified: { readonly key: string; readonly exchange: Exchange } | undefined;
  return {
    async request(request) {
      // The last gate of several: nothing leaves an untrusted workspace, whoever asked.
      requireTrust();
      const http = vscode.workspace.getConfiguration('http');
      if (http.get<boolean>('proxyStrictSSL') !== false) return verified.request(request);
      const proxy = String(http.get<unknown>('proxy') ?? '').trim();
      const except = http.get<unknown>('noProxy');
      const noProxy = http.get<string>('proxySupport') === 'off' ? '*' : Array.isArray(except) ? except.join(',') : '';
      const options = { ...(proxy === '' ? {} : { proxy }), ...(noProxy === '' ? {} : { noProxy }) };
      const key = JSON.stringify(options);
      if (unverified?.key !== key) {
        void unverified?.exchange.close();
        unverified = { key, exchange: directExchange({ ...options, verifyCertificates: false }) };
      }
      return unverified.exchange.request(request);
    },
    async close() {
      await unverified?.exchange.close();
    },
  };
}

/** A client that reaches its server this way. What it is made of is large, and loaded with the first one. */
export async function createNetworkClient(options: Omit<WireOptions, 'exchange'>): Promise<Client> {
  const { createClient } = await import('./client-parts.ts');
  return createClient({ ...options, exchange: createNetwork() });
}
