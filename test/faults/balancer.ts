import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '@otaplan/developer-center/testing/free-port';

const program = ['/usr/sbin/nginx', '/opt/homebrew/bin/nginx', '/usr/local/sbin/nginx'].find(existsSync);

/** Why there is no nginx here, as a sentence; `null`: there is one. */
export const noNginx: string | null = program === undefined ? 'no nginx is installed here' : null;

/** A load balancer in front of replicas. */
export interface Balancer {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts an nginx with the settings of `deploy/nginx.conf`.
 * @param replicas where they listen, `http://127.0.0.1:…`
 */
export async function startNginx(replicas: readonly string[]): Promise<Balancer> {
  if (program === undefined) throw new Error('No nginx is installed here.');
  const folder = mkdtempSync(path.join(tmpdir(), 'otaplan-nginx-'));
  const port = await freePort();
  const site = readFileSync(path.join(import.meta.dirname, '../../deploy/nginx.conf'), 'utf8')
    .replace(/^( *server )replica-1:\d+( .*\n).*\n/m, (_, server: string, how: string) =>
      replicas.map((replica) => server + new URL(replica).host + how).join(''),
    )
    .replace('listen 8181;', `listen 127.0.0.1:${port};`);
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (what) => `${what}_temp_path ${folder}/${what};`,
  );
  const file = path.join(folder, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off;\npid ${folder}/pid;\nworker_processes 1;\n${process.getuid?.() === 0 ? 'user root;\n' : ''}` +
      `events {}\nhttp {\naccess_log off;\n${paths.join('\n')}\n${site}\n}\n`,
  );
  const child = spawn(program, ['-c', file, '-e', path.join(folder, 'errors')], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  const answers = () =>
    fetch(`${url}/healthz`).then(
      (response) => response.ok,
      () => false,
    );
  for (let tries = 0; !(await answers()); tries++) {
    if (child.exitCode !== null || tries > 200)
      throw new Error(`nginx does not answer: ${readFileSync(path.join(folder, 'errors'), 'utf8')}`);
    await pause(50);
  }
  return {
    url,
    async stop() {
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}
