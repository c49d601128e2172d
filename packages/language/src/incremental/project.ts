import { defaultParser } from '../default-parser.ts';
import type { CheckResult, Finding, Fix, NotChecked, SuppressedFinding } from '../findings.ts';
import type * as ast from '../generated/ast.ts';
import type { Workspace } from '../meaning/workspace.ts';
import { rules as allRules } from '../rules/registry.ts';
import type { AnyRule } from '../rules/rule.ts';
import { type Block, blockOfNode, placeOf, type SourceFile, type SourceParser } from '../syntax/source.ts';
import type { World } from '../world.ts';
import { Acceptances } from './acceptances.ts';
import { meaningsOf, namesOf } from './block-facts.ts';
import { sameFindings } from './comparing.ts';
import { type Change, type Edited, editFile, readAnew } from './edit.ts';
import { alike, allowancesOf, Entry, none } from './entry.ts';
import { FindingIndex } from './finding-index.ts';
import { Importers } from './importers.ts';
import { LiveWorkspace, workspaceFacts } from './live-workspace.ts';
import { liveWorld } from './live-world.ts';
import { RuleRunner, type Subject } from './rule-runner.ts';
import { carried, type StoredFinding, tell } from './stored.ts';
import { Telling } from './telling.ts';
import { allFiles } from './tracked-files.ts';
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
  private readonly runner: RuleRunner;
  private world: World;
  private readonly importers = new Importers();
  /** Facts that changed and of which not everybody was told yet, with the files that were. */
  private readonly untold = new Map<string, Set<string>>();
  private readonly index = new FindingIndex();
  private readonly acceptances: Acceptances;
  /** What the rules about all files together said. */
  private readonly wide = new Entry('', undefined);
  private wideIsStale = true;
  private settledFindings = false;
  private readonly telling: Telling;
  private lastNotChecked: readonly NotChecked[] = none;

  constructor(world: World, options: ProjectOptions = {}) {
    this.world = world;
    this.parser = options.parser ?? defaultParser();
    this.live = new LiveWorkspace(
      this.files,
      liveWorld(() => this.world, this.tracker),
      this.tracker,
      (declaration) => this.entryOf(blockOfNode(declaration)),
    );
    this.workspace = this.live;
    const rules = (options.rules ?? allRules).filter((rule) => !rule.onRequest);
    this.runner = new RuleRunner(rules, this.live, this.live.world);
    this.acceptances = new Acceptances(this.live, this.files, (block) => this.entryOf(block));
    this.telling = new Telling({
      index: this.index,
      files: this.files,
      acceptances: this.acceptances,
      isHere: ({ block }) => !block || this.entryOf(block) !== undefined,
      fixes: (stored, entry) => this.fixes(stored, entry),
    });
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
    this.importers.note(uri, file.blocks, false);
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
   * Runs what is to be run of a file that was just read, while others are still to come: its trees, which are most of
   * what is kept of it, can be let go of at once. One that imports what is not here is left for later.
   * @param enough says that it has taken long enough; the rest is left for later as well
   * @returns whether all of it was run
   */
  checkNew(uri: string, enough: () => boolean): boolean {
    const kept = this.kept.get(uri);
    const file = this.files.get(uri);
    if (!kept || !file || this.live.imports(file).some((each) => !each.file)) return false;
    this.tellReaders();
    for (const entry of kept.dirty) {
      if (enough()) return false;
      this.run(entry);
      kept.dirty.delete(entry);
    }
    this.dirtyFiles.delete(uri);
    return true;
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
      const found = this.runner.run('workspace', this.live, '', undefined);
      if (!sameFindings(before, found.findings)) {
        for (const { at } of [...before, ...found.findings]) touched.add(at.uri);
      }
      this.index.place(this.wide, found.findings);
      this.wide.notChecked = found.notChecked;
      this.settledFindings = false;
    }
    if (this.settledFindings) return touched;
    this.settledFindings = true;
    this.judgeAllowances(touched);
    return touched;
  }

  /** The findings in a file, by place, as far as rules were run; the same list as long as it holds the same. */
  findings(uri: string): readonly Finding[] {
    return this.telling.in(uri);
  }
  /** Says that nobody asks for the findings in a file again and again, as for those of an open one: nothing is kept ready. */
  rest(uri: string): void {
    this.telling.forget(uri);
  }

  /** Everything that the check says. Runs what is left to run. */
  result(): CheckResult {
    this.checkSome(() => false);
    this.settle();
    const findings: Finding[] = [];
    const suppressed: SuppressedFinding[] = [];
    for (const uri of this.index.uris) {
      findings.push(...this.findings(uri));
      for (const entry of this.index.in(uri)) {
        for (const stored of entry.findings) {
          const [statement] = stored.at.uri === uri ? this.acceptances.of(stored) : [];
          if (statement) suppressed.push({ finding: this.telling.tell(stored, entry), reason: statement.reason ?? '' });
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
    this.importers.note(uri, removed, false);
    this.importers.note(uri, file.blocks.length === added.length ? file.blocks : added, true);
    this.changed(changedNames);
  }

  private drop(uri: string, block: Block): void {
    this.dropEntry(this.kept.get(uri)?.entries.get(block));
    this.kept.get(uri)?.entries.delete(block);
    this.live.forgetMeaning(block);
    for (const entry of this.index.takeMentioning(block)) this.markDirty(entry);
  }

  /** Until the rules about all files are run again, what they said of a block stands in the one that took its place. */
  private carryOver(removed: readonly Block[], added: readonly Block[]): void {
    const successors = new Map(removed.map((block, index) => [block, added[index]]));
    const said = this.wide.findings;
    if (!said.some(({ at }) => at.block && successors.has(at.block))) return;
    this.index.place(
      this.wide,
      said.flatMap((finding) => carried(finding, successors) ?? []),
    );
  }

  private dropEntry(entry: Entry | undefined): void {
    if (!entry) return;
    this.tracker.forget(entry);
    this.index.place(entry, []);
    this.acceptances.set(entry, []);
    this.kept.get(entry.uri)?.dirty.delete(entry);
  }

  /** A file is there now that was not, or the other way round: whoever imports it sees other names. */
  private appeared(uri: string): void {
    this.wideIsStale = true;
    const names = this.files.get(uri)?.blocks.flatMap((block) => namesOf(block, uri)) ?? [];
    const importing = [...this.importers.of(uri)].map((each) => workspaceFacts.imports(each));
    this.changed([...names, ...importing, workspaceFacts.allImports, allFiles]);
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
      if (!this.tracker.isRead(fact)) this.untold.delete(fact);
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
      for (const { kind, subject, whole } of this.runner.subjects(file, block)) {
        const found = this.runner.run(kind, subject, entry.uri, block, whole);
        findings.push(...found.findings);
        notChecked.push(...found.notChecked);
      }
    });
    this.index.place(entry, findings);
    entry.notChecked = this.lastNotChecked = alike(notChecked, this.lastNotChecked);
    entry.allowState = '';
    entry.rest();
    if (block) {
      const spanOf = (plan: ast.Plan) => {
        const { start, end } = placeOf(plan);
        return { start: start - block.offset, end: end - block.offset };
      };
      this.acceptances.set(entry, allowancesOf(block, spanOf));
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

  /** Runs the rules about what plans accept, where the counts are others than when they last ran. */
  private judgeAllowances(touched: Set<string>): void {
    if (!this.acceptances.areAny) return;
    const counts = this.acceptances.count(this.index.all, touched);
    const undecided = new Set<string>();
    for (const { code } of this.notChecked()) undecided.add(code);
    for (const entry of this.acceptances.entries) {
      const subjects = entry.allowances.flatMap(({ plan, statements }) =>
        statements.map((node) => ({
          node,
          plan: this.live.plan(plan),
          accepted: counts.get(node) ?? 0,
          severity: this.runner.severityOf(node.code),
          undecided: undecided.has(node.code),
        })),
      );
      const state = subjects.map((subject) => `${subject.accepted} ${subject.undecided}`).join();
      if (state === entry.allowState) continue;
      const broken = entry.block?.broken === true;
      const found = subjects.flatMap(
        (subject) => this.runner.run('allow', subject, entry.uri, entry.block, !broken).findings,
      );
      if (!sameFindings(entry.allowFindings, found)) touched.add(entry.uri);
      this.index.place(entry, entry.findings, found);
      entry.allowState = state;
      if (entry.block) this.release(entry.block, entry);
    }
  }

  private *notChecked(): Iterable<NotChecked> {
    for (const { entries } of this.kept.values()) for (const entry of entries.values()) yield* entry.notChecked;
    yield* this.wide.notChecked;
  }

  // --- telling

  /** Runs the rule again, for the fixes of one finding. */
  private fixes(stored: StoredFinding, entry: Entry): readonly Fix[] {
    const file = this.files.get(entry.uri);
    const { range } = tell(stored, this.files, () => []);
    const everything: Subject = { kind: 'workspace', subject: this.live, whole: true };
    const subjects = entry === this.wide || !file ? [everything] : this.runner.subjects(file, entry.block);
    return this.runner.fixes(stored, range, subjects);
  }
}
