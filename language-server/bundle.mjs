// The server's process as two files: an entry that turns the compile cache on, and the server that it then loads.
import path from 'node:path';
import { build } from 'esbuild';
import { plainExports } from './plain-exports.mjs';

const server = 'language-server-main';
/** Leaves the server out of the entry, which loads it from the file beside it. */
const apart = {
  name: 'server in a file of its own',
  setup: (building) => {
    building.onResolve({ filter: /\/node-server\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: `./${server}.cjs`, external: true } : undefined,
    );
  },
};

/** Bundles the process with the options of a build: `language-server.cjs` and what it loads. */
export function bundleProcess(options) {
  const source = path.join(import.meta.dirname, 'src');
  const commonjs = { ...options, platform: 'node', format: 'cjs', outExtension: { '.js': '.cjs' } };
  return Promise.all([
    build({
      ...commonjs,
      entryPoints: { 'language-server': path.join(source, 'node.ts') },
      plugins: [apart, plainExports],
    }),
    build({ ...commonjs, entryPoints: { [server]: path.join(source, 'node-server.ts') }, plugins: [plainExports] }),
  ]);
}
