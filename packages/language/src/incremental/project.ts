import type { CheckResult, Finding, Fix, NotChecked, SuppressedFinding } from '../findings.ts';
import * as ast from '../generated/ast.ts';
import { resolvePath } from '../meaning/paths.ts';
import type { Workspace } from '../meaning/workspace.ts';
import { usersOf } from '../rules/allowances.ts';
import { rules as allRules } from '../rules/registry.ts';
import { type AnyRule, type RuleContext, rulesByKind, type SubjectKind, type Subjects } from '../rules/rule.ts';
import { toFinding } from '../rules/run.ts';
import { defaultParser } from '../services.ts';
import { type Block, blockOfNode, placeOf, type SourceFile, type SourceParser } from '../syntax/source.ts';
import type { World } from '../world.ts';
import { meaningsOf, namesOf } from './block-facts.ts';
import { byPlace, sameFindings, sameRange } from './comparing.ts';
import { type Change, type Edited, editFile, readAnew } from './edit.ts';
import { allowancesOf, Entry, statementFor } from './entry.ts';
import { LiveWorkspace, workspaceFacts } from './live-workspace.ts';
import { liveWorld } from './live-world.ts';
import { carried, type StoredFinding, store, tell } from './stored.ts';
import { allFiles, TrackedFiles } from './tracked-files.ts';
import { type Reader, Tracker } from './tracker.ts';

export interface ProjectOptions {
  readonly parser?: SourceParser;
  /** Other rules than the language's own, for tests. */
  readonly rules?: readonly AnyRule[];
}

/** What is kept of a file. */
interface Kept {
  /** One for each block, and one for what is outside of all. */
  readonly entries: Map<Block | undefined, Entry>;
  /** Entries whose rules are to be run. */
  readonly dirty: Set<Entry>;
  /** Whether its declarations were collected since it came. */
  known: boolean;
}

/**
 * The files of an editor, checked again and again while they change. After an edit only those declarations are read and
 * checked that changed, or that looked at something that did. Once everything is checked ({@link result} sees to it), the
 * findings are those of a fresh check of the same sources in the same world.
 */
export class Project {
  /** The files as they are now, with what they mean. */
  readonly workspace: Workspace;
  private readonly live: LiveWorkspace;
  private readonly files = new Map<string, SourceFile>();
  private readonly kept = new Map<string, Kept>();
  private readonly dirtyFiles = new Set<string>();
  private readonly tracker = new Tracker();
  private readonly parser: SourceParser;
  private readonly rules: ReadonlyMap<SubjectKind, readonly AnyRule[]>;
  private readonly severities: ReadonlyMap<string, AnyRule['severity']>;
  private readonly context: RuleContext;
  private world: World;
  /** Which files import a file, whether it is there or not. */
  private readonly importers = new Map<string, Set<string>>();
  /** Facts that changed and of which not everybody was told yet, with the files that were. */
  private readonly untold = new Map<string, Set<string>>();
  /** Who has findings in a file, and who has any at all. */
  private readonly findersIn = new Map<string, Set<Entry>>();
  private readonly allowing = new Map<string, Set<Entry>>();
  /** Who has findings with places in a block that is not its own. */
  private readonly mentioning = new Map<Block, Set<Entry>>();
  /** What the rules about all files together said. */
  private readonly wide = new Entry('', undefined);
  private wideIsStale = true;
  private settledFindings = false;
  /** Findings as they were told last, with where their blocks began. */
  private readonly told = new WeakMap<StoredFinding, { line: number; character: number; finding: Finding }>();
  /** Warnings that were accepted when last judged. */
  private accepted = new Set<StoredFinding>();

  constructor(world: World, options: ProjectOptions = {}) {
    this.world = world;
    this.parser = options.parser ?? defaultParser();
    const rules = (options.rules ?? allRules).filter((rule) => !rule.onRequest);
    this.rules = rulesByKind(rules);
    this.severities = new Map(rules.map((rule) => [rule.code, rule.severity]));
    this.live = new LiveWorkspace(
      new TrackedFiles(this.files, this.tracker),
      liveWorld(() => this.world, this.tracker),
      this.tracker,
      (declaration) => this.entryOf(blockOfNode(declaration)),
    );
    this.workspace = this.live;
    this.context = { workspace: this.live, world: this.live.world };
  }

