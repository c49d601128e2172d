/** Runs benchmarks by name: `npm run bench -- reports`; without a name, lists them. Further arguments go to the benchmark. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const benches: Readonly<Record<string, string>> = {
  language: 'the language server against yaml-language-server',
  reports: 'durable status reports a second, embedded, against a bare batch insert',
  'reports-postgres': 'the same on PostgreSQL',
  http: 'the same over real HTTP, and the memory of 10,000 simulated devices and their server',
  reading: 'counts, pages and statistics of a plan of many devices, alone and while reports come in',
  replicas: 'reports a second of 1, 2 and 4 replicas on one PostgreSQL',
  start: 'the start of the installed command, and of a check of one small file',
  restart: 'the first answer of a server that is started on two million log lines',
  streams: 'live events to 1,000 clients',
  monitor: 'the Upgrade Monitor in a real VS Code with a plan of a million devices',
  activation: 'the start of the extension in a real VS Code',
  log: 'a log of a hundred thousand lines in a real VS Code',
};
/** Where a benchmark lies that needs more than this folder has. */
const places: Readonly<Record<string, string>> = {
  monitor: '../vscode-host/src/monitor-bench.ts',
  activation: '../vscode-host/src/activation-bench.ts',
  log: '../vscode-host/src/log-bench.ts',
};

const [name, ...rest] = process.argv.slice(2);
if (name === undefined || !Object.hasOwn(benches, name)) {
  for (const [known, about] of Object.entries(benches)) console.log(`${known.padEnd(16)} ${about}`);
  process.exitCode = name === undefined ? 0 : 2;
} else {
  const file = path.join(import.meta.dirname, places[name] ?? `${name}.ts`);
  process.exitCode = spawnSync(process.execPath, [file, ...rest], { stdio: 'inherit' }).status ?? 1;
}
