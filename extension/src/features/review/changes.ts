import { createHash } from 'node:crypto';
import type { EarlierFile } from '@otaplan/language-server/protocol';
import { type Comparison, compareDeclared, type Declared, hasPackageFileEnding } from '@otaplan/model';
import type * as vscode from 'vscode';
import type { Plans } from '../../infrastructure/plans.ts';
import { type Base, type FileBefore, filesBefore, findBase, type Repository } from './git.ts';

/** What a branch changes in meaning, against the commit at which it parted from its base. */
export interface BranchReview {
  readonly repository: Repository;
  readonly base: Base;
  readonly comparison: Comparison;
  readonly before: Declared;
  readonly after: Declared;
}

const lists = /\.(csv|tsv|txt)$/i;
const isText = ({ path }: vscode.Uri) => path.endsWith('.otaplan') || lists.test(path);
const lfsPointer = 'version https://git-lfs';

function earlier({ uri, content, gone }: FileBefore): EarlierFile {
  const address = { uri: uri.toString(), gone };
  if (content === null) return { ...address, text: null };
  const text = new TextDecoder().decode(isText(uri) ? content : content.subarray(0, lfsPointer.length));
  if (isText(uri)) return { ...address, text };
  // Of a pointer (Git LFS) nothing is known, which is no error.
  if (text === lfsPointer) return { ...address, text: null };
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { ...address, text: null, facts: { size: content.length, sha256 } };
}

/** Compares what a repository's files declare now with what they declared at its base. `null`: there is no base. */
export async function reviewBranch(
  repository: Repository,
  plans: Plans,
  wantedBase: string,
): Promise<BranchReview | null> {
  const base = await findBase(repository, wantedBase);
  if (!base) return null;
  const files = await filesBefore(repository, base.commit, (uri) => isText(uri) || hasPackageFileEnding(uri.path));
  const { before, after } = await plans.declarations(files.map(earlier));
  const notes = [
    ...before.incomplete.map((sentence) => `Before: ${sentence}`),
    ...after.incomplete.map((sentence) => `Now: ${sentence}`),
  ];
  const comparison = { ...compareDeclared(before, after), with: `${base.name} (${base.commit.slice(0, 7)})`, notes };
  return { repository, base, comparison, before, after };
}
