import type { Finding, Fix, TextEdit as LanguageEdit, SourceFile } from '@otaplan/language';
import { type CodeAction, CodeActionKind, type Range, type TextEdit, type WorkspaceEdit } from 'vscode-languageserver';
import type { Analysis } from '../analysis.ts';
import { type AtCursor, atCursor, offsetAt } from '../cursor.ts';
import { refactorings } from '../refactorings/index.ts';
import type { Refactoring } from '../refactorings/refactoring.ts';
import type { Session } from '../session.ts';
import { folderOf } from '../uris.ts';
import type { Feature } from './feature.ts';

const fixAllKind = `${CodeActionKind.SourceFixAll}.otaplan`;

/** Fixes of findings, all safe ones at once, and refactorings. */
export const codeActions: Feature = {
  capabilities: {
    codeActionProvider: {
      codeActionKinds: [
        CodeActionKind.QuickFix,
        fixAllKind,
        CodeActionKind.RefactorExtract,
        CodeActionKind.RefactorInline,
        CodeActionKind.RefactorRewrite,
      ],
      resolveProvider: false,
    },
  },
  register(connection, session, analysis) {
    connection.onCodeAction(
      session.answering(async ({ textDocument, range, context }): Promise<CodeAction[]> => {
        const source = session.source(textDocument.uri);
        if (!source) return [];
        const { file, uri } = source;
        const wants = (kind: string) =>
          !context.only || context.only.some((only) => kind === only || kind.startsWith(`${only}.`));
        session.project.check(uri);
        const actions: CodeAction[] = [];
        if (wants(CodeActionKind.QuickFix)) {
          const touched = session.findings(uri).filter((finding) => overlaps(finding.range, range));
          for (const finding of touched) actions.push(...fixesOf(session, analysis, finding));
        }
        if (wants(fixAllKind) && (context.only || actions.length > 0)) actions.push(...fixAll(session, file));
        if (wants(CodeActionKind.Refactor) || context.only?.some((only) => only.startsWith('refactor'))) {
          const cursor = atCursor(file, offsetAt(file, range.start));
          if (cursor) actions.push(...(await refactor(session, file, cursor)).filter(({ kind }) => wants(kind)));
        }
        return actions;
      }),
    );
  },
};

async function refactor(session: Session, file: SourceFile, cursor: AtCursor): Promise<Refactoring[]> {
  const createsFiles = session.client.createsFiles && file.uri.includes('/');
  const names = createsFiles ? await session.host.list(`${folderOf(file.uri)}/lists`) : [];
  // The listing took a while: what stands at the cursor may be another tree by now.
  if (session.project.file(file.uri) !== file) return [];
  const asked = { session, file, cursor, createsFiles, listFiles: new Set(names) };
  return refactorings.flatMap((refactoring) => [...refactoring(asked)]);
}

function fixesOf(session: Session, analysis: Analysis, finding: Finding): CodeAction[] {
  const fixes = finding.fixes();
  return fixes.map((fix, index) => ({
    title: fix.title,
    kind: CodeActionKind.QuickFix,
    diagnostics: [analysis.diagnostic(finding)],
    edit: editOf(session, fix.edits),
    ...(index === 0 && fix.safe && fixes.filter(({ safe }) => safe).length === 1 ? { isPreferred: true } : {}),
  }));
}

/** Everything that can be put right without changing what a plan does: of findings with one safe fix, those that do not touch each other. */
function fixAll(session: Session, file: SourceFile): CodeAction[] {
  const taken: LanguageEdit[] = [];
  for (const finding of session.project.findings(file.uri)) {
    const safe = finding.fixes().filter((fix: Fix) => fix.safe);
    const [fix] = safe;
    if (!fix || safe.length > 1) continue;
    const clash = fix.edits.some(
      (edit) => edit.uri !== file.uri || taken.some((other) => overlaps(other.range, edit.range)),
    );
    if (!clash) taken.push(...fix.edits);
  }
  if (taken.length === 0) return [];
  return [{ title: 'Fix everything that is safe to fix', kind: fixAllKind, edit: editOf(session, taken) }];
}

function editOf(session: Session, edits: readonly LanguageEdit[]): WorkspaceEdit {
  const changes: Record<string, TextEdit[]> = {};
  for (const { uri, range, newText } of edits) {
    const clientUri = session.clientUri(uri);
    changes[clientUri] = [...(changes[clientUri] ?? []), { range, newText }];
  }
  return { changes };
}

function overlaps(a: Range, b: Range): boolean {
  const before = (x: Range['start'], y: Range['start']) =>
    x.line < y.line || (x.line === y.line && x.character < y.character);
  return !before(a.end, b.start) && !before(b.end, a.start);
}
