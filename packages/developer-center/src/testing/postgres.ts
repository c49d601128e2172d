import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { freePort } from './free-port.ts';

/** A PostgreSQL for tests, which hands out empty databases. */
export interface TestPostgres {
  /**
   * Makes a database: empty, or a copy of another that nobody is connected to.
   * @returns its URL, with a password
   */
  database(template?: string): Promise<string>;
  /** Ends it, and deletes what it kept. */
  stop(): Promise<void>;
}

/** A PostgreSQL of our own, to do harm to. */
export interface OwnPostgres extends TestPostgres {
  /** Where its files are. */
  readonly data: string;
  /** Kills all of it with SIGKILL. */
  crash(): Promise<void>;
  /** Ends it in order. */
  halt(): Promise<void>;
  /** Starts it again at the same port. */
  start(): Promise<void>;
}

/**
 * A PostgreSQL to test on: the one that `OTAPLAN_TEST_DATABASE` names (its user may create databases), else one that is started in a
 * temporary folder from installed binaries.
 * @returns why there is none, as a sentence, when that is so
 */
export async function findPostgres(): Promise<TestPostgres | string> {
  const given = process.env['OTAPLAN_TEST_DATABASE'];
  return given ? handOut(given, async () => {}) : await startPostgres();
}

/**
 * Starts a PostgreSQL from installed binaries.
 * @param parent folder in which it makes its own; left out: that for temporary files
 * @returns why there is none, as a sentence, when that is so
 */
export async function startPostgres(parent = tmpdir()): Promise<OwnPostgres | string> {
  const binaries = findBinaries();
  if (binaries === null) return 'no PostgreSQL is installed here, and OTAPLAN_TEST_DATABASE is not set';
  const owner = findOwner();
  if (owner === null) return 'PostgreSQL does not run as root, and there is no user postgres';
  return startThrowaway(binaries, owner, parent);
}

/** The newest of the places where distributions put them. */
function findBinaries(): string | null {
  const places = ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt'];
  const found = places.flatMap((place) => {
    try {
      return readdirSync(place).flatMap((name) => {
        const version = Number(/^(?:postgresql@)?(\d+)$/.exec(name)?.[1] ?? 0);
        return version >= 15 ? [{ version, folder: join(place, name, 'bin') }] : [];
      });
    } catch {
      return [];
    }
  });
  return found.sort((a, b) => b.version - a.version)[0]?.folder ?? null;
}

/** Who runs it: root may not, so `postgres` does in its stead. An empty object: whoever runs the tests. */
function findOwner(): { uid?: number; gid?: number } | null {
  if (process.getuid?.() !== 0) return {};
  const line = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'));
  return line ? { uid: Number(line[1]), gid: Number(line[2]) } : null;
}

async function startThrowaway(
  binaries: string,
  owner: { uid?: number; gid?: number },
  parent: string,
): Promise<OwnPostgres> {
  const folder = mkdtempSync(join(parent, 'otaplan-postgres-'));
  const password = randomBytes(16).toString('hex');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password);
  if (owner.uid !== undefined && owner.gid !== undefined) {
    chownSync(folder, owner.uid, owner.gid);
    chownSync(passwordFile, owner.uid, owner.gid);
  }
  const data = join(folder, 'data');
  const options = { cwd: folder, env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' }, ...owner };
  const made = spawnSync(
    join(binaries, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'otaplan',
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
      '-A',
      'scram-sha-256',
      '--data-checksums',
      '--wal-segsize=4',
      `--pwfile=${passwordFile}`,
    ],
    { ...options, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const port = await freePort();
  const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${folder}`, '-c', 'fsync=on'];
  const url = `postgres://otaplan:${password}@127.0.0.1:${port}/postgres`;
  let server: ChildProcess | null = null;
  const kill = () => void server?.kill('SIGQUIT');
  process.once('exit', kill);
  const start = async () => {
    server = spawn(join(binaries, 'postgres'), ['-D', data, '-p', String(port), ...settings], {
      ...options,
      stdio: 'ignore',
    });
    await untilItAnswers(url, server);
  };
  const end = async (how: (running: ChildProcess) => void) => {
    const running = server;
    server = null;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const gone = new Promise((resolve) => running.once('exit', resolve));
    how(running);
    await gone;
  };
  await start();
  return {
    data,
    database: handOut(url, async () => {}).database,
    start,
    crash: () => end(killAll),
    halt: () => end((running) => running.kill('SIGINT')),
    async stop() {
      process.off('exit', kill);
      await end((running) => running.kill('SIGQUIT'));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A process and its children; those would notice soon that it is gone, and a new one waits for them. */
function killAll(parent: ChildProcess): void {
  const { pid } = parent;
  const children = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' }).stdout.split('\n');
  parent.kill('SIGKILL');
  for (const child of children) {
    try {
      if (child.trim() !== '') process.kill(Number(child), 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
}

async function untilItAnswers(url: string, server: ChildProcess): Promise<void> {
  for (let tries = 0; ; tries++) {
    const client = new Client({ connectionString: url });
    client.on('error', () => {});
    try {
      await client.connect();
      return;
    } catch (error) {
      if (tries > 300 || server.exitCode !== null) throw error;
      await pause(100);
    } finally {
      await client.end().catch(() => {});
    }
  }
}

function handOut(url: string, stop: () => Promise<void>): TestPostgres {
  const made: string[] = [];
  const ask = async (sql: string) => {
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  return {
    async database(template) {
      const name = `otaplan_test_${randomBytes(6).toString('hex')}`;
      const from = template === undefined ? 'template0' : new URL(template).pathname.slice(1);
      await ask(`CREATE DATABASE ${name} ENCODING 'UTF8' TEMPLATE ${from}`);
      made.push(name);
      const address = new URL(url);
      address.pathname = `/${name}`;
      return address.href;
    },
    async stop() {
      for (const name of made) await ask(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await stop();
    },
  };
}
