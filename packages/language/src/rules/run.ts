import type { Finding, Fix, NotChecked, RelatedPlace, Severity, TextEdit } from '../findings.ts';
import type { Workspace } from '../meaning/workspace.ts';
import { blockOfNode, type Place, type SourceFile } from '../syntax/source.ts';
import type { AnyRule, FixDraft, Problem, RuleContext, SubjectKind, Subjects } from './rule.ts';

/** A finding together with where it stands, while it is still decided whether a plan accepts it. */
export interface PlacedFinding {
  readonly finding: Finding;
  readonly at: Place;
}

/** Where the rules reference stands; a finding links to its rule there. */
export const rulesReference = 'docs/rules.md';

/** Collects what rules report. */
export class Reports {
  readonly findings: PlacedFinding[] = [];
  readonly notChecked = new Map<string, NotChecked>();

  /** Runs one rule over one subject. */
  run<K extends SubjectKind>(rule: AnyRule, subject: Subjects[K], uri: string, context: RuleContext): void {
    for (const report of rule.check(subject, context)) {
      if ('notKnown' in report) {
        const key = `${rule.code} ${uri} ${report.notKnown}`;
        this.notChecked.set(key, { code: rule.code, uri, reason: report.notKnown });
      } else this.findings.push({ finding: toFinding(rule, report), at: report.at });
    }
  }
}

/** The subjects of a kind in a file, and whether each is whole. */
export function subjectsIn(
  kind: SubjectKind,
  file: SourceFile,
  workspace: Workspace,
): { subject: Subjects[SubjectKind]; whole: boolean }[] {
  switch (kind) {
    case 'part':
      return file.parts.map((subject) => ({ subject, whole: subject.problems.length === 0 }));
    case 'file':
      return [{ subject: file, whole: !file.broken }];
    case 'import':
      return workspace.imports(file).map((subject) => ({ subject, whole: !blockOfNode(subject.node).broken }));
    case 'product':
      return workspace.products(file).map((subject) => ({ subject, whole: !blockOfNode(subject).broken }));
    case 'package':
      return workspace.packages(file).map((subject) => ({ subject, whole: !subject.broken }));
    case 'devices':
      return workspace.deviceLists(file).map((subject) => ({ subject, whole: !blockOfNode(subject.node).broken }));
    case 'plan':
      return workspace.plans(file).map((subject) => ({ subject, whole: !subject.broken }));
    case 'allow':
    case 'workspace':
      return [];
  }
}

/** A problem as it is told: with ranges for places, and the rule's severity unless it has its own. */
export function toFinding(rule: AnyRule, problem: Problem): Finding {
  const severity: Severity = problem.severity ?? rule.severity;
  return {
    uri: problem.at.source.uri,
    code: rule.code,
    severity,
    message: problem.message,
    range: rangeOf(problem.at),
    related: (problem.related ?? []).map(
      ({ at, message }): RelatedPlace => ({ uri: at.source.uri, range: rangeOf(at), message }),
    ),
    url: `${rulesReference}#${rule.code.toLowerCase()}`,
    tags: problem.tags ?? [],
    fixes: () => (problem.fixes?.() ?? []).map(toFix),
  };
}

function toFix(draft: FixDraft): Fix {
  const edits = draft.edits.map(
    ({ at, text }): TextEdit => ({ uri: at.source.uri, range: rangeOf(at), newText: text }),
  );
  return { title: draft.title, safe: draft.safe, edits };
}

function rangeOf(at: Place): Finding['range'] {
  return at.source.range(at.start, at.end);
}
