import { ast, type Place, placeOf, resolvePath, type SourceFile } from '@otaplan/language';
import type { DocumentLink } from 'vscode-languageserver';
import type { Session } from '../session.ts';
import { rangeOf } from '../things.ts';
import type { Feature } from './feature.ts';

/** Imports, device lists and package files lead to what they name. */
export const links: Feature = {
  capabilities: { documentLinkProvider: { resolveProvider: false } },
  register(connection, session) {
    connection.onDocumentLinks(
      session.answering(({ textDocument }): DocumentLink[] => {
        const file = session.source(textDocument.uri)?.file;
        return file ? [...linksIn(session, file)] : [];
      }),
    );
  },
};

function* linksIn(session: Session, file: SourceFile): Iterable<DocumentLink> {
  for (const node of file.declarations) {
    if (ast.isImport(node)) yield* link(session, placeOf(node, 'path'), node.path, 'Open the imported file');
    else if (ast.isDevices(node) && node.list !== undefined) {
      yield* link(session, placeOf(node, 'list'), node.list, 'Open the list');
    } else if (ast.isPackage(node)) {
      for (const each of node.statements.filter(ast.isPackageFile)) {
        yield* link(session, placeOf(each, 'path'), each.path, 'Open the package file');
      }
    }
  }
}

function* link(session: Session, at: Place, path: string, tooltip: string): Iterable<DocumentLink> {
  const target = resolvePath(at.source.uri, path);
  // What lies outside the workspace folder is not read, and not offered either.
  if (path === '' || !session.files.isInside(target)) return;
  yield { range: rangeOf({ ...at, start: at.start + 1, end: at.end - 1 }), target: session.clientUri(target), tooltip };
}
