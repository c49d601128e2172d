import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';

const cli = path.join(import.meta.dirname, '../../packages/cli');
const builtCommand = 'OTAPLAN_BUILT_COMMAND';

/** The command that a person would start: its source, unless it was built. */
export function command(): string {
  return process.env[builtCommand] ?? path.join(cli, 'src/main.ts');
}

/** Builds the command as it is shipped, which starts three times as fast as its source; it is used from then on. */
export function buildCommand(): void {
  const { status } = spawnSync(process.execPath, [path.join(cli, 'build.mjs')], { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('The command cannot be built.');
  process.env[builtCommand] = path.join(cli, 'dist/bundle/otaplan.cjs');
}

/** Runs `otaplan` to its end. */
export function otaplan(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return otaplanOn(null, ...args);
}

/** The same on a database, whose address has a password: it goes by the environment. */
export function otaplanOn(
  database: string | null,
  ...args: string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [command(), ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: on(database) });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  return new Promise((done) => child.once('close', (code) => done({ code, stdout, stderr })));
}

/** The variables of a process on a database. */
export function on(database: string | null): NodeJS.ProcessEnv {
  const { OTAPLAN_DATABASE: _, ...rest } = process.env;
  return database === null ? rest : { ...rest, OTAPLAN_DATABASE: database };
}
