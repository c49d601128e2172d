import { ast, type PlanMeaning, placeOf, quote } from '@otaplan/language';
import { formatLocal } from '@otaplan/model';
import { CodeActionKind } from 'vscode-languageserver';
import { planOf, upgradeOf } from '../things.ts';
import { type Asked, type Refactoring, replacing } from './refactoring.ts';

/** A full upgrade by a delta package instead, where one is declared that leads to its target. */
export function* toDelta({ session, file, cursor }: Asked): Iterable<Refactoring> {
  const upgrade = upgradeOf(session.project, cursor.node);
  if (!upgrade?.component || upgrade.delta) return;
  const { node, component, target, sources } = upgrade;
  const packages = session.project.workspace.visible(file).packagesFor(component.type, target);
  for (const { source } of packages) {
    if (source === null || (sources.length > 0 && !sources.includes(source))) continue;
    const from = placeOf(node, 'target').end;
    yield {
      title: `Upgrade from ${source} by the delta package`,
      kind: CodeActionKind.RefactorRewrite,
      edit: replacing(session, file, from, placeOf(node).end, ` from ${quote(source)} using delta`),
    };
  }
}

/** The plan that follows: another name, the period after this one, from the versions that this one installs. */
export function* successor({ session, file, cursor }: Asked): Iterable<Refactoring> {
  const plan = planOf(session.project, cursor.node);
  const onHead = ast.isPlan(cursor.node);
  if (!plan || plan.broken || !onHead) return;
  const { start, end } = placeOf(plan.node);
  const names = new Set(session.project.workspace.plans().map(({ name }) => name));
  const name = nextName(plan.name, names);
  const changes = [{ at: placeOf(plan.node, 'name'), text: quote(name) }, ...laterPeriod(plan)];
  for (const { node, target } of plan.upgrades) {
    const version = placeOf(node, 'target');
    changes.push({
      at: { ...version, end: placeOf(node).end },
      text: `${quote(nextVersion(target))} from ${quote(target)}`,
    });
  }
  let text = file.text.slice(start, end);
  for (const { at, text: put } of changes.sort((a, b) => b.at.start - a.at.start)) {
    text = text.slice(0, at.start - start) + put + text.slice(at.end - start);
  }
  yield {
    title: `Add a successor of “${plan.name}”`,
    kind: CodeActionKind.RefactorRewrite,
    edit: replacing(session, file, end, end, `\n\n${text}`),
  };
}

function laterPeriod({ period }: PlanMeaning) {
  if (period?.startAt === undefined || period.endAt === undefined || period.zone === undefined) return [];
  const { zone } = period;
  const length = period.endAt - period.startAt;
  const day = 24 * 3_600_000;
  const begin = period.endAt + day;
  const written = (at: number, like: string) => `${formatLocal(at, zone).slice(0, 10)} ${like.slice(11, 16)}`;
  return [
    { at: placeOf(period.node, 'start'), text: written(begin, period.startText) },
    { at: placeOf(period.node, 'end'), text: written(begin + length, period.endText) },
  ];
}

/** The name with its last number raised, or with “2” behind it. */
function nextName(name: string, taken: ReadonlySet<string>): string {
  const raised = name.replace(/(\d+)(?!.*\d)/, (digits) => String(Number(digits) + 1));
  let candidate = raised === name ? `${name} 2` : raised;
  for (let number = 2; taken.has(candidate); number++) candidate = `${name} (${number})`;
  return candidate.slice(0, 100);
}

/** A version with its last number but one raised: a proposal to be overwritten. */
function nextVersion(version: string): string {
  const match = /^(.*?)(\d+)\.(\d+)$/.exec(version);
  return match ? `${match[1]}${Number(match[2]) + 1}.0` : `${version}-next`;
}
