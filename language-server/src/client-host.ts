import type { Answer, FileFacts } from '@otaplan/language';
import type { Connection } from 'vscode-languageserver';
import type { Host } from './host.ts';
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
} from './protocol.ts';

const notKnown = { kind: 'notKnown' } as const;

/** A host in a browser: it has no files of its own and asks the client, where that answers ({@link InitializationOptions.files}). */
export function clientHost(connection: Connection, answers: () => boolean): Host {
  const ask = async <P, R>(method: string, params: P): Promise<R | undefined> =>
    answers() ? connection.sendRequest<R>(method, params).catch(() => undefined) : undefined;
  return {
    now: () => Date.now(),
    ticks: () => performance.now(),
    zoneDataVersion: 'of the browser',
    soon: (work) => void setTimeout(work, 0),
    after: (milliseconds, work) => {
      const timer = setTimeout(work, milliseconds);
      return () => clearTimeout(timer);
    },
    findFiles: async (folder) =>
      (await ask<FindFilesParams, FindFilesResult>(methods.findFiles, { folder }))?.uris ?? [],
    readText: async (uri): Promise<Answer<string>> =>
      (await ask<ReadFileParams, ReadFileResult>(methods.readFile, { uri }))?.text ?? notKnown,
    fileFacts: async (uri): Promise<Answer<FileFacts>> =>
      (await ask<FileFactsParams, FileFactsResult>(methods.fileFacts, { uri }))?.facts ?? notKnown,
    list: async (uri) => (await ask<ListFolderParams, ListFolderResult>(methods.listFolder, { uri }))?.names ?? [],
  };
}