  /** Takes in a file, or its text as a whole. */
  set(uri: string, text: string): void {
    const before = this.files.get(uri);
    if (before?.length === text.length && before.text === text) return;
    if (!before) this.appeared(uri);
    this.take(readAnew(this.parser, before, text, uri));
  }

  /** Takes in an edit of a file that is here. */
  edit(uri: string, change: Change): void {
    const before = this.files.get(uri);
    if (before) this.take(editFile(this.parser, before, change));
    else this.set(uri, change.insert);
  }

  remove(uri: string): void {
    const file = this.files.get(uri);
    if (!file) return;
    this.noteImports(uri, file.blocks, false);
    for (const block of file.blocks) this.drop(uri, block);
    this.dropEntry(this.kept.get(uri)?.entries.get(undefined));
    this.changed(file.blocks.flatMap((block) => namesOf(block, uri)));
    this.files.delete(uri);
    this.kept.delete(uri);
    this.dirtyFiles.delete(uri);
    this.live.forgetDeclared(uri);
    this.appeared(uri);
  }

  /** Says that facts of the world changed ({@link worldFacts}); the world itself may be another one. */
  worldChanged(facts: Iterable<string>, world: World = this.world): void {
    this.world = world;
    this.wideIsStale = true;
    this.changed(facts);
  }

  /** The addresses of files outside the sources that somebody looked at: `text` of lists, `facts` of package files. */
  get lookedAt(): { readonly texts: readonly string[]; readonly facts: readonly string[] } {
    const names = [...this.tracker.facts];
    const after = (prefix: string) =>
      names.flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
    return { texts: after('text '), facts: after('facts ') };
  }

  /** Makes sure that what declarations of a file (of all files) mean is up to date, for who reads it beside the rules. */
  refresh(uri?: string): void {
    this.tellReaders(uri);
  }

  /** The text of a file as it is known here. */
  file(uri: string): SourceFile | undefined {
    return this.files.get(uri);
  }
  get uris(): Iterable<string> {
    return this.files.keys();
  }

  /** Runs what is to be run of one file, before all others. */
  check(uri: string): void {
    this.tellReaders(uri);
    const kept = this.kept.get(uri);
    if (!kept) return;
    for (const entry of kept.dirty) this.run(entry);
    kept.dirty.clear();
    this.dirtyFiles.delete(uri);
  }

  /**
   * Goes on with what is to be run, file by file, until `enough` says so.
   * @returns the files that were looked at; `quiet`: nothing is left but {@link settle}
   */
  checkSome(enough: () => boolean): { readonly quiet: boolean; readonly checked: readonly string[] } {
    this.tellReaders();
    const checked: string[] = [];
    for (const uri of this.dirtyFiles) {
      const dirty = this.kept.get(uri)?.dirty ?? new Set();
      checked.push(uri);
      for (const entry of dirty) {
        if (enough()) return { quiet: false, checked };
        this.run(entry);
        dirty.delete(entry);
      }
      this.dirtyFiles.delete(uri);
    }
    return { quiet: true, checked };
  }

  /** Whether nothing is left to run but what looks at all files together. */
  get isQuiet(): boolean {
    return this.dirtyFiles.size === 0 && this.untold.size === 0;
  }

  /**
   * Runs the rules that look at all files together, and those about what was accepted; only once everything else was run.
   * @returns the files whose findings are others because of it
   */
  settle(): Set<string> {
    this.tellReaders();
    const touched = new Set<string>();
    if (this.wideIsStale) {
      this.wideIsStale = false;
      const before = this.wide.findings;
      const found = this.runRules('workspace', this.live, '', undefined);
      if (!sameFindings(before, found.findings)) {
        for (const { at } of [...before, ...found.findings]) touched.add(at.uri);
      }
      this.place(this.wide, found.findings);
      this.wide.notChecked = found.notChecked;
      this.settledFindings = false;
    }
    if (this.settledFindings) return touched;
    this.settledFindings = true;
    this.judgeAllowances(touched);
    return touched;
  }

