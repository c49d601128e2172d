import * as ast from '../generated/ast.ts';
import type { Workspace } from '../meaning/workspace.ts';
import { usersOf } from '../rules/allowances.ts';
import type { Block, SourceFile } from '../syntax/source.ts';
import { type Entry, statementFor } from './entry.ts';
import { addTo } from './finding-index.ts';
import type { StoredFinding } from './stored.ts';

/** Which warnings plans accept, and by which of their statements. */
export class Acceptances {
  private readonly allowing = new Map<string, Set<Entry>>();
  /** Warnings that were accepted when last judged. */
  private accepted = new Set<StoredFinding>();
  private readonly workspace: Workspace;
  private readonly files: ReadonlyMap<string, SourceFile>;
  private readonly entryOf: (block: Block) => Entry | undefined;

  constructor(
    workspace: Workspace,
    files: ReadonlyMap<string, SourceFile>,
    entryOf: (block: Block) => Entry | undefined,
  ) {
    this.workspace = workspace;
    this.files = files;
    this.entryOf = entryOf;
  }

  /** Puts an entry's statements in the place of those it had. */
  set(entry: Entry, allowances: Entry['allowances']): void {
    const codes = (list: Entry['allowances']) => list.flatMap(({ statements }) => statements.map(({ code }) => code));
    for (const code of codes(entry.allowances)) {
      this.allowing.get(code)?.delete(entry);
      if (this.allowing.get(code)?.size === 0) this.allowing.delete(code);
    }
    entry.allowances = allowances;
    for (const code of codes(allowances)) addTo(this.allowing, code, entry);
  }

  /** The statements by which plans accept a finding; none: it stands. */
  of({ severity, code, at }: StoredFinding): ast.Allow[] {
    if (severity !== 'warning' || !this.allowing.has(code) || !at.block) return [];
    for (const allowance of this.entryOf(at.block)?.allowances ?? []) {
      const statement = statementFor(allowance, code);
      if (statement && at.start >= allowance.start && at.end <= allowance.end) return [statement];
    }
    const source = this.files.get(at.uri);
    if (!source) return [];
    const { offset } = at.block;
    const users = usersOf({ source, start: offset + at.start, end: offset + at.end }, this.workspace);
    const statements = users.map((user) => user.all(ast.isAllow).find((statement) => statement.code === code));
    const all = statements.filter((statement) => statement !== undefined);
    return all.length === users.length ? all : [];
  }

  /** Whether anything is accepted, or was when last counted. */
  get areAny(): boolean {
    return this.allowing.size > 0 || this.accepted.size > 0;
  }

  /** Everybody with statements that accept. */
  get entries(): ReadonlySet<Entry> {
    return new Set([...this.allowing.values()].flatMap((entries) => [...entries]));
  }

  /**
   * Counts what each statement accepts.
   * @param touched gets the files in which a finding is accepted that was not, or the other way round
   */
  count(finders: Iterable<Entry>, touched: Set<string>): ReadonlyMap<ast.Allow, number> {
    const counts = new Map<ast.Allow, number>();
    const accepted = new Set<StoredFinding>();
    for (const entry of finders) {
      for (const stored of entry.findings) {
        const statements = this.of(stored);
        for (const statement of statements) counts.set(statement, (counts.get(statement) ?? 0) + 1);
        if (statements.length === 0) continue;
        accepted.add(stored);
        if (!this.accepted.has(stored)) touched.add(stored.at.uri);
      }
    }
    for (const stored of this.accepted) if (!accepted.has(stored)) touched.add(stored.at.uri);
    this.accepted = accepted;
    return counts;
  }
}
