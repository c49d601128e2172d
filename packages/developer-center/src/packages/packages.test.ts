import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addPackage, type Running, run, sha256 } from '../testing/running.ts';

function filesIn(dc: Running): string[] {
  return readdirSync(join(dc.dataDir, 'files'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
}

describe('version packages', () => {
  let dc: Running;
  beforeAll(async () => {
    dc = await run();
  });
  afterAll(() => dc.end());

  test('a package is declared, uploaded, complete, and its digests are told', async () => {
    const { id, bytes } = await addPackage(dc, '1.0.0', { bytes: Buffer.from('123456789') });
    const read = await dc.call('GET', `/ota/v1/packages/${id}`);
    expect(read.json).toMatchObject({ complete: true, verification: 'notVerified', remarks: '' });
    expect(read.json.files).toEqual([
      {
        name: 'fw.bin',
        size: 9,
        sha256: sha256(bytes),
        md5: '25f9e794323b453885f5181f1b624d0b',
        crc32: 'cbf43926',
        uploaded: true,
      },
    ]);
  });

  test('names and (type, version, source) are unique', async () => {
    await addPackage(dc, '2.0.0', { name: 'Two', upload: false });
    await expect(addPackage(dc, '2.0.1', { name: 'tWo ', upload: false })).rejects.toThrow('name-taken');
    await expect(addPackage(dc, '2.0.0', { name: 'Other', upload: false })).rejects.toThrow('package-exists');
    await addPackage(dc, '2.0.0', { name: 'Delta', sourceVersion: '1.0.0', upload: false });
  });

  test('a declaration that breaks a rule is pointed at', async () => {
    const file = (name: string) => ({ name, size: 1, sha256: sha256('x') });
    const body = {
      name: 'Bad',
      type: 'mcu',
      version: '1',
      sourceVersion: '1',
      files: [file('a.exe'), file('b.bin'), file('b.bin')],
    };
    const reply = await dc.call('POST', '/ota/v1/packages', { body });
    expect(reply.json.errors.map((error: { pointer: string }) => error.pointer)).toEqual([
      '/files/0/name',
      '/files/2/name',
      '/sourceVersion',
    ]);
    const outside = await dc.call('POST', '/ota/v1/packages', { body: { ...body, files: [file('../x.bin')] } });
    expect(outside.json.errors[0].pointer).toBe('/files/0/name');
  });

  test('other bytes than declared are refused and leave nothing behind; the right ones then work, also twice', async () => {
    const { id, bytes } = await addPackage(dc, '3.0.0', { upload: false });
    const before = filesIn(dc);
    const put = (body: Uint8Array) => dc.call('PUT', `/ota/v1/packages/${id}/files/fw.bin`, { bytes: body });
    const flipped = Buffer.from(bytes);
    flipped[5] = (flipped[5] ?? 0) ^ 1;
    expect((await put(flipped)).json.type).toBe('urn:otaplan:problem:digest-mismatch');
    expect((await put(bytes.subarray(1))).json.type).toBe('urn:otaplan:problem:digest-mismatch');
    expect((await put(Buffer.concat([bytes, bytes]))).json.type).toBe('urn:otaplan:problem:too-large');
    expect(filesIn(dc)).toEqual(before);
    expect((await put(bytes)).json.complete).toBe(true);
    expect((await put(bytes)).json.complete).toBe(true);
    const other = await dc.call('PUT', `/ota/v1/packages/${id}/files/other.bin`, { bytes });
    expect(other.status).toBe(404);
  });

  test('an upload that is cut off leaves nothing behind and can be done again', async () => {
    const { id, bytes } = await addPackage(dc, '4.0.0', { upload: false });
    const before = filesIn(dc);
    const authorization = await dc.logIn();
    const { port } = new URL(dc.server.url);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write(
          `PUT /ota/v1/packages/${id}/files/fw.bin HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\nContent-Length: ${bytes.length}\r\n\r\n`,
        );
        socket.write(bytes.subarray(0, 1000), () => socket.destroy());
      });
      socket.on('close', () => resolve());
    });
    await expect.poll(() => filesIn(dc)).toEqual(before);
    const again = await dc.call('PUT', `/ota/v1/packages/${id}/files/fw.bin`, { bytes });
    expect(again.json.complete).toBe(true);
  });

  test('an upload that falls silent is given up after a minute', async () => {
    const { id, bytes } = await addPackage(dc, '4.1.0', { upload: false });
    const authorization = await dc.logIn();
    const socket = connect(Number(new URL(dc.server.url).port), '127.0.0.1');
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {});
    socket.write(
      `PUT /ota/v1/packages/${id}/files/fw.bin HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\nContent-Length: ${bytes.length}\r\n\r\nstart`,
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    dc.clock.advance(60_000);
    await ended;
  });

  test('a deleted package takes its file along, unless another package has the same', async () => {
    const bytes = Buffer.from('the same bytes twice');
    const first = await addPackage(dc, '5.0.0', { bytes });
    const second = await addPackage(dc, '5.0.1', { bytes });
    expect((await dc.call('DELETE', `/ota/v1/packages/${first.id}`)).status).toBe(204);
    expect(filesIn(dc)).toContain(sha256(bytes));
    expect((await dc.call('DELETE', `/ota/v1/packages/${second.id}`)).status).toBe(204);
    expect(filesIn(dc)).not.toContain(sha256(bytes));
    expect((await dc.call('DELETE', `/ota/v1/packages/${second.id}`)).status).toBe(404);
  });
});

test('the same create with one Idempotency-Key is done once, also after a restart; another body is told apart', async () => {
  const dc = await run();
  const body = {
    name: 'Once',
    type: 'mcu',
    version: '1.0',
    sourceVersion: null,
    files: [{ name: 'a.bin', size: 1, sha256: sha256('x') }],
  };
  const headers = { 'Idempotency-Key': 'key-1' };
  const first = await dc.call('POST', '/ota/v1/packages', { body, headers });
  const second = await dc.call('POST', '/ota/v1/packages', { body, headers });
  expect([first.status, second.status, second.json]).toEqual([201, 201, first.json]);
  const after = await dc.restart();
  expect((await after.call('POST', '/ota/v1/packages', { body, headers })).json).toEqual(first.json);
  const other = await after.call('POST', '/ota/v1/packages', { body: { ...body, name: 'Other' }, headers });
  expect([other.status, other.json.type]).toEqual([422, 'urn:otaplan:problem:key-reused']);
  const fresh = await after.call('POST', '/ota/v1/packages', { body, headers: { 'Idempotency-Key': 'key-2' } });
  expect(fresh.json.type).toBe('urn:otaplan:problem:name-taken');
  // A refusal is not kept: what was wrong may be put right and the same request sent again.
  const list = await after.call('GET', '/ota/v1/packages');
  expect(list.json.items).toHaveLength(1);
  await after.end();
});
