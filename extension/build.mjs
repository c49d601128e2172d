// Bundles the extension: the two entries, the language server's process and worker, the `otaplan` command for the local Developer Center,
// and the dashboard's page. `--minify` for the VSIX, `--tests` adds the tests that run inside VS Code.
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { bundleProcess } from '../language-server/bundle.mjs';

const here = import.meta.dirname;
const root = path.dirname(here);
const minify = process.argv.includes('--minify');
const dist = path.join(here, 'dist');
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
// Findings link to their rules here.
copyFileSync(path.join(root, 'docs/rules.md'), path.join(dist, 'rules.md'));
const schema = 'fault-profile.schema.json';
copyFileSync(path.join(root, 'examples/faults', schema), path.join(dist, schema));

const everywhere = {
  bundle: true,
  absWorkingDir: here,
  logLevel: 'warning',
  legalComments: 'none',
  minify,
  // In a VSIX maps would be most of the size.
  sourcemap: minify ? false : 'linked',
  external: ['vscode'],
  outdir: 'dist',
};
const node = { ...everywhere, platform: 'node', target: 'node22' };
const commonjs = { ...node, format: 'cjs', outExtension: { '.js': '.cjs' } };
const browser = { ...everywhere, platform: 'browser', target: 'es2024' };
/** Bundled ES modules whose dependencies still say `require`. */
const withRequire = {
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
};

/**
 * The entry and what it loads later, each of them a file: VS Code starts with the entry alone. Files can be parted only as ES modules, so
 * that is what they are first.
 */
async function bundleExtension() {
  const modules = path.join(dist, 'modules');
  await build({
    ...node,
    format: 'esm',
    outdir: modules,
    outExtension: { '.js': '.cjs' },
    splitting: true,
    chunkNames: 'extension/[name]-[hash]',
    sourcemap: minify ? false : 'inline',
    entryPoints: { extension: 'src/extension.ts' },
  });
  await build({
    ...node,
    bundle: false,
    external: undefined,
    format: 'cjs',
    loader: { '.cjs': 'js' },
    outExtension: { '.js': '.cjs' },
    outbase: modules,
    // What is imported later is required then: VS Code gives its API to CommonJS alone.
    supported: { 'dynamic-import': false },
    entryPoints: [path.join(modules, '**/*.cjs')],
  });
  rmSync(modules, { recursive: true });
}

/** Parts that are built when their sources are there. */
const present = (entry, make) => (existsSync(entry) ? [make(entry)] : []);
const languageServer = path.join(root, 'language-server/src');
const otaplan = path.join(root, 'packages/cli/src/main.ts');

await Promise.all([
  bundleExtension(),
  build({
    ...browser,
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    entryPoints: { 'web/extension': 'src/extension.web.ts' },
  }),
  build({ ...browser, format: 'iife', entryPoints: { dashboard: 'src/features/dashboard/page/dashboard.ts' } }),
  build({
    ...node,
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    entryPoints: { guard: 'src/features/local/guard.ts' },
  }),
  bundleProcess(node),
  ...present(path.join(languageServer, 'worker.ts'), (entry) =>
    build({ ...browser, format: 'iife', entryPoints: { 'web/language-server': entry } }),
  ),
  ...present(otaplan, (entry) =>
    build({
      ...node,
      // The keychain is for terminals: here VS Code keeps the secrets, and a VSIX has no native modules.
      external: ['vscode', '@napi-rs/keyring'],
      ...withRequire,
      // A UMD file (jsonc-parser's) requires its parts in a way that no bundler follows.
      mainFields: ['module', 'main'],
      format: 'esm',
      outExtension: { '.js': '.mjs' },
      splitting: true,
      chunkNames: 'otaplan/[hash]',
      entryPoints: { otaplan: entry },
    }),
  ),
  ...(process.argv.includes('--tests')
    ? [
        build({
          ...commonjs,
          entryPoints: { 'test/index': 'test/host/index.ts', 'test/restricted': 'test/restricted/index.ts' },
          external: ['vscode', 'mocha'],
        }),
        build({
          ...browser,
          format: 'cjs',
          outExtension: { '.js': '.cjs' },
          entryPoints: { 'test/web': 'test/web/index.ts' },
        }),
      ]
    : []),
]);
