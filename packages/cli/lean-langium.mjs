import { createRequire } from 'node:module';
import path from 'node:path';

/**
 * Langium takes four names from the LSP library, which brings the whole protocol along (100 kB of CommonJS that every start would pay
 * for). The command speaks no LSP: the same four, from where they are defined.
 */
export const leanLangium = {
  name: 'lean-langium',
  setup(bundle) {
    bundle.onResolve({ filter: /^vscode-languageserver-protocol$/ }, ({ resolveDir }) => ({
      path: 'names',
      namespace: 'lean-langium',
      pluginData: { resolveDir },
    }));
    bundle.onLoad({ filter: /.*/, namespace: 'lean-langium' }, ({ pluginData }) => {
      const protocol = createRequire(path.join(pluginData.resolveDir, 'x.js')).resolve(
        'vscode-languageserver-protocol',
      );
      const main = createRequire(protocol).resolve('vscode-jsonrpc');
      const file = (name) =>
        JSON.stringify(
          path.join(main.slice(0, main.lastIndexOf('vscode-jsonrpc')), 'vscode-jsonrpc', 'lib', 'common', name),
        );
      return {
        resolveDir: path.dirname(main),
        contents: `
          export { Emitter } from ${file('events.js')};
          export { CancellationToken, CancellationTokenSource } from ${file('cancellation.js')};
          export { ResponseError } from ${file('messages.js')};
          export const LSPErrorCodes = { RequestCancelled: -32800, ContentModified: -32801, ServerCancelled: -32802, RequestFailed: -32803 };
        `,
      };
    });
  },
};
