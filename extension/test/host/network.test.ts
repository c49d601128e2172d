import assert from 'node:assert/strict';
import { type AddressInfo, connect } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { type ForwardProxy, forwardProxy } from '@otaplan/client/testing';
import { generate } from 'selfsigned';
import * as vscode from 'vscode';
import { addConnection, type Center, removeConnection, startCenter } from './center.ts';
import { inside } from './rollout.ts';

/** A Developer Center behind a real proxy, once in the clear and once behind a certificate that nobody knows. */
suite('network', () => {
  let center: Center;
  let secure: Server;
  let plain: ForwardProxy;
  let tunnel: ForwardProxy;
  const http = () => vscode.workspace.getConfiguration('http');
  const set = (name: string, value: unknown) => http().update(name, value, vscode.ConfigurationTarget.Global);

  suiteSetup(async function () {
    this.timeout(60_000);
    center = await startCenter('https://center.invalid');
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'center.invalid' }]);
    secure = createServer({ key, cert }, (socket) => {
      const onward = connect(center.port, '127.0.0.1');
      for (const end of [onward, socket]) end.on('error', () => socket.destroy());
      socket.pipe(onward).pipe(socket);
    });
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    plain = await forwardProxy(center.port);
    tunnel = await forwardProxy((secure.address() as AddressInfo).port);
  });
  suiteTeardown(async () => {
    for (const name of ['proxy', 'proxyStrictSSL', 'noProxy']) await set(name, undefined);
    await Promise.all([plain[Symbol.asyncDispose](), tunnel[Symbol.asyncDispose](), center.stop()]);
    secure.close();
  });
  const signedIn = async (name: string) => (await inside()).connections.find(name)?.accessKey === center.accessKey;

  test('goes through the proxy of VS Code’s settings', async () => {
    await set('proxy', plain.url);
    assert.deepEqual(await addConnection('Proxied', 'http://center.invalid', center), []);
    assert.ok(await signedIn('Proxied'));
    assert.ok(plain.seen.length > 0, 'the proxy saw nothing');
    assert.ok(
      plain.seen.every((line) => line.includes('center.invalid')),
      plain.seen.join(),
    );
    await removeConnection('Proxied');
  });

  test('a certificate that nobody knows is refused in words, and nothing is kept', async () => {
    await set('proxy', tunnel.url);
    const said = await addConnection('Secure', 'https://center.invalid', center);
    assert.match(said.join(), /certificate/i);
    assert.equal(await signedIn('Secure'), false);
    assert.deepEqual(new Set(tunnel.seen), new Set(['CONNECT center.invalid:443']));
    await removeConnection('Secure');
  });

  test('it is taken when http.proxyStrictSSL is off', async () => {
    await set('proxyStrictSSL', false);
    assert.deepEqual(await addConnection('Secure', 'https://center.invalid', center), []);
    assert.ok(await signedIn('Secure'));
    await removeConnection('Secure');
  });
});
