import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { jsonLog } from './http/log.ts';
import { StartError, type StartFailure } from './start-error.ts';
import { run } from './testing/running.ts';

describe('starting', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'otaplan-start-'));
  });
  afterEach(() => {
    chmodSync(dataDir, 0o700);
    rmSync(dataDir, { recursive: true, force: true });
  });

  const refusal = async (options: Parameters<typeof run>[0]): Promise<StartFailure> => {
    const error = await run(options).then(
      () => null,
      (failure: unknown) => failure,
    );
    if (!(error instanceof StartError)) throw error ?? new Error('It started.');
    expect(error.message).toMatch(/^[A-Z0-9].+\.( \(.+\))?$/s);
    expect(error.message).not.toContain('\n');
    return error.failure;
  };

  test('a port in use is told, and the folder is free again', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    expect(await refusal({ reuse: dataDir, port })).toBe('portInUse');
    other.close();
    await (await run({ reuse: dataDir, port })).server.close();
  });

  test('a second server on one folder is refused', async () => {
    const first = await run({ reuse: dataDir });
    expect(await refusal({ reuse: dataDir })).toBe('locked');
    expect((await first.call('GET', '/ota/v1')).status).toBe(200);
    await first.server.close();
  });

  test('a database of a newer version is left alone', async () => {
    await (await run({ reuse: dataDir })).server.close();
    const db = new DatabaseSync(join(dataDir, 'developer-center.sqlite'));
    db.exec('PRAGMA user_version = 9999');
    db.close();
    expect(await refusal({ reuse: dataDir })).toBe('newer');
  });

  test('what is not a database is not taken for one', async () => {
    writeFileSync(join(dataDir, 'developer-center.sqlite'), 'no database at all, '.repeat(500));
    expect(await refusal({ reuse: dataDir })).toBe('corrupt');
  });

  test.skipIf(process.getuid?.() === 0)(
    'a folder that cannot be written is told (not as root, who may write everywhere)',
    async () => {
      chmodSync(dataDir, 0o500);
      expect(await refusal({ reuse: dataDir })).toBe('readOnly');
    },
  );

  test('an address that is not ours is told', async () => {
    expect(await refusal({ reuse: dataDir, host: '203.0.113.1' })).toBe('addressNotOurs');
  });
});

test('stopping does not wait for connections that ask nothing, and stopping twice is harmless', async () => {
  const dc = await run();
  const silent = connect(dc.server.port, '127.0.0.1');
  await new Promise((resolve) => silent.once('connect', resolve));
  await dc.call('GET', '/ota/v1');
  const closed = new Promise((resolve) => silent.once('close', resolve));
  await Promise.all([dc.server.close(), dc.server.close()]);
  await closed;
  await expect(fetch(dc.server.url)).rejects.toThrow();
  await dc.end();
});

test('a request under way is cut off four seconds after the stop', async () => {
  const dc = await run();
  const slow = connect(dc.server.port, '127.0.0.1');
  slow.write(
    `POST /ota/v1/products HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${await dc.logIn()}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
  );
  await new Promise((resolve) => setTimeout(resolve, 100));
  const closing = dc.server.close();
  dc.clock.advance(4000);
  await closing;
  await dc.end();
});

test('the log is lines of JSON that no name can break', () => {
  const lines: string[] = [];
  const log = jsonLog({ write: (line) => void lines.push(line) });
  log.info({ name: 'a\n{"level":"error"}\u001b[31m\u2028\u202e' }, 'two\nlines');
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toMatch(/[^\n\P{Cc}]|\u2028|\u202e/u);
  expect(lines[0]?.trimEnd()).not.toContain('\n');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', msg: 'two\nlines' });
});