  /** The findings in a file, by place, as far as rules were run. */
  findings(uri: string): Finding[] {
    const told: Finding[] = [];
    for (const entry of this.findersIn.get(uri) ?? []) {
      for (const stored of [...entry.findings, ...entry.allowFindings]) {
        const stands = stored.at.uri === uri && this.isHere(stored.at);
        if (stands && this.accepting(stored).length === 0) told.push(this.tell(stored, entry));
      }
    }
    return told.sort(byPlace);
  }

  /** Everything that the check says. Runs what is left to run. */
  result(): CheckResult {
    this.checkSome(() => false);
    this.settle();
    const findings: Finding[] = [];
    const suppressed: SuppressedFinding[] = [];
    for (const uri of [...this.findersIn.keys()].sort()) {
      findings.push(...this.findings(uri));
      for (const entry of this.findersIn.get(uri) ?? []) {
        for (const stored of entry.findings) {
          const [statement] = stored.at.uri === uri ? this.accepting(stored) : [];
          if (statement) suppressed.push({ finding: this.tell(stored, entry), reason: statement.reason ?? '' });
        }
      }
    }
    const notChecked = new Map<string, NotChecked>();
    for (const each of this.notChecked()) notChecked.set(`${each.code} ${each.uri} ${each.reason}`, each);
    return { findings, suppressed, notChecked: [...notChecked.values()] };
  }

  // --- files come, change and go

  private take({ file, removed, added, same }: Edited): void {
    const { uri } = file;
    this.files.set(uri, file);
    let kept = this.kept.get(uri);
    if (!kept) {
      kept = { entries: new Map(), dirty: new Set(), known: false };
      this.kept.set(uri, kept);
    }
    const changedNames = new Set<string>();
    const differs = removed.length !== same.size || added.length !== same.size;
    for (const block of removed) {
      if (differs) for (const name of namesOf(block, uri)) changedNames.add(name);
      this.drop(uri, block);
    }
    for (const block of added) {
      if (differs) for (const name of namesOf(block, uri)) changedNames.add(name);
      kept.entries.set(block, new Entry(uri, block));
      this.markDirty(kept.entries.get(block));
    }
    const rest = kept.entries.get(undefined) ?? new Entry(uri, undefined);
    kept.entries.set(undefined, rest);
    this.markDirty(rest);
    if (differs) {
      const onlyPlans = [...removed, ...added].every(({ kinds }) => kinds.every((kind) => kind === 'Plan'));
      if (onlyPlans && kept.known) this.live.forgetPlans();
      else this.live.forgetDeclared(uri);
      kept.known = true;
      this.wideIsStale = true;
      if (removed.length === added.length) this.carryOver(removed, added);
    }
    this.noteImports(uri, removed, false);
    this.noteImports(uri, file.blocks.length === added.length ? file.blocks : added, true);
    this.changed(changedNames);
  }

  private drop(uri: string, block: Block): void {
    this.dropEntry(this.kept.get(uri)?.entries.get(block));
    this.kept.get(uri)?.entries.delete(block);
    this.live.forgetMeaning(block);
    const mentioning = this.mentioning.get(block);
    this.mentioning.delete(block);
    for (const entry of mentioning ?? []) this.markDirty(entry);
  }

  /** Until the rules about all files are run again, what they said of a block stands in the one that took its place. */
  private carryOver(removed: readonly Block[], added: readonly Block[]): void {
    const successors = new Map(removed.map((block, index) => [block, added[index]]));
    const said = this.wide.findings;
    if (!said.some(({ at }) => at.block && successors.has(at.block))) return;
    this.place(
      this.wide,
      said.flatMap((finding) => carried(finding, successors) ?? []),
    );
  }

  private dropEntry(entry: Entry | undefined): void {
    if (!entry) return;
    this.tracker.forget(entry);
    this.place(entry, []);
    this.setAllowances(entry, []);
    this.kept.get(entry.uri)?.dirty.delete(entry);
  }

