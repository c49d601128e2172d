import { ast, placeOf } from '@otaplan/language';
import { AstUtils } from 'langium';
import { CodeActionKind } from 'vscode-languageserver';
import { type Asked, type Refactoring, replacing } from './refactoring.ts';

/** The digest of a package file, beside its path. */
export function* addDigest({ session, file, cursor }: Asked): Iterable<Refactoring> {
  const statement = AstUtils.getContainerOfType(cursor.node, ast.isPackageFile);
  if (!statement || statement.sha256 !== undefined) return;
  const declared = session.project.workspace.packages(file).flatMap(({ files }) => files);
  const facts = declared.find(({ node }) => node === statement)?.facts;
  if (facts?.kind !== 'good') return;
  const { end } = placeOf(statement, 'path');
  yield {
    title: 'Add the digest of the file',
    kind: CodeActionKind.RefactorRewrite,
    edit: replacing(session, file, end, end, ` sha256 "${facts.value.sha256}"`),
  };
}
