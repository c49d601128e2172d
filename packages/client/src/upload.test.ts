import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { bothExchanges } from './both-exchanges.ts';
import { directExchange } from './exchange.ts';
import { type Answer, faultyServer, json } from './faulty-server.ts';
import { describeFile, uploadFile } from './upload.ts';
import { virtualAmbient } from './virtual-ambient.ts';
import { createWire } from './wire.ts';

let exchange = () => directExchange();

const uploaded = {
  id: 'p',
  name: 'n',
  type: 'mcu',
  version: '1',
  sourceVersion: null,
  remarks: '',
  files: [],
  complete: true,
  verification: 'notVerified',
  createdAt: '2026-01-01T00:00:00Z',
};
async function prepared(answer: Answer) {
  const path = join(await mkdtemp(join(tmpdir(), 'otaplan-')), 'a.bin');
  await writeFile(path, Buffer.alloc(700_000, 7));
  const server = await faultyServer(answer);
  const credentials = async () => ({ accessKey: 'AK', accessSecret: 's' });
  const wire = createWire({
    server: server.url,
    credentials,
    ambient: virtualAmbient({ skip: 50_000 }),
    timeout: 120_000,
    exchange: exchange(),
  });
  return { path, server, wire, file: await describeFile(path, 'a.bin') };
}

describe.each(bothExchanges)('over %s', (_, make) => {
  beforeEach(() => {
    exchange = make;
  });

  describe('upload', () => {
    it('streams the file, and again from its beginning when the reply was lost', async () => {
      const { server, wire, file } = await prepared((_, reply, turn) =>
        turn === 0 ? void reply.destroy() : json(reply, 200, uploaded),
      );
      const progress: number[] = [];
      await uploadFile(wire, 'p', file, { onProgress: (bytes) => progress.push(bytes) });
      expect(server.requests.map((request) => [request.method, request.url, request.body.length])).toEqual([
        ['PUT', '/ota/v1/packages/p/files/a.bin', 700_000],
        ['PUT', '/ota/v1/packages/p/files/a.bin', 700_000],
      ]);
      expect(progress.at(-1)).toBe(700_000);
      await server[Symbol.asyncDispose]();
    });
    it('never completes a file that was swapped after it was checked', async () => {
      const { server, wire, file, path } = await prepared((_, reply) => json(reply, 200, uploaded));
      await writeFile(path, Buffer.alloc(700_000, 8));
      await expect(uploadFile(wire, 'p', file)).rejects.toThrow('changed after it was checked');
      expect(server.requests).toHaveLength(0);
      await server[Symbol.asyncDispose]();
    });
    it('names a file that is not there', async () => {
      await expect(describeFile('/nowhere/a.bin', 'a.bin')).rejects.toThrow(
        '/nowhere/a.bin cannot be uploaded: there is no such file.',
      );
    });
  });
});