  /** A file is there now that was not, or the other way round: whoever imports it sees other names. */
  private appeared(uri: string): void {
    this.wideIsStale = true;
    const names = this.files.get(uri)?.blocks.flatMap((block) => namesOf(block, uri)) ?? [];
    const importing = [...(this.importers.get(uri) ?? [])].map((each) => workspaceFacts.imports(each));
    this.changed([...names, ...importing, workspaceFacts.allImports, allFiles]);
  }

  /** Keeps by target which files import which. */
  private noteImports(uri: string, blocks: readonly Block[], here: boolean): void {
    const importing = blocks.filter(({ kinds }) => kinds.includes('Import'));
    for (const node of importing.flatMap(({ declarations }) => declarations.filter(ast.isImport))) {
      const target = resolvePath(uri, node.path);
      const importers = this.importers.get(target) ?? new Set();
      if (here) importers.add(uri);
      else importers.delete(uri);
      this.importers.set(target, importers);
    }
  }

  /** Facts are others now. Who looked at them is told when it is asked for, or when there is time. */
  private changed(facts: Iterable<string>): void {
    for (const fact of facts) this.untold.set(fact, new Set());
  }

  /** Tells who looked at changed facts: those of one file, or all. */
  private tellReaders(uri?: string): void {
    const facts = [...this.untold];
    if (uri === undefined) this.untold.clear();
    for (const [fact, told] of facts) {
      if (uri !== undefined && told.has(uri)) continue;
      if (uri !== undefined) told.add(uri);
      this.fire(fact, uri);
    }
  }

  /** Tells whoever looked at a fact that it is another one now. */
  private fire(fact: string, uri?: string): void {
    const wanted = uri === undefined ? undefined : (reader: Reader) => (reader as Entry).uri === uri;
    for (const reader of this.tracker.take(fact, wanted)) {
      const entry = reader as Entry;
      this.tracker.forget(entry);
      this.markDirty(entry);
      // What it means may be something else now: whoever looked at that is to look again.
      if (!entry.block) continue;
      this.live.forgetMeaning(entry.block);
      const names = meaningsOf(entry.block);
      if (uri !== undefined) this.changed(names);
      for (const name of names) {
        this.untold.get(name)?.add(uri ?? '');
        this.fire(name, uri);
      }
    }
  }

  private markDirty(entry: Entry | undefined): void {
    if (!entry) return;
    if (entry === this.wide) {
      this.wideIsStale = true;
      return;
    }
    this.kept.get(entry.uri)?.dirty.add(entry);
    this.dirtyFiles.add(entry.uri);
    // Only a comment may have changed, but then places have as well.
    this.settledFindings = false;
  }

  private entryOf(block: Block): Entry | undefined {
    return block.file && this.kept.get(block.file.uri)?.entries.get(block);
  }

  // --- rules

  private run(entry: Entry): void {
    const file = this.files.get(entry.uri);
    if (!file) return;
    const findings: StoredFinding[] = [];
    const notChecked: NotChecked[] = [];
    const { block } = entry;
    this.tracker.within(entry, () => {
      for (const { kind, subject, whole } of this.subjects(file, block)) {
        const found = this.runRules(kind, subject, entry.uri, block, whole);
        findings.push(...found.findings);
        notChecked.push(...found.notChecked);
      }
    });
    this.place(entry, findings);
    entry.notChecked = notChecked;
    entry.allowState = '';
    if (block) {
      const spanOf = (plan: ast.Plan) => {
        const { start, end } = placeOf(plan);
        return { start: start - block.offset, end: end - block.offset };
      };
      this.setAllowances(entry, allowancesOf(block, spanOf));
      this.release(block, entry);
    }
    this.settledFindings = false;
  }

  /** Lets go of what can be had again: the trees of plans, and where their words stand. */
  private release(block: Block, entry: Entry): void {
    const { kinds } = block;
    if (kinds.length > 0 && kinds.every((kind) => kind === 'Plan') && entry.allowances.length === 0)
      this.live.release(block);
    else block.forgetPlaces();
  }

