import type { Fix, NotChecked } from '../findings.ts';
import * as ast from '../generated/ast.ts';

import { type AnyRule, type RuleContext, rulesByKind, type SubjectKind, type Subjects } from '../rules/rule.ts';
import { toFinding } from '../rules/run.ts';
import type { Range } from '../syntax/lines.ts';
import type { Block, SourceFile } from '../syntax/source.ts';
import type { World } from '../world.ts';
import { sameRange } from './comparing.ts';
import type { LiveWorkspace } from './live-workspace.ts';
import { type StoredFinding, store } from './stored.ts';

/** Something that rules look at; `whole`: nothing of it is missing because it could not be read. */
export interface Subject {
  readonly kind: SubjectKind;
  readonly subject: Subjects[SubjectKind];
  readonly whole: boolean;
}

/** What rules said. */
export interface Said {
  readonly findings: StoredFinding[];
  readonly notChecked: NotChecked[];
}

/** Runs rules on what they look at. */
export class RuleRunner {
  private readonly rules: ReadonlyMap<SubjectKind, readonly AnyRule[]>;
  private readonly severities: ReadonlyMap<string, AnyRule['severity']>;
  private readonly workspace: LiveWorkspace;
  private readonly context: RuleContext;

  constructor(rules: readonly AnyRule[], workspace: LiveWorkspace, world: World) {
    this.rules = rulesByKind(rules);
    this.severities = new Map(rules.map((rule) => [rule.code, rule.severity]));
    this.workspace = workspace;
    this.context = { workspace, world };
  }

  severityOf(code: string): AnyRule['severity'] | undefined {
    return this.severities.get(code);
  }

  /** What the rules look at in a block, or in a file outside of all blocks. */
  *subjects(file: SourceFile, block: Block | undefined): Iterable<Subject> {
    if (!block) {
      yield { kind: 'part', subject: file.rest, whole: file.problems.length === 0 };
      if (this.rules.has('file')) yield { kind: 'file', subject: file, whole: !file.broken };
      return;
    }
    const whole = !block.broken;
    yield { kind: 'part', subject: file.partOf(block), whole: block.problems.length === 0 };
    for (const node of block.declarations) {
      if (ast.isProduct(node)) yield { kind: 'product', subject: node, whole };
      else if (ast.isDevices(node)) yield { kind: 'devices', subject: this.workspace.devices(node), whole };
      else if (ast.isPlan(node)) yield { kind: 'plan', subject: this.workspace.plan(node), whole };
      else if (ast.isPackage(node)) {
        const subject = this.workspace.packageOf(node);
        if (subject) yield { kind: 'package', subject, whole };
      } else {
        const subject = this.workspace.imports(file).find((meaning) => meaning.node === node);
        if (subject) yield { kind: 'import', subject, whole };
      }
    }
  }

  /** Runs every rule about a subject. */
  run<K extends SubjectKind>(kind: K, subject: Subjects[K], uri: string, block: Block | undefined, whole = true): Said {
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

  /** Runs the rule of a finding again, for the finding's fixes. */
  fixes({ code, message, at }: StoredFinding, range: Range, subjects: Iterable<Subject>): readonly Fix[] {
    for (const { kind, subject } of subjects) {
      for (const rule of this.rules.get(kind) ?? []) {
        if (rule.code !== code) continue;
        for (const report of rule.check(subject, this.context)) {
          if ('notKnown' in report || report.message !== message) continue;
          const finding = toFinding(rule, report);
          if (finding.uri === at.uri && sameRange(finding.range, range)) return finding.fixes();
        }
      }
    }
    return [];
  }
}
