// `npm start`: installs, builds, and shows one whole rollout on this machine. Options go to the demonstration: `npm start -- --keep`.
import { bootstrap, step } from './bootstrap.mjs';

const workspace = bootstrap({ scope: 'use' });
step(workspace, '', ['scripts/build.ts']);
step(workspace, '', ['scripts/demonstration.ts', ...process.argv.slice(2)]);
