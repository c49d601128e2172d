import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** A mosquitto for tests, set up as docs/device-protocol.md says. */
export interface TestMosquitto {
  /** For devices. */
  readonly url: string;
  /** For Developer Center. */
  readonly inside: string;
  /** How Developer Center gets in. */
  readonly username: string;
  readonly password: string;
  /** Kills it; what it kept in memory is gone. */
  crash(): Promise<void>;
  /** Starts it again at the same ports. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const program = ['/usr/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto', '/usr/local/sbin/mosquitto'].find(existsSync);

const deploy = join(import.meta.dirname, '../../../../deploy');

/** Why there is no mosquitto here, as a sentence; `null`: there is one. */
export const noMosquitto: string | null = program === undefined ? 'no mosquitto is installed here' : null;

/**
 * Starts one on a free port.
 * @param devices user names (`<product key>/<device key>`) with their secrets; `null`: everybody is let in, each to the topics of the name
 */
export async function startMosquitto(devices: ReadonlyMap<string, string> | null): Promise<TestMosquitto> {
  if (program === undefined) throw new Error('No mosquitto is installed here.');
  const folder = mkdtempSync(join(tmpdir(), 'otaplan-mosquitto-'));
  const [port, inside, password] = [await freePort(), await freePort(), randomBytes(16).toString('hex')];
  const users = [['developer-center', password], ...(devices ?? [])].map(([name, secret]) => `${name}:${secret}\n`);
  const [passwords, rules] = [join(folder, 'passwords'), join(folder, 'acl')];
  writeFileSync(passwords, users.join(''), { mode: 0o600 });
  // Hashes what stands in the file.
  const hashed = spawnSync('mosquitto_passwd', ['-U', passwords], { encoding: 'utf8' });
  if (hashed.status !== 0) throw new Error(`mosquitto_passwd failed: ${hashed.stderr}`);
  // What the deployment has, with the places of this test.
  copyFileSync(join(deploy, 'mosquitto.acl'), rules);
  const settings = readFileSync(join(deploy, 'mosquitto.conf'), 'utf8')
    .replace('listener 1883', `listener ${port} 127.0.0.1`)
    .replace('listener 1884', `listener ${inside} 127.0.0.1`)
    .replace(/^acl_file .*$/m, `acl_file ${rules}`)
    .replace(/^password_file .*$/m, devices === null ? '' : `password_file ${passwords}`)
    .replace('allow_anonymous false', `allow_anonymous ${devices === null}`);
  const file = join(folder, 'mosquitto.conf');
  writeFileSync(file, process.getuid?.() === 0 ? `user root\n${settings}` : settings);
  let broker: ChildProcess | null = null;
  const start = async () => {
    const child = spawn(program, ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    broker = child;
    let said = '';
    child.stderr.on('data', (data) => {
      said += data;
    });
    await untilItListens(port, child, () => said);
  };
  const crash = async () => {
    const child = broker;
    broker = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  };
  await start();
  return {
    url: `mqtt://127.0.0.1:${port}`,
    inside: `mqtt://127.0.0.1:${inside}`,
    username: 'developer-center',
    password,
    crash,
    start,
    async stop() {
      await crash();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilItListens(port: number, broker: ChildProcess, said: () => string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (broker.exitCode !== null) throw new Error(`mosquitto ended with ${broker.exitCode}: ${said()}`);
    const listens = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (listens) return;
    await pause(50);
  }
  throw new Error(`mosquitto does not listen: ${said()}`);
}
