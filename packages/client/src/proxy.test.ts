import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getServerInfo } from '@otaplan/api';
import { generate } from 'selfsigned';
import { afterEach, describe, expect, it } from 'vitest';
import { directExchange } from './exchange.ts';
import { ClientError } from './failures.ts';
import { faultyServer, json } from './faulty-server.ts';
import { forwardProxy } from './forward-proxy.ts';
import { virtualAmbient } from './virtual-ambient.ts';
import { createWire } from './wire.ts';

const info = { name: 'otaplan', version: '1', zoneData: '2026c', time: '2026-11-24T08:00:00Z', role: 'owner' };
const wireTo = (server: string, exchange = directExchange()) =>
  createWire({
    server,
    credentials: async () => ({ accessKey: 'AK', accessSecret: 's' }),
    ambient: virtualAmbient({ skip: 50_000 }),
    timeout: 120_000,
    exchange,
  });

async function proxy() {
  const seen: string[] = [];
  const server = createServer((request, reply) => {
    seen.push(`${request.method} ${request.url?.split('?')[0]}`);
    json(reply, 200, request.url?.includes('accessKeyLogin') ? { code: 200, access_token: 'QJWT x' } : info);
  });
  server.on('connect', (request, socket) => {
    seen.push(`CONNECT ${request.url}`);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    seen,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => server.closeAllConnections(),
  };
}

describe('through a proxy', () => {
  afterEach(() => {
    delete process.env['HTTP_PROXY'];
    delete process.env['HTTPS_PROXY'];
  });
  it('goes where the environment says', async () => {
    const { seen, url, close } = await proxy();
    process.env['HTTP_PROXY'] = url;
    await expect(wireTo('http://otaplan.invalid').call(getServerInfo, {})).resolves.toMatchObject({ name: 'otaplan' });
    expect(seen.at(-1)).toBe('GET http://otaplan.invalid/ota/v1');
    close();
  });
  it('does not for this machine itself', async () => {
    process.env['HTTP_PROXY'] = 'http://127.0.0.1:9';
    await using server = await faultyServer((_, reply) => json(reply, 200, info));
    await expect(wireTo(server.url).call(getServerInfo, {})).resolves.toMatchObject({ name: 'otaplan' });
  });
  it('goes where it was told instead, and takes a certificate that nobody knows only when it was told to', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'otaplan.invalid' }]);
    const secure = createSecureServer({ key, cert }, (request, reply) =>
      json(reply, 200, request.url?.includes('accessKeyLogin') ? { code: 200, access_token: 'QJWT x' } : info),
    );
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    await using through = await forwardProxy((secure.address() as AddressInfo).port);
    const call = (verifyCertificates: boolean) => {
      const exchange = directExchange({ proxy: through.url, verifyCertificates });
      return wireTo('https://otaplan.invalid', exchange).call(getServerInfo, {});
    };
    await expect(call(true)).rejects.toMatchObject({ failure: { kind: 'certificate', cause: 'it is self-signed' } });
    await expect(call(false)).resolves.toMatchObject({ name: 'otaplan' });
    expect(new Set(through.seen)).toEqual(new Set(['CONNECT otaplan.invalid:443']));
    secure.closeAllConnections();
    secure.close();
  });
  it('tells that the proxy refused, and that nothing was sent', async () => {
    const { url, close } = await proxy();
    process.env['HTTPS_PROXY'] = url;
    const error = await wireTo('https://otaplan.invalid')
      .call(getServerInfo, {})
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ClientError);
    expect(error).toMatchObject({ failure: { kind: 'unreachable', cause: 'the proxy refused: HTTP 403' } });
    close();
  });
});
