import type { Range } from './syntax/lines.ts';

/** E blocks compile and deploy; W blocks deploy in CI unless allowed; I and H inform. */
export type Severity = 'error' | 'warning' | 'information' | 'hint';

/** Something that a rule found. Plain data but for `fixes`, which is worked out when asked for. */
export interface Finding {
  readonly uri: string;
  /** Stable, such as `TIME004`. */
  readonly code: string;
  readonly severity: Severity;
  /** What is wrong, then what to do. */
  readonly message: string;
  /** The exact words at fault; zero-based as in LSP. */
  readonly range: Range;
  readonly related: readonly RelatedPlace[];
  /** The rule's page in the rules reference. */
  readonly url: string;
  /** How an editor may draw the words. */
  readonly tags: readonly FindingTag[];
  /** Changes that put it right, best first. Empty where only a person can decide. */
  readonly fixes: () => readonly Fix[];
}

export type FindingTag = 'unnecessary' | 'deprecated';

/** Another place that explains a finding. */
export interface RelatedPlace {
  readonly uri: string;
  readonly range: Range;
  readonly message: string;
}

/** A change of text that puts a finding right. */
export interface Fix {
  readonly title: string;
  /** Whether it cannot change what the plan does in a way that its author did not ask for; such fixes may be applied all at once. */
  readonly safe: boolean;
  readonly edits: readonly TextEdit[];
}

export interface TextEdit {
  readonly uri: string;
  readonly range: Range;
  readonly newText: string;
}

/** A warning that the plan accepts by `allow CODE because "…"`. */
export interface SuppressedFinding {
  readonly finding: Finding;
  readonly reason: string;
}

/** A rule that could not be decided, for lack of knowledge of what lies outside the files. */
export interface NotChecked {
  readonly code: string;
  readonly uri: string;
  /** What was not known. */
  readonly reason: string;
}

/** Everything that a check of sources says. */
export interface CheckResult {
  /** By file, then by place. */
  readonly findings: readonly Finding[];
  readonly suppressed: readonly SuppressedFinding[];
  readonly notChecked: readonly NotChecked[];
}
