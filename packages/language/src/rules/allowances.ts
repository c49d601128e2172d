import type { AstNode } from 'langium';
import type { SuppressedFinding } from '../findings.ts';
import * as ast from '../generated/ast.ts';
import type { PlanMeaning } from '../meaning/plan.ts';
import type { Workspace } from '../meaning/workspace.ts';
import { type Place, placeOf } from '../syntax/source.ts';
import type { PlacedFinding } from './run.ts';

/** Findings parted by whether a plan accepts them, and how many each `allow` accepted. */
export interface Accepted {
  readonly open: PlacedFinding[];
  readonly suppressed: SuppressedFinding[];
  readonly counts: ReadonlyMap<ast.Allow, number>;
}

/**
 * Applies `allow CODE because "…"`: a plan accepts warnings within it. A warning at a declaration that plans use (a list,
 * a package, a product) is accepted when every plan that uses it accepts it. Errors are never accepted.
 */
export function accept(findings: readonly PlacedFinding[], workspace: Workspace): Accepted {
  const allowing = new Map<string, PlanMeaning[]>();
  for (const plan of workspace.plans())
    for (const { code } of plan.all(ast.isAllow)) allowing.set(code, [...(allowing.get(code) ?? []), plan]);
  const open: PlacedFinding[] = [];
  const suppressed: SuppressedFinding[] = [];
  const counts = new Map<ast.Allow, number>();
  for (const placed of findings) {
    const { finding, at } = placed;
    const plans = finding.severity === 'warning' ? allowing.get(finding.code) : undefined;
    const within = plans?.find((plan) => contains(plan.node, at));
    const users = plans && !within ? usersOf(at, workspace) : [];
    const accepting = within ? [within] : users.length > 0 && users.every((user) => plans?.includes(user)) ? users : [];
    const statements = accepting.flatMap(
      (plan) => plan.all(ast.isAllow).find(({ code }) => code === finding.code) ?? [],
    );
    if (statements.length === 0) open.push(placed);
    else {
      for (const statement of statements) counts.set(statement, (counts.get(statement) ?? 0) + 1);
      suppressed.push({ finding, reason: statements[0]?.reason ?? '' });
    }
  }
  return { open, suppressed, counts };
}

/** The plans that use the declaration at a place; none when a plan stands there, or nothing. */
export function usersOf(at: Place, workspace: Workspace): PlanMeaning[] {
  const near = at.source.blocks.filter(({ offset, text }) => offset <= at.start && at.end <= offset + text.length);
  const declaration = near.flatMap(({ declarations }) => declarations).find((node) => contains(node, at));
  if (!declaration || ast.isPlan(declaration)) return [];
  return workspace.plans().filter((plan) => {
    if (plan.product === declaration) return true;
    if (plan.upgrades.some((upgrade) => upgrade.package?.node === declaration)) return true;
    const { include = [], exclude = [] } = plan.targets ?? {};
    return [...include, ...exclude].some((target) => target.devices?.node === declaration);
  });
}

function contains(node: AstNode, at: Place): boolean {
  const whole = placeOf(node);
  return whole.source === at.source && at.start >= whole.start && at.end <= whole.end;
}
