import { ast } from '@otaplan/language';
import { nameIdentity } from '@otaplan/model';
import { LSPErrorCodes, type Range, ResponseError, type TextEdit, type WorkspaceEdit } from 'vscode-languageserver';
import { mentions, rangeOf } from '../things.ts';
import type { Feature } from './feature.ts';
import { find } from './navigation.ts';

/**
 * Renames a product, component, list, package or plan wherever it is named. A plan's or package's name is its identity at
 * Developer Center: where the client can show it, that edit asks to be confirmed.
 */
export const rename: Feature = {
  capabilities: { renameProvider: { prepareProvider: true } },
  register(connection, session) {
    connection.onPrepareRename(
      session.answering(({ textDocument, position }): { range: Range; placeholder: string } | ResponseError<void> => {
        const found = find(session, textDocument.uri, position);
        if (!found?.thing) return refusal('This is no name that can be changed.');
        if (ast.isVersion(found.cursor.node)) return refusal('A version belongs to its package. Change it there.');
        const { start, end, word } = found.cursor;
        const quoted = word.startsWith('"') ? 1 : 0;
        return { range: found.file.range(start + quoted, end - quoted), placeholder: found.thing.node.name };
      }),
    );
    connection.onRenameRequest(
      session.answering(({ textDocument, position, newName }): WorkspaceEdit | ResponseError<void> => {
        const found = find(session, textDocument.uri, position);
        if (!found?.thing || ast.isVersion(found.cursor.node)) return refusal('This is no name that can be changed.');
        const { thing } = found;
        const isText = thing.kind === 'plan' || thing.kind === 'package';
        const problem = isText ? textProblem(newName) : nameProblem(newName);
        if (problem !== undefined) return refusal(problem);
        const edits = mentions(session.project, thing)
          .filter(({ declares }) => declares || thing.kind !== 'package')
          .map(({ at }) => ({ at, newText: isText ? JSON.stringify(newName) : newName }));
        const byFile = Map.groupBy(edits, ({ at }) => at.source.uri);
        const deployed = thing.kind === 'plan' && session.deployed?.has(nameIdentity(thing.node.name)) === true;
        if (isText && session.client.changeAnnotations && session.client.documentChanges) {
          const label = deployed
            ? 'The plan is deployed under its old name'
            : 'The name is the identity at Developer Center';
          return {
            changeAnnotations: {
              identity: { label, needsConfirmation: deployed, description: 'The next deploy makes another one.' },
            },
            documentChanges: [...byFile].map(([uri, all]) => ({
              textDocument: { uri: session.clientUri(uri), version: session.documents.get(uri)?.text.version ?? null },
              edits: all.map(({ at, newText }) => ({ range: rangeOf(at), newText, annotationId: 'identity' })),
            })),
          };
        }
        const changes: Record<string, TextEdit[]> = {};
        for (const [uri, all] of byFile) {
          changes[session.clientUri(uri)] = all.map(({ at, newText }) => ({ range: rangeOf(at), newText }));
        }
        return { changes };
      }),
    );
  },
};

function refusal(message: string): ResponseError<void> {
  return new ResponseError(LSPErrorCodes.RequestFailed, message);
}

function nameProblem(name: string): string | undefined {
  if (/^[\p{L}_][\p{L}\p{M}\p{N}_-]*$/u.test(name)) return undefined;
  return `“${name}” is no name: it begins with a letter or “_”, and consists of letters, digits, “_” and “-”.`;
}

function textProblem(name: string): string | undefined {
  if (name.trim() === '') return 'A name must have at least one character.';
  return [...name].length > 100 ? 'A name must have at most 100 characters.' : undefined;
}
