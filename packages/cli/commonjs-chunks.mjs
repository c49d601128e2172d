import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build, transform } from 'esbuild';

/**
 * Bundles for Node, cut into files that load each other only when they are needed, as CommonJS: esbuild cuts modules only, and Node takes
 * longer to start with modules (its loader, and the whole of every built-in library that is imported).
 * @param options esbuild's, with `outdir`
 */
export async function buildCommonJs(options) {
  const { outputFiles } = await build({
    ...options,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    outExtension: { '.js': '.mjs' },
    write: false,
  });
  const modules = new Set(outputFiles.map(({ path: file }) => `./${path.basename(file)}`));
  /** The text with the names that its parts will have. */
  const renamed = (text) =>
    text.replaceAll(/(["'])(\.\/[\w-]+)\.mjs\1/g, (whole, quote, name) =>
      modules.has(`${name}.mjs`) ? `${quote}${name}.cjs${quote}` : whole,
    );
  mkdirSync(options.outdir, { recursive: true });
  for (const { path: file, text } of outputFiles) {
    if (!file.endsWith('.mjs')) {
      writeFileSync(file.replace(/\.mjs\./, '.cjs.'), text);
      continue;
    }
    const { code } = await transform(renamed(text), {
      format: 'cjs',
      platform: 'node',
      target: options.target,
      minify: options.minify,
      supported: { 'dynamic-import': false },
      legalComments: 'inline',
    });
    writeFileSync(file.replace(/\.mjs$/, '.cjs'), code);
  }
}
