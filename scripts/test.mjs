// `npm test`: installs, builds and runs every check and test; `.ci/run` runs the same.
import { bootstrap, step } from './bootstrap.mjs';

step(bootstrap({ scope: 'test' }), '', ['scripts/checks.ts', '--all', ...process.argv.slice(2)]);
