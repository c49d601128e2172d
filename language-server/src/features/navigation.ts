import { ast, fileOf, resolvePath } from '@otaplan/language';
import { type DocumentHighlight, DocumentHighlightKind, type Location } from 'vscode-languageserver';
import { atCursor, offsetAt } from '../cursor.ts';
import type { Session } from '../session.ts';
import { mentions, nameOfThing, rangeOf, type Thing, thingAt } from '../things.ts';
import type { Feature } from './feature.ts';

/** From a name to where it is declared, to everywhere it is used, and to its other mentions in the document. */
export const navigation: Feature = {
  capabilities: { definitionProvider: true, referencesProvider: true, documentHighlightProvider: true },
  register(connection, session) {
    connection.onDefinition(
      session.answering(({ textDocument, position }): Location[] => {
        const found = find(session, textDocument.uri, position);
        if (!found) return [];
        if (found.thing) return [location(session, nameOfThing(found.thing))];
        const target = pathTarget(session, found.cursor);
        return target === undefined ? [] : [{ uri: session.clientUri(target), range: start }];
      }),
    );
    connection.onReferences(
      session.answering(({ textDocument, position, context }): Location[] => {
        const thing = find(session, textDocument.uri, position)?.thing;
        if (!thing) return [];
        return mentions(session.project, thing)
          .filter(({ declares }) => context.includeDeclaration || !declares)
          .map(({ at }) => location(session, at));
      }),
    );
    connection.onDocumentHighlight(
      session.answering(({ textDocument, position }): DocumentHighlight[] => {
        const found = find(session, textDocument.uri, position);
        if (!found?.thing) return [];
        return mentions(session.project, found.thing, found.file).map(({ at, declares }) => ({
          range: rangeOf(at),
          kind: declares ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
        }));
      }),
    );
  },
};

const start = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** What stands at a position, and what it names. */
export function find(session: Session, clientUri: string, position: { line: number; character: number }) {
  const source = session.source(clientUri);
  const cursor = source && atCursor(source.file, offsetAt(source.file, position));
  if (!source || !cursor) return undefined;
  const thing: Thing | undefined = thingAt(session.project, cursor);
  return { ...source, cursor, thing };
}

function location(session: Session, at: ReturnType<typeof nameOfThing>): Location {
  return { uri: session.clientUri(at.source.uri), range: rangeOf(at) };
}

/** The file that a path at the cursor means. */
function pathTarget(
  session: Session,
  { node, property }: NonNullable<ReturnType<typeof atCursor>>,
): string | undefined {
  const path =
    property === 'path' && (ast.isImport(node) || ast.isPackageFile(node))
      ? node.path
      : property === 'list' && ast.isDevices(node)
        ? node.list
        : undefined;
  const target = path === undefined ? undefined : resolvePath(fileOf(node).uri, path);
  return target !== undefined && session.files.isInside(target) ? target : undefined;
}
