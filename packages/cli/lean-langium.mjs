import { createRequire } from 'node:module';
import path from 'node:path';

/** Where the language uses a little of Langium to look at trees and addresses: a right text is checked with these alone. */
const light = /packages[\\/]language[\\/]src[\\/](generated[\\/]ast|syntax[\\/]concrete|meaning[\\/]paths)\.ts$/;

/**
 * Langium as one module would be loaded whole by who takes one name of it; its trees and addresses are taken from their own files.
 * And Langium takes four names from the LSP library, which brings the whole protocol along (100 kB of CommonJS that every start would pay
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
    bundle.onResolve({ filter: /^langium$/ }, async ({ importer, resolveDir, kind }) => {
      if (!light.test(importer)) return undefined;
      const { path: main, errors } = await bundle.resolve('langium', { resolveDir, kind });
      return { path: 'trees', namespace: 'light-langium', pluginData: { main }, sideEffects: false, errors };
    });
    bundle.onLoad({ filter: /.*/, namespace: 'light-langium' }, ({ pluginData: { main } }) => {
      const file = (...parts) => JSON.stringify(path.join(path.dirname(main), ...parts));
      return {
        resolveDir: path.dirname(main),
        contents: `
          export { AbstractAstReflection, isAstNode, isCompositeCstNode } from ${file('syntax-tree.js')};
          export { URI, UriUtils } from ${file('utils', 'uri-utils.js')};
        `,
      };
    });
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
