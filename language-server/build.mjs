// Bundles the language server: a process for Node and a Web Worker.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { bundleProcess } from './bundle.mjs';
import { plainExports } from './plain-exports.mjs';

const here = import.meta.dirname;
rmSync(path.join(here, 'dist/bundle'), { recursive: true, force: true });
const everywhere = {
  absWorkingDir: here,
  bundle: true,
  // As it is shipped: what is loaded and kept in memory is half of it.
  minify: true,
  sourcemap: 'linked',
  legalComments: 'none',
  logLevel: 'warning',
  outdir: 'dist/bundle',
};
await Promise.all([
  bundleProcess({ ...everywhere, target: 'node22' }),
  build({
    ...everywhere,
    platform: 'browser',
    target: 'es2024',
    format: 'iife',
    plugins: [plainExports],
    entryPoints: { 'language-server.worker': 'src/worker.ts' },
  }),
]);
