// Runs one of the workspace's own commands on the workspace's Node, whatever Node npm was started with: `node scripts/run.mjs build`.
import { bootstrap, fail, step } from './bootstrap.mjs';

const commands = {
  build: { scope: 'use', script: 'scripts/build.ts' },
  // Types are checked of everything, so everything has to be there.
  check: { scope: 'test', script: 'scripts/checks.ts' },
  docs: { scope: 'test', script: 'scripts/docs.ts' },
  bench: { scope: 'use', script: 'test/bench/run.ts' },
  properties: { scope: 'use', script: 'scripts/properties.ts' },
  faults: { scope: 'use', script: 'test/faults/run.ts' },
  fleet: { scope: 'use', script: 'test/fleet/run.ts' },
  release: { scope: 'use', script: 'scripts/release.ts' },
  version: { scope: 'use', script: 'scripts/version.ts' },
  vscode: { scope: 'test', script: 'scripts/vscode.ts' },
};
const [name = '', ...rest] = process.argv.slice(2);
const command = commands[name];
if (!command) fail(`There is no command “${name}”. Known: ${Object.keys(commands).join(', ')}.`);
step(bootstrap({ scope: command.scope }), '', [command.script, ...rest]);
