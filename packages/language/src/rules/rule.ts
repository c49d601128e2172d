import type { FindingTag, Severity } from '../findings.ts';
import type * as ast from '../generated/ast.ts';
import type { DeviceList } from '../meaning/devices.ts';
import type { PackageMeaning } from '../meaning/package.ts';
import type { PlanMeaning } from '../meaning/plan.ts';
import type { ImportMeaning, Workspace } from '../meaning/workspace.ts';
import type { Part, Place, SourceFile } from '../syntax/source.ts';
import type { World } from '../world.ts';

/** What a rule looks at: it is called once for each, in the order of the text. */
export interface Subjects {
  /**
   * One declaration with its comments, also one that could not be read in full; and last, what lies outside of all. For
   * rules about how something is written, that need nothing of the rest of the file: an edit elsewhere does not run them.
   */
  part: Part;
  /** A file as a whole, also one that could not be read in full. Runs at every edit: prefer another kind. */
  file: SourceFile;
  import: ImportMeaning;
  product: ast.Product;
  package: PackageMeaning;
  devices: DeviceList;
  plan: PlanMeaning;
  /** After everything else: an `allow` and what it accepted. */
  allow: AllowMeaning;
  /** Once, for what only all files together tell. */
  workspace: Workspace;
}
export type SubjectKind = keyof Subjects;

/** An `allow` statement and what became of it. */
export interface AllowMeaning {
  readonly node: ast.Allow;
  readonly plan: PlanMeaning;
  /** How many findings it accepted. */
  readonly accepted: number;
  /** The severity of the rule it names; `undefined`: no rule has this code. */
  readonly severity: Severity | undefined;
  /** Whether the rule could not be decided somewhere, so that it may yet be needed. */
  readonly undecided: boolean;
}

/** What a rule may know. No clock but `world.now`. */
export interface RuleContext {
  readonly workspace: Workspace;
  readonly world: World;
}

/** What a rule says of a subject: something is wrong at a place, or it could not be told. */
export type Report = Problem | NotKnown;

export interface Problem {
  /** The exact words at fault. */
  readonly at: Place;
  /** What is wrong, then what to do, in one or two plain sentences with the values at hand. */
  readonly message: string;
  /** Only where it differs from the rule's. */
  readonly severity?: Severity;
  readonly related?: readonly { readonly at: Place; readonly message: string }[];
  readonly tags?: readonly FindingTag[];
  /** Called when someone asks; never while checking. */
  readonly fixes?: () => readonly FixDraft[];
}

/** A fix in places; see {@link replace}, {@link insertBefore}, {@link insertAfter}, {@link remove}. */
export interface FixDraft {
  readonly title: string;
  readonly safe: boolean;
  readonly edits: readonly { readonly at: Place; readonly text: string }[];
}

/** The rule could not be decided here: silent in an editor, listed as not checked by the command line. */
export interface NotKnown {
  readonly notKnown: string;
}

/** A rule: a sentence, the reason behind it, and the check. */
export interface Rule<K extends SubjectKind = SubjectKind> {
  readonly code: string;
  readonly severity: Severity;
  /** A few words, for headings. */
  readonly title: string;
  /** “… must …” for errors, “… should …” for the others. */
  readonly sentence: string;
  /** What goes wrong when it is broken. */
  readonly why: string;
  /** Fragments of plans for the reference: one that breaks it, one that keeps it. */
  readonly bad: string;
  readonly good: string;
  readonly on: K;
  /** Silent where part of the subject was lost to a syntax error: for rules about what is missing or unused. */
  readonly needsWhole?: boolean;
  /** Needs the catalogue (marked ° in the reference). */
  readonly needsCatalogue?: boolean;
  /** Called only by `format --check`, not while typing. */
  readonly onRequest?: boolean;
  readonly check: (subject: Subjects[K], context: RuleContext) => Iterable<Report>;
  /** The same rule over further subjects; see {@link on}. */
  readonly also?: readonly FurtherCheck[];
}

/** What a rule does with subjects of another kind. */
export type FurtherCheck = Pick<AnyRule, 'on' | 'check' | 'needsWhole'>;

/** Declares what a rule does with subjects of another kind: one code for plans and packages, say. */
export function on<K extends SubjectKind>(kind: K, check: Rule<K>['check'], needsWhole = false): FurtherCheck {
  return { on: kind, check, needsWhole } as unknown as FurtherCheck;
}

/** Rules by what they look at; one that looks at several kinds is in several groups. */
export function rulesByKind(rules: readonly AnyRule[]): Map<SubjectKind, AnyRule[]> {
  const all = rules.flatMap((each) => [each, ...(each.also ?? []).map((further) => ({ ...each, ...further }))]);
  return Map.groupBy(all, (each) => each.on);
}

/** Declares a rule, with its subject's type inferred from `on`. */
export function rule<K extends SubjectKind>(definition: Rule<K>): AnyRule {
  return definition as unknown as AnyRule;
}
/** A rule of whichever subject; {@link runRule} hands it only what it asked for. */
export type AnyRule = Omit<Rule, 'check'> & {
  readonly check: (subject: Subjects[SubjectKind], context: RuleContext) => Iterable<Report>;
};

/** A fix that puts other words in a place. */
export function replace(title: string, at: Place, text: string, safe = true): FixDraft {
  return { title, safe, edits: [{ at, text }] };
}
export function insertBefore(title: string, at: Place, text: string, safe = true): FixDraft {
  return replace(title, { ...at, end: at.start }, text, safe);
}
export function insertAfter(title: string, at: Place, text: string, safe = true): FixDraft {
  return replace(title, { ...at, start: at.end }, text, safe);
}
/** A fix that takes words away, with their line when nothing else stands on it. */
export function remove(title: string, at: Place, safe = true): FixDraft {
  const { text } = at.source;
  const lineStart = text.lastIndexOf('\n', at.start - 1) + 1;
  const newline = text.indexOf('\n', at.end);
  const lineEnd = newline === -1 ? text.length : newline + 1;
  const alone = !/\S/.test(text.slice(lineStart, at.start)) && !/\S/.test(text.slice(at.end, lineEnd));
  return replace(title, alone ? { ...at, start: lineStart, end: lineEnd } : at, '', safe);
}
/** A fix that adds a statement as the last one of a block, given the place of the whole block (to its `}`). */
export function appendStatement(title: string, block: Place, statement: string, safe = true): FixDraft {
  const { text } = block.source;
  const brace = block.end - 1;
  const lineStart = text.lastIndexOf('\n', brace - 1) + 1;
  const indent = /^[ \t]*/.exec(text.slice(lineStart))?.[0] ?? '';
  const onOwnLine = !/\S/.test(text.slice(lineStart, brace));
  const lines = statement.split('\n').map((line) => `${indent}  ${line}\n`);
  const at = { source: block.source, start: onOwnLine ? lineStart : brace, end: onOwnLine ? lineStart : brace };
  return replace(title, at, `${onOwnLine ? '' : '\n'}${lines.join('')}${onOwnLine ? '' : indent}`, safe);
}
