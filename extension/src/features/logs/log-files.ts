import * as vscode from 'vscode';
import { isCancellation, isClientError, sayError } from '../../infrastructure/errors.ts';
import { logScheme } from './address.ts';

/** A log that is open: its text so far, and a number that grows with it. */
export interface LogFile {
  readonly revision: number;
  readonly text: { bytes(): Uint8Array };
}

/**
 * Logs as read-only files. A file, and not only a document's text: when a file grows, VS Code puts what is new behind what it has,
 * however long it is, so that place, selection and folds of the reader stay; a text that is handed over it replaces as a whole.
 */
export function registerLogFiles(load: (uri: vscode.Uri) => Promise<LogFile>) {
  const changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  const refuse = (): never => {
    throw vscode.FileSystemError.NoPermissions();
  };
  async function read(uri: vscode.Uri): Promise<LogFile> {
    try {
      return await load(uri);
    } catch (error) {
      // The editor shows it in the document's own place, with a way to try again.
      if (isCancellation(error)) throw vscode.FileSystemError.Unavailable(vscode.l10n.t('Cancelled.'));
      if (isClientError(error)) throw vscode.FileSystemError.Unavailable(sayError(error));
      throw error;
    }
  }
  const provider: vscode.FileSystemProvider = {
    onDidChangeFile: changed.event,
    watch: () => new vscode.Disposable(() => undefined),
    async stat(uri) {
      const file = await read(uri);
      return {
        type: vscode.FileType.File,
        ctime: 0,
        mtime: file.revision,
        size: file.text.bytes().length,
        permissions: vscode.FilePermission.Readonly,
      };
    },
    readFile: async (uri) => (await read(uri)).text.bytes(),
    readDirectory: () => [],
    createDirectory: refuse,
    writeFile: refuse,
    delete: refuse,
    rename: refuse,
  };
  return {
    tell: (uri: vscode.Uri) => changed.fire([{ type: vscode.FileChangeType.Changed, uri }]),
    disposable: vscode.Disposable.from(
      changed,
      vscode.workspace.registerFileSystemProvider(logScheme, provider, { isReadonly: true, isCaseSensitive: true }),
    ),
  };
}
