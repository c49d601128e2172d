// Bundles the language server: a process for Node and a Web Worker, one file each. `--minify` for release.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;
const minify = process.argv.includes('--minify');
rmSync(path.join(here, 'dist/bundle'), { recursive: true, force: true });
const everywhere = {
  absWorkingDir: here,
  bundle: true,
  minify,
  sourcemap: minify ? false : 'linked',
  legalComments: 'none',
  logLevel: 'warning',
  outdir: 'dist/bundle',
};
await Promise.all([
  build({
    ...everywhere,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    entryPoints: { 'language-server': 'src/node.ts' },
  }),
  build({
    ...everywhere,
    platform: 'browser',
    target: 'es2024',
    format: 'iife',
    entryPoints: { 'language-server.worker': 'src/worker.ts' },
  }),
]);
