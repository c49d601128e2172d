import {
  type FileFactsParams,
  type FileFactsResult,
  type FindFilesParams,
  type FindFilesResult,
  type ListFolderParams,
  type ListFolderResult,
  methods,
  type ReadFileParams,
  type ReadFileResult,
} from '@otaplan/language-server/protocol';
import * as vscode from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';

/** The files that the language may need: a server in a worker has no file system, nor has one for a virtual workspace. */
export function answerFileQuestions(client: BaseLanguageClient): readonly vscode.Disposable[] {
  return [
    client.onRequest(methods.findFiles, async ({ folder }: FindFilesParams): Promise<FindFilesResult> => {
      const pattern = new vscode.RelativePattern(vscode.Uri.parse(folder, true), '**/*.otaplan');
      const found = await vscode.workspace.findFiles(pattern);
      return { uris: found.map((uri) => uri.toString()) };
    }),
    client.onRequest(methods.readFile, async ({ uri }: ReadFileParams): Promise<ReadFileResult> => {
      const bytes = await read(uri);
      if (typeof bytes === 'string') return { text: { kind: 'bad', reason: bytes } };
      return { text: { kind: 'good', value: new TextDecoder().decode(bytes) } };
    }),
    client.onRequest(methods.fileFacts, async ({ uri }: FileFactsParams): Promise<FileFactsResult> => {
      const bytes = await read(uri);
      if (typeof bytes === 'string') return { facts: { kind: 'bad', reason: bytes } };
      const digest = await globalThis.crypto.subtle.digest('SHA-256', bytes.slice().buffer);
      const sha256 = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
      return { facts: { kind: 'good', value: { size: bytes.length, sha256 } } };
    }),
    client.onRequest(methods.listFolder, async ({ uri }: ListFolderParams): Promise<ListFolderResult> => {
      const found = await Promise.resolve(vscode.workspace.fs.readDirectory(vscode.Uri.parse(uri, true))).catch(
        () => [],
      );
      return { names: found.map(([name, type]) => (type & vscode.FileType.Directory ? `${name}/` : name)) };
    }),
  ];
}

/** The bytes of a file, or why they cannot be had. */
async function read(uri: string): Promise<Uint8Array | string> {
  try {
    return await vscode.workspace.fs.readFile(vscode.Uri.parse(uri, true));
  } catch (error) {
    return error instanceof vscode.FileSystemError && error.code === 'FileNotFound'
      ? 'There is no such file.'
      : 'The file cannot be read.';
  }
}
