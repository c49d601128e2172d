import { ast, placeOf, type SourceFile } from '@otaplan/language';
import { type DocumentSymbol, SymbolKind, type WorkspaceSymbol } from 'vscode-languageserver';
import { rangeOf, wholeOf } from '../things.ts';
import type { Feature } from './feature.ts';

/** Outline of a document, and search by name over the workspace. */
export const symbols: Feature = {
  capabilities: { documentSymbolProvider: true, workspaceSymbolProvider: true },
  register(connection, session) {
    connection.onDocumentSymbol(
      session.answering(({ textDocument }): DocumentSymbol[] => {
        const file = session.source(textDocument.uri)?.file;
        return file ? file.declarations.map((node) => symbolOf(node, file)) : [];
      }),
    );
    connection.onWorkspaceSymbol(
      session.answering(async ({ query }, token): Promise<WorkspaceSymbol[]> => {
        const wanted = query.toLowerCase();
        const found: WorkspaceSymbol[] = [];
        for (const uri of session.project.uris) {
          if (token.isCancellationRequested || found.length >= 500) break;
          const file = session.project.file(uri);
          for (const node of file?.declarations ?? []) {
            const { name, kind } = describe(node);
            if (ast.isImport(node) || !fits(name.toLowerCase(), wanted)) continue;
            found.push({ name, kind, location: { uri: session.clientUri(uri), range: rangeOf(nameOf(node)) } });
          }
          await session.turn();
        }
        return found;
      }),
    );
  },
};

/** Letters of the query in their order, as editors search. */
function fits(name: string, query: string): boolean {
  let at = 0;
  for (const letter of query) {
    at = name.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

function nameOf(node: ast.Declaration) {
  return placeOf(node, ast.isImport(node) ? 'path' : 'name');
}

function describe(node: ast.Declaration): { name: string; kind: SymbolKind; detail: string } {
  switch (node.$type) {
    case 'Import':
      return { name: node.path || 'import', kind: SymbolKind.Module, detail: 'import' };
    case 'Product':
      return { name: node.name, kind: SymbolKind.Class, detail: 'product' };
    case 'Package':
      return { name: node.name || 'package', kind: SymbolKind.Package, detail: 'package' };
    case 'Devices':
      return { name: node.name, kind: SymbolKind.Array, detail: `devices of ${node.product}` };
    case 'Plan':
      return { name: node.name || 'plan', kind: SymbolKind.Event, detail: 'plan' };
  }
}

function symbolOf(node: ast.Declaration, file: SourceFile): DocumentSymbol {
  const children: DocumentSymbol[] = [];
  if (ast.isProduct(node)) {
    for (const each of node.statements.filter(ast.isComponent)) {
      children.push({
        name: each.name,
        detail: `${each.type} "${each.identifier}"`,
        kind: SymbolKind.Field,
        range: rangeOf(placeOf(each)),
        selectionRange: rangeOf(placeOf(each, 'name')),
      });
    }
  }
  if (ast.isPlan(node)) {
    for (const each of node.statements) {
      const place = placeOf(each);
      const [head = ''] = file.text.slice(place.start, place.end).split(/\s*[{\n]/, 1);
      const first = file.range(place.start, place.start + (/^\S+/.exec(head)?.[0].length ?? 0));
      children.push({ name: head, kind: SymbolKind.Property, range: rangeOf(place), selectionRange: first });
    }
  }
  const { name, kind, detail } = describe(node);
  return { name, detail, kind, range: rangeOf(wholeOf(node)), selectionRange: rangeOf(nameOf(node)), children };
}
