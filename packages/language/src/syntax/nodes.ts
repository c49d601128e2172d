import type { AstNode } from 'langium';

/** A node and all below it, in the order of the text. */
export function nodesOf(node: AstNode): AstNode[] {
  const nodes: AstNode[] = [];
  collect(node, nodes);
  return nodes;
}

function collect(node: AstNode, nodes: AstNode[]): void {
  nodes.push(node);
  for (const name in node) {
    if (name.charCodeAt(0) === 36) continue;
    const value: unknown = node[name as keyof AstNode];
    if (Array.isArray(value)) for (const item of value) collectNode(item, nodes);
    else collectNode(value, nodes);
  }
}

function collectNode(value: unknown, nodes: AstNode[]): void {
  if (typeof value === 'object' && value !== null && '$type' in value) collect(value as AstNode, nodes);
}