  /** What the rules look at in a block, or in a file outside of all blocks. */
  private *subjects(
    file: SourceFile,
    block: Block | undefined,
  ): Iterable<{ kind: SubjectKind; subject: Subjects[SubjectKind]; whole: boolean }> {
    if (!block) {
      yield { kind: 'part', subject: file.rest, whole: file.problems.length === 0 };
      if (this.rules.has('file')) yield { kind: 'file', subject: file, whole: !file.broken };
      return;
    }
    const whole = !block.broken;
    yield { kind: 'part', subject: file.partOf(block), whole: block.problems.length === 0 };
    for (const node of block.declarations) {
      if (ast.isProduct(node)) yield { kind: 'product', subject: node, whole };
      else if (ast.isDevices(node)) yield { kind: 'devices', subject: this.live.devices(node), whole };
      else if (ast.isPlan(node)) yield { kind: 'plan', subject: this.live.plan(node), whole };
      else if (ast.isPackage(node)) {
        const subject = this.live.packageOf(node);
        if (subject) yield { kind: 'package', subject, whole };
      } else {
        const subject = this.live.imports(file).find((meaning) => meaning.node === node);
        if (subject) yield { kind: 'import', subject, whole };
      }
    }
  }

  private runRules<K extends SubjectKind>(
    kind: K,
    subject: Subjects[K],
    uri: string,
    block: Block | undefined,
    whole = true,
  ): { findings: StoredFinding[]; notChecked: NotChecked[] } {
    const findings: StoredFinding[] = [];
    const notChecked: NotChecked[] = [];
    for (const rule of this.rules.get(kind) ?? []) {
      if (rule.needsWhole && !whole) continue;
      for (const report of rule.check(subject, this.context)) {
        if ('notKnown' in report) notChecked.push({ code: rule.code, uri, reason: report.notKnown });
        else findings.push(store(rule, report, block));
      }
    }
    return { findings, notChecked };
  }

  /** Puts an entry's findings in the place of those it had. */
  private place(entry: Entry, findings: readonly StoredFinding[], allowFindings: readonly StoredFinding[] = []): void {
    for (const { at } of [...entry.findings, ...entry.allowFindings]) this.findersIn.get(at.uri)?.delete(entry);
    for (const block of entry.mentions) this.mentioning.get(block)?.delete(entry);
    entry.findings = findings;
    entry.allowFindings = allowFindings;
    for (const { at } of [...findings, ...allowFindings]) {
      const finders = this.findersIn.get(at.uri);
      if (finders) finders.add(entry);
      else this.findersIn.set(at.uri, new Set([entry]));
    }
    const places = findings.flatMap(({ at, related }) => [at.block, ...related.map((each) => each.at.block)]);
    entry.mentions = [...new Set(places.filter((block) => block !== undefined && block !== entry.block))] as Block[];
    for (const block of entry.mentions) {
      const mentioning = this.mentioning.get(block);
      if (mentioning) mentioning.add(entry);
      else this.mentioning.set(block, new Set([entry]));
    }
  }

  // --- what plans accept

  private setAllowances(entry: Entry, allowances: Entry['allowances']): void {
    const codes = (list: Entry['allowances']) => list.flatMap(({ statements }) => statements.map(({ code }) => code));
    for (const code of codes(entry.allowances)) {
      this.allowing.get(code)?.delete(entry);
      if (this.allowing.get(code)?.size === 0) this.allowing.delete(code);
    }
    entry.allowances = allowances;
    for (const code of codes(allowances)) {
      const entries = this.allowing.get(code);
      if (entries) entries.add(entry);
      else this.allowing.set(code, new Set([entry]));
    }
  }

  /** The statements by which plans accept a finding; none: it stands. */
  private accepting({ severity, code, at }: StoredFinding): ast.Allow[] {
    if (severity !== 'warning' || !this.allowing.has(code) || !at.block) return [];
    for (const allowance of this.entryOf(at.block)?.allowances ?? []) {
      const statement = statementFor(allowance, code);
      if (statement && at.start >= allowance.start && at.end <= allowance.end) return [statement];
    }
    const source = this.files.get(at.uri);
    if (!source) return [];
    const { offset } = at.block;
    const users = usersOf({ source, start: offset + at.start, end: offset + at.end }, this.live);
    const statements = users.map((user) => user.all(ast.isAllow).find((statement) => statement.code === code));
    const all = statements.filter((statement) => statement !== undefined);
    return all.length === users.length ? all : [];
  }

