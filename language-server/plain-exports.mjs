import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const namespace = 'names-of-lsp';

/**
 * The LSP library is CommonJS and hands its names on through five layers of modules, each with a function for every name;
 * and a bundle makes such functions anew in every module that imports from it. That is nine thousand functions at every
 * start that no one calls twice. Here each name is handed on as what it is: in a bundle a module is whole before another one
 * takes from it.
 */
export const plainExports = {
  name: 'plain-exports',
  setup(building) {
    building.onLoad(
      { filter: /[\\/]vscode-(?:languageserver(?:-protocol)?|jsonrpc)[\\/]lib[\\/].*\.js$/, namespace: 'file' },
      async ({ path }) => ({
        contents: (await readFile(path, 'utf8'))
          .replaceAll('enumerable: true, get: function() { return m[k]; }', 'enumerable: true, value: m[k]')
          .replaceAll(/enumerable: true, get: function \(\) \{ return (\w+\.\w+); \}/g, 'enumerable: true, value: $1'),
        loader: 'js',
      }),
    );
    // Modules import from one module of constants, which alone asks the library.
    building.onResolve({ filter: /^vscode-(?:languageserver(?:-protocol)?|jsonrpc)(?:\/node)?$/ }, async (asked) => {
      const { path, kind, resolveDir, namespace: from } = asked;
      if (kind !== 'import-statement' || from === namespace) return undefined;
      const found = await building.resolve(path, { kind: 'require-call', resolveDir });
      return found.errors.length > 0 ? found : { path: found.path, namespace, sideEffects: false };
    });
    building.onLoad({ filter: /.*/, namespace }, ({ path }) => {
      const names = Object.keys(require(path)).filter((name) => name !== 'default');
      const constants = names.map((name) => `export const ${name} = library.${name};`);
      return {
        contents: `const library = require(${JSON.stringify(path)});\n${constants.join('\n')}`,
        resolveDir: '/',
      };
    });
  },
};
