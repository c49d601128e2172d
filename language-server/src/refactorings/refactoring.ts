import type { SourceFile } from '@otaplan/language';
import type { WorkspaceEdit } from 'vscode-languageserver';
import type { AtCursor } from '../cursor.ts';
import type { Session } from '../session.ts';

/** Where a refactoring is asked for. */
export interface Asked {
  readonly session: Session;
  readonly file: SourceFile;
  readonly cursor: AtCursor;
  /** Whether the client can make files. */
  readonly createsFiles: boolean;
  /** Names of the files in the folder `lists` beside the source: those are taken. */
  readonly listFiles: ReadonlySet<string>;
}

/** A change of the text that keeps what it means, or makes something new from it. */
export interface Refactoring {
  readonly title: string;
  /** As LSP calls it: `refactor.extract`, `refactor.inline`, `refactor.rewrite`. */
  readonly kind: string;
  readonly edit: WorkspaceEdit;
}

/** One replacement in a file. */
export function replacing(
  session: Session,
  file: SourceFile,
  start: number,
  end: number,
  newText: string,
): WorkspaceEdit {
  return { changes: { [session.clientUri(file.uri)]: [{ range: file.range(start, end), newText }] } };
}
