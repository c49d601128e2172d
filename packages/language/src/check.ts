import { defaultParser } from './default-parser.ts';
import type { CheckResult, Finding } from './findings.ts';
import * as ast from './generated/ast.ts';
import { Workspace } from './meaning/workspace.ts';
import { accept } from './rules/allowances.ts';
import { rules as allRules } from './rules/registry.ts';
import { type AnyRule, rulesByKind, type SubjectKind } from './rules/rule.ts';
import { Reports, subjectsIn } from './rules/run.ts';
import type { SourceFile, SourceParser } from './syntax/source.ts';
import type { World } from './world.ts';

/** The sources of a check: every file that is asked about, and every file that one of them imports. */
export interface Sources {
  /** Text by address (a URI such as `file:///plans/spring.otaplan`). */
  readonly files: ReadonlyMap<string, string>;
  /** The files whose findings are wanted; the others lend names. All of them, when left out. */
  readonly roots?: readonly string[];
}

export interface CheckOptions {
  /** Also report files that are not in canonical format (SYN012); not while typing. */
  readonly format?: boolean;
  /** Other rules than the language's own, for tests. */
  readonly rules?: readonly AnyRule[];
  readonly parser?: SourceParser;
}

/** Checks sources. Pure: the same sources and the same world give the same result. Never throws for what a text says. */
export function check(sources: Sources, world: World, options: CheckOptions = {}): CheckResult {
  const workspace = new Workspace(parseAll(sources, options.parser), world);
  return checkWorkspace(workspace, { ...options, ...(sources.roots ? { roots: sources.roots } : {}) });
}

/** Parses every file of the sources. */
export function parseAll(sources: Sources, parser: SourceParser = defaultParser()): Map<string, SourceFile> {
  return new Map([...sources.files].map(([uri, text]) => [uri, parser.parse(uri, text)]));
}

/** Checks files that are parsed already, as a host does that keeps them. */
export function checkWorkspace(
  workspace: Workspace,
  options: CheckOptions & { readonly roots?: readonly string[] } = {},
): CheckResult {
  const rules = (options.rules ?? allRules).filter((rule) => !rule.onRequest || options.format === true);
  const context = { workspace, world: workspace.world };
  const reports = new Reports();
  const wanted = new Set(options.roots ?? workspace.files.keys());
  const kinds = rulesByKind(rules);
  for (const [kind, ofKind] of kinds) {
    for (const file of workspace.files.values()) {
      if (!wanted.has(file.uri)) continue;
      for (const { subject, whole } of subjectsIn(kind, file, workspace)) {
        for (const rule of ofKind) if (whole || !rule.needsWhole) reports.run(rule, subject, file.uri, context);
      }
    }
  }
  for (const rule of kinds.get('workspace') ?? []) reports.run<'workspace'>(rule, workspace, '', context);
  const inWanted = reports.findings.filter(({ finding }) => wanted.has(finding.uri));
  const accepted = accept(inWanted, workspace);
  const last = new Reports();
  const severities = new Map((options.rules ?? allRules).map((rule) => [rule.code, rule.severity]));
  const undecided = new Set([...reports.notChecked.values()].map(({ code }) => code));
  for (const rule of kinds.get('allow' satisfies SubjectKind) ?? []) {
    for (const plan of workspace
      .plans()
      .filter(({ file, broken }) => wanted.has(file.uri) && !(broken && rule.needsWhole))) {
      for (const node of plan.all(ast.isAllow)) {
        const { code } = node;
        const subject = {
          node,
          plan,
          accepted: accepted.counts.get(node) ?? 0,
          severity: severities.get(code),
          undecided: undecided.has(code),
        };
        last.run<'allow'>(rule, subject, plan.file.uri, context);
      }
    }
  }
  const findings = [...accepted.open, ...last.findings].map(({ finding }) => finding);
  return {
    findings: findings.sort(byPlace),
    suppressed: accepted.suppressed,
    notChecked: [...reports.notChecked.values()],
  };
}

function byPlace(a: Finding, b: Finding): number {
  if (a.uri !== b.uri) return a.uri < b.uri ? -1 : 1;
  const [left, right] = [a.range.start, b.range.start];
  return left.line - right.line || left.character - right.character || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0);
}
