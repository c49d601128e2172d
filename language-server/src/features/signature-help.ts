import { MarkupKind, type SignatureHelp } from 'vscode-languageserver';
import { offsetAt } from '../cursor.ts';
import { statementOf, stepsAfter, stepsOf } from '../shapes.ts';
import { slots } from '../statements.ts';
import { typingAt } from '../typing.ts';
import type { Feature } from './feature.ts';

/** The shape of the statement that is being typed, with the part that comes next. */
export const signatureHelp: Feature = {
  capabilities: { signatureHelpProvider: { triggerCharacters: [' '], retriggerCharacters: [' ', ','] } },
  register(connection, session) {
    connection.onSignatureHelp(
      session.answering(({ textDocument, position }): SignatureHelp | null => {
        const file = session.source(textDocument.uri)?.file;
        if (!file) return null;
        const typing = typingAt(file, offsetAt(file, position));
        const found = typing.inComment ? undefined : statementOf(typing.block, typing.words);
        if (!found) return null;
        const { statement } = found;
        const { steps } = stepsOf(statement);
        const parameters = [...statement.shape.matchAll(/<([a-z-]+)>/g)].map(({ 0: text, 1: slot = '', index }) => ({
          label: [index, index + text.length] as [number, number],
          documentation: { kind: MarkupKind.Markdown, value: slots[slot] ?? '' },
        }));
        const slotIndexes = steps.flatMap(({ kind }, index) => (kind === 'slot' ? [index] : []));
        const next = stepsAfter(statement, typing.words).find((index) => index >= 0);
        const active = next === undefined ? -1 : slotIndexes.findIndex((index) => index >= next);
        return {
          signatures: [
            {
              label: statement.shape,
              documentation: { kind: MarkupKind.Markdown, value: statement.meaning },
              parameters,
              ...(active >= 0 ? { activeParameter: active } : {}),
            },
          ],
          activeSignature: 0,
          ...(active >= 0 ? { activeParameter: active } : {}),
        };
      }),
    );
  },
};
