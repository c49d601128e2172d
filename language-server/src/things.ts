import {
  ast,
  blockOfNode,
  fileOf,
  type Place,
  type PlanMeaning,
  type Project,
  placeOf,
  type SourceFile,
  type UpgradeMeaning,
} from '@otaplan/language';
import { type AstNode, AstUtils } from 'langium';
import type { AtCursor } from './cursor.ts';

/** Something that is declared once and may be named elsewhere. */
export type Thing =
  | { readonly kind: 'product'; readonly node: ast.Product }
  | { readonly kind: 'component'; readonly node: ast.Component }
  | { readonly kind: 'devices'; readonly node: ast.Devices }
  | { readonly kind: 'package'; readonly node: ast.Package }
  | { readonly kind: 'plan'; readonly node: ast.Plan };

/** A place where a thing is named. */
export interface Mention {
  readonly at: Place;
  readonly declares: boolean;
}

/** What the word at a cursor names. */
export function thingAt(project: Project, { node, property }: AtCursor): Thing | undefined {
  const file = fileOf(node);
  const visible = project.workspace.visible(file);
  const product = (name: string): Thing | undefined => {
    const found = visible.product(name);
    return found && { kind: 'product', node: found };
  };
  if (property === 'name' && ast.isProduct(node)) return { kind: 'product', node };
  if (property === 'name' && ast.isComponent(node)) return { kind: 'component', node };
  if (property === 'name' && ast.isDevices(node)) return { kind: 'devices', node };
  if (property === 'name' && ast.isPackage(node)) return { kind: 'package', node };
  if (property === 'name' && ast.isPlan(node)) return { kind: 'plan', node };
  if (property === 'product' && (ast.isPlanProduct(node) || ast.isDevices(node))) return product(node.product);
  if (property === 'name' && ast.isTargetEntry(node) && node.name !== undefined) {
    const found = visible.devices(node.name);
    return found && { kind: 'devices', node: found };
  }
  const upgrade = upgradeOf(project, node);
  if (upgrade && property === 'component' && upgrade.component) return { kind: 'component', node: upgrade.component };
  if (upgrade?.package && ast.isVersion(node)) return { kind: 'package', node: upgrade.package.node };
  const declared = AstUtils.getContainerOfType(node, ast.isPackage);
  if (declared && ast.isVersion(node)) return { kind: 'package', node: declared };
  return undefined;
}

/** The upgrade statement that a node belongs to. */
export function upgradeOf(project: Project, node: AstNode): UpgradeMeaning | undefined {
  const statement = AstUtils.getContainerOfType(node, ast.isUpgrade);
  const plan = planOf(project, node);
  return statement && plan?.upgrades.find((each) => each.node === statement);
}

/** The plan that a node belongs to. */
export function planOf(project: Project, node: AstNode): PlanMeaning | undefined {
  const plan = AstUtils.getContainerOfType(node, ast.isPlan);
  return plan && project.workspace.plan(plan);
}

/** Where a thing is declared: its name. */
export function nameOfThing({ node }: Thing): Place {
  return placeOf(node, 'name');
}

/** Every place that names a thing, the declaration first. */
export function mentions(project: Project, thing: Thing, within?: SourceFile): Mention[] {
  const found: Mention[] = [{ at: nameOfThing(thing), declares: true }];
  const refer = (node: AstNode, property?: string) => found.push({ at: placeOf(node, property), declares: false });
  const { workspace } = project;
  for (const plan of workspace.plans(within)) {
    if (thing.kind === 'product') {
      const statement = plan.first(ast.isPlanProduct);
      if (statement && plan.product === thing.node) refer(statement, 'product');
    } else if (thing.kind === 'devices') {
      for (const target of [...(plan.targets?.include ?? []), ...(plan.targets?.exclude ?? [])]) {
        if (target.devices?.node === thing.node) refer(target.node, 'name');
      }
    } else if (thing.kind === 'component') {
      for (const { node, component } of plan.upgrades) if (component === thing.node) refer(node, 'component');
    } else if (thing.kind === 'package') {
      for (const each of plan.upgrades) if (each.package?.node === thing.node) refer(each.node.target);
    }
  }
  if (thing.kind === 'product') {
    for (const { node } of workspace.deviceLists(within)) {
      if (workspace.visible(fileOf(node)).product(node.product) === thing.node) refer(node, 'product');
    }
  }
  return within ? found.filter(({ at }) => at.source === within) : found;
}

/** A range in the file where a node stands. */
export function rangeOf(place: Place) {
  return place.source.range(place.start, place.end);
}

/** Where a declaration stands with its comments, for symbols that enclose it. */
export function wholeOf(node: ast.Declaration): Place {
  const block = blockOfNode(node);
  const place = placeOf(node);
  return { ...place, start: Math.max(place.start, block.offset) };
}