  private judgeAllowances(touched: Set<string>): void {
    if (this.allowing.size === 0 && this.accepted.size === 0) return;
    const counts = new Map<ast.Allow, number>();
    const accepted = new Set<StoredFinding>();
    for (const entry of new Set([...this.findersIn.values()].flatMap((finders) => [...finders]))) {
      for (const stored of entry.findings) {
        const statements = this.accepting(stored);
        for (const statement of statements) counts.set(statement, (counts.get(statement) ?? 0) + 1);
        if (statements.length === 0) continue;
        accepted.add(stored);
        if (!this.accepted.has(stored)) touched.add(stored.at.uri);
      }
    }
    for (const stored of this.accepted) if (!accepted.has(stored)) touched.add(stored.at.uri);
    this.accepted = accepted;
    const undecided = new Set<string>();
    for (const { code } of this.notChecked()) undecided.add(code);
    for (const entry of new Set([...this.allowing.values()].flatMap((entries) => [...entries]))) {
      const subjects = entry.allowances.flatMap(({ plan, statements }) =>
        statements.map((node) => ({
          node,
          plan: this.live.plan(plan),
          accepted: counts.get(node) ?? 0,
          severity: this.severities.get(node.code),
          undecided: undecided.has(node.code),
        })),
      );
      const state = subjects.map((subject) => `${subject.accepted} ${subject.undecided}`).join();
      if (state === entry.allowState) continue;
      const broken = entry.block?.broken === true;
      const found = subjects.flatMap(
        (subject) => this.runRules('allow', subject, entry.uri, entry.block, !broken).findings,
      );
      if (!sameFindings(entry.allowFindings, found)) touched.add(entry.uri);
      this.place(entry, entry.findings, found);
      entry.allowState = state;
      if (entry.block) this.release(entry.block, entry);
    }
  }

  private *notChecked(): Iterable<NotChecked> {
    for (const { entries } of this.kept.values()) for (const entry of entries.values()) yield* entry.notChecked;
    yield* this.wide.notChecked;
  }

  // --- telling

  /** Whether a place is in what is in the files now; until all rules were run again, some may not be. */
  private isHere({ block }: StoredFinding['at']): boolean {
    return !block || this.entryOf(block) !== undefined;
  }

  private tell(stored: StoredFinding, entry: Entry): Finding {
    const fixes = () => this.fixes(stored, entry);
    const { block, uri } = stored.at;
    const file = this.files.get(uri);
    if (!block || !file || stored.related.length > 0) {
      const related = stored.related.filter(({ at }) => this.isHere(at));
      return tell({ ...stored, related }, this.files, fixes);
    }
    // As long as its block begins where it did, nothing of it is different.
    const { line, character } = file.range(block.offset, block.offset).start;
    const known = this.told.get(stored);
    if (known?.line === line && known.character === character) return known.finding;
    const finding = tell(stored, this.files, fixes);
    this.told.set(stored, { line, character, finding });
    return finding;
  }

  /** Runs the rule again, for the fixes of one finding. */
  private fixes(stored: StoredFinding, entry: Entry): readonly Fix[] {
    const file = this.files.get(entry.uri);
    const { range } = tell(stored, this.files, () => []);
    const subjects =
      entry === this.wide || !file
        ? [{ kind: 'workspace' as const, subject: this.live, whole: true }]
        : [...this.subjects(file, entry.block)];
    for (const { kind, subject } of subjects) {
      for (const rule of this.rules.get(kind) ?? []) {
        if (rule.code !== stored.code) continue;
        for (const report of rule.check(subject, this.context)) {
          if ('notKnown' in report || report.message !== stored.message) continue;
          const finding = toFinding(rule, report);
          if (finding.uri === stored.at.uri && sameRange(finding.range, range)) return finding.fixes();
        }
      }
    }
    return [];
  }
}
