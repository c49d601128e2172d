import { ast, quote } from '@otaplan/language';
import { nameIdentity } from '@otaplan/model';
import { LSPErrorCodes, type Range, ResponseError, type TextEdit, type WorkspaceEdit } from 'vscode-languageserver';
import type { Session } from '../session.ts';
import { mentions, rangeOf, type Thing } from '../things.ts';
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
        const taken = problem ?? takenProblem(session, thing, newName);
        if (taken !== undefined) return refusal(taken);
        const edits = mentions(session.project, thing)
          .filter(({ declares }) => declares || thing.kind !== 'package')
          .map(({ at }) => ({ at, newText: isText ? quote(newName) : newName }));
        const byFile = Map.groupBy(edits, ({ at }) => at.source.uri);
        const warning = isText && newName !== thing.node.name ? identityWarning(session, thing) : undefined;
        if (warning && session.client.changeAnnotations && session.client.documentChanges) {
          return {
            changeAnnotations: { identity: { ...warning, description: 'The next deploy makes another one.' } },
            documentChanges: [...byFile].map(([uri, all]) => ({
              textDocument: { uri: session.clientUri(uri), version: session.documents.get(uri)?.text.version ?? null },
              edits: all.map(({ at, newText }) => ({ range: rangeOf(at), newText, annotationId: 'identity' })),
            })),
          };
        }
        // Without annotations the warning is told beside the edit.
        if (warning?.needsConfirmation)
          connection.window.showWarningMessage(`${warning.label}. The next deploy makes another one.`);
        const changes: Record<string, TextEdit[]> = {};
        for (const [uri, all] of byFile) {
          changes[session.clientUri(uri)] = all.map(({ at, newText }) => ({ range: rangeOf(at), newText }));
        }
        return { changes };
      }),
    );
  },
};

/** The name of a plan or package is its identity at Developer Center: another name is another plan. */
function identityWarning(session: Session, { kind, node }: Thing): { label: string; needsConfirmation: boolean } {
  if (kind !== 'plan') return { label: 'The name is the identity at Developer Center', needsConfirmation: false };
  if (!session.deployed) {
    return {
      label: 'If the plan is deployed, it stays at Developer Center under its old name',
      needsConfirmation: true,
    };
  }
  const deployed = session.deployed.has(nameIdentity(node.name));
  return deployed
    ? { label: 'The plan is deployed and stays at Developer Center under its old name', needsConfirmation: true }
    : { label: 'The name is the identity at Developer Center', needsConfirmation: false };
}

/** A name that is another thing's already would make the two one. */
function takenProblem(session: Session, thing: Thing, name: string): string | undefined {
  if (!isTaken(session, thing, name)) return undefined;
  return `“${name}” is the name of another ${thing.kind === 'devices' ? 'list' : thing.kind} here.`;
}

function isTaken({ project }: Session, thing: Thing, name: string): boolean {
  const { workspace } = project;
  const { node } = thing;
  const same = (other: { readonly name: string }) => nameIdentity(other.name) === nameIdentity(name);
  if (thing.kind === 'plan') return workspace.plans().some((plan) => plan.node !== node && same(plan));
  if (thing.kind === 'package') return workspace.packages().some((each) => each.node !== node && same(each));
  if (thing.kind === 'component') {
    const beside = thing.node.$container.statements.filter(ast.isComponent);
    return beside.some((each) => each !== node && each.name === name);
  }
  return mentions(project, thing).some(({ at }) => {
    const visible = workspace.visible(at.source);
    const there = thing.kind === 'product' ? visible.product(name) : visible.devices(name);
    return there !== undefined && there !== node;
  });
}

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
