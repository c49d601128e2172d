import * as vscode from 'vscode';
import { OperationError } from '../../infrastructure/errors.ts';

/** What is used of the API of VS Code's own git extension, version 1 (`extensions/git/src/api/git.d.ts` of VS Code). */
export interface Repository {
  readonly rootUri: vscode.Uri;
  readonly state: {
    readonly HEAD: { readonly name?: string; readonly commit?: string } | undefined;
    readonly workingTreeChanges: readonly GitChange[];
    readonly untrackedChanges?: readonly GitChange[];
    readonly onDidChange: vscode.Event<void>;
  };
  getMergeBase(one: string, other: string): Promise<string | undefined>;
  getBranchBase(name: string): Promise<{ readonly name?: string; readonly remote?: string } | undefined>;
  /** Files of the working tree that differ from a revision; untracked ones are not among them. */
  diffWith(revision: string): Promise<readonly GitChange[]>;
  buffer(revision: string, path: string): Promise<Uint8Array>;
}
export interface GitChange {
  readonly uri: vscode.Uri;
  readonly originalUri: vscode.Uri;
  readonly renameUri: vscode.Uri | undefined;
  readonly status: number;
}
export interface Git {
  readonly repositories: readonly Repository[];
  readonly onDidOpenRepository: vscode.Event<Repository>;
  readonly onDidCloseRepository: vscode.Event<Repository>;
  getRepository(uri: vscode.Uri): Repository | null;
}
interface GitExtension {
  readonly enabled: boolean;
  readonly onDidChangeEnablement: vscode.Event<boolean>;
  getAPI(version: 1): Git;
}

/** Values of the API's `Status`: a file that the revision has not. */
const came: ReadonlySet<number> = new Set([1 /* INDEX_ADDED */, 4 /* INDEX_COPIED */, 7 /* UNTRACKED */]);
/** A file that is not there any more. */
const went: ReadonlySet<number> = new Set([2 /* INDEX_DELETED */, 6 /* DELETED */]);

/** The git extension's API, or `null` where there is none: turned off, in the browser, in an untrusted workspace. */
export async function openGit(): Promise<Git | null> {
  const extension = vscode.extensions.getExtension<GitExtension>('vscode.git');
  if (!extension) return null;
  const { enabled, getAPI } = await extension.activate().then((api) => ({
    enabled: api.enabled,
    getAPI: () => api.getAPI(1),
  }));
  return enabled ? getAPI() : null;
}

/** What a branch is compared with. */
export interface Base {
  /** As a person knows it, such as `origin/main`. */
  readonly name: string;
  /** The commit at which both parted. */
  readonly commit: string;
}

/**
 * The base of what is checked out: the revision that the settings name, else the branch that VS Code takes for its base, else the
 * usual names. `null`: there is nothing yet to compare with.
 * @param wanted empty: find it
 * @throws OperationError `noBase` when the settings name a revision that is not there
 */
export async function findBase(repository: Repository, wanted: string): Promise<Base | null> {
  const { HEAD } = repository.state;
  if (HEAD?.commit === undefined) return null;
  const mergeBase = (name: string) => repository.getMergeBase(name, 'HEAD').catch(() => undefined);
  if (wanted !== '') {
    const commit = await mergeBase(wanted);
    if (commit) return { name: wanted, commit };
    throw new OperationError(
      'noBase',
      vscode.l10n.t(
        'There is no revision “{0}” that this branch came from. The setting otaplan.review.base names it.',
        wanted,
      ),
      [
        {
          title: vscode.l10n.t('Open Setting'),
          command: 'workbench.action.openSettings',
          args: ['otaplan.review.base'],
        },
      ],
    );
  }
  const branch = HEAD.name === undefined ? undefined : await repository.getBranchBase(HEAD.name).catch(() => undefined);
  const known = branch?.name === undefined ? [] : [branch.remote ? `${branch.remote}/${branch.name}` : branch.name];
  for (const name of [...known, 'origin/HEAD', 'origin/main', 'origin/master', 'main', 'master']) {
    const commit = await mergeBase(name);
    if (commit) return { name, commit };
  }
  return null;
}

/** A file as it was at a revision; `content: null`: it was not there. */
export interface FileBefore {
  readonly uri: vscode.Uri;
  readonly content: Uint8Array | null;
  /** It is not there any more, also where an editor still shows it; not while an editor has changes to it, which can be saved. */
  readonly gone: boolean;
}

type Read = () => Promise<Uint8Array | null>;

/** At once, since each is a process of git. */
const atOnce = 8;

/**
 * Files that differ from a revision, as they were: also what is not committed yet, and what is not saved yet.
 * @param wanted which files are looked at
 */
export async function filesBefore(
  repository: Repository,
  revision: string,
  wanted: (uri: vscode.Uri) => boolean,
): Promise<readonly FileBefore[]> {
  const { workingTreeChanges, untrackedChanges } = repository.state;
  const untracked = [...workingTreeChanges, ...(untrackedChanges ?? [])].filter(({ status }) => status === 7);
  const dirty = new Set(
    vscode.workspace.textDocuments.filter(({ isDirty }) => isDirty).map(({ uri }) => uri.toString()),
  );
  const reads = new Map<string, { readonly uri: vscode.Uri; readonly gone: boolean; readonly read: Read }>();
  const add = (uri: vscode.Uri, read: Read, gone = false) => {
    const key = uri.toString();
    if (wanted(uri)) reads.set(key, { uri, read, gone: gone && !dirty.has(key) });
  };
  for (const { uri, originalUri, renameUri, status } of [...(await repository.diffWith(revision)), ...untracked]) {
    const there = renameUri ?? uri;
    const moved = there.toString() !== originalUri.toString();
    if (moved) add(there, async () => null);
    if (came.has(status)) add(uri, async () => null);
    else add(originalUri, () => repository.buffer(revision, originalUri.fsPath), moved || went.has(status));
  }
  for (const { isDirty, uri } of vscode.workspace.textDocuments) {
    const inside = uri.scheme === 'file' && uri.path.startsWith(`${repository.rootUri.path}/`);
    // A file that only the editor changed is on disk what it is in the revision.
    if (isDirty && inside && !reads.has(uri.toString())) add(uri, async () => vscode.workspace.fs.readFile(uri));
  }
  const all = [...reads.values()];
  const result: FileBefore[] = [];
  for (let at = 0; at < all.length; at += atOnce) {
    const some = all.slice(at, at + atOnce);
    result.push(
      ...(await Promise.all(some.map(async ({ uri, gone, read }) => ({ uri, gone, content: await read() })))),
    );
  }
  return result;
}
