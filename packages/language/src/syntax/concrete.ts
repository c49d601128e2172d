import { type AstNode, type CompositeCstNode, type CstNode, isAstNode, isCompositeCstNode } from 'langium';

/**
 * Gives a tree the concrete syntax of another one that says the same, and makes that syntax point back to it.
 * @returns whether the two say the same; when not, nothing was changed
 */
export function adoptConcrete(tree: AstNode, other: AstNode): boolean {
  const twins = new Map<AstNode, AstNode>();
  if (!match(tree, other, twins)) return false;
  for (const [from, to] of twins) if (from.$cstNode) (to as Mutable<AstNode>).$cstNode = from.$cstNode;
  if (other.$cstNode) pointBack(other.$cstNode, twins);
  return true;
}

/** Whether two trees say the same, wherever their words stand. */
export function saysTheSame(tree: AstNode, other: AstNode): boolean {
  return match(tree, other, undefined);
}

/** Takes the concrete syntax off a tree. */
export function dropConcrete(node: AstNode): void {
  (node as Mutable<AstNode>).$cstNode = undefined;
  for (const child of childrenOf(node)) dropConcrete(child);
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] | undefined };

function* childrenOf(node: AstNode): Iterable<AstNode> {
  for (const [name, value] of Object.entries(node)) {
    if (name.startsWith('$')) continue;
    if (Array.isArray(value)) yield* value.filter((item) => isAstNode(item));
    else if (isAstNode(value)) yield value;
  }
}

function match(tree: AstNode, other: AstNode, twins: Map<AstNode, AstNode> | undefined): boolean {
  if (tree.$type !== other.$type) return false;
  twins?.set(other, tree);
  const left = tree as AstNode & Record<string, unknown>;
  const right = other as AstNode & Record<string, unknown>;
  for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
    if (!name.startsWith('$') && !matchValues(left[name], right[name], twins)) return false;
  }
  return true;
}

function matchValues(left: unknown, right: unknown, twins: Map<AstNode, AstNode> | undefined): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => matchValues(item, right[index], twins));
  }
  return isAstNode(left) && isAstNode(right) ? match(left, right, twins) : left === right;
}

function pointBack(cst: CstNode, twins: ReadonlyMap<AstNode, AstNode>): void {
  if (!isCompositeCstNode(cst)) return;
  for (const child of cst.content) pointBack(child, twins);
  const twin = cst.astNode && twins.get(cst.astNode);
  if (twin) (cst as { astNode: AstNode } & CompositeCstNode).astNode = twin;
}
