import { type AstNode, type AstReflection, isAstNode } from 'langium';

/**
 * Takes out of a recovered tree what the parser could not finish, so that everything that is left has all that its
 * type promises. A tree without syntax errors is not touched.
 * @param isRemnant whether a statement is no statement of its own, but what is left of a broken one
 * @returns whether the node itself is whole
 */
export function prune(node: AstNode, reflection: AstReflection, isRemnant: (statement: AstNode) => boolean): boolean {
  const properties = node as AstNode & Record<string, unknown>;
  for (const name of Object.keys(properties)) {
    if (name.startsWith('$')) continue;
    const value = properties[name];
    if (Array.isArray(value)) {
      const statements = name === 'statements';
      const kept = value.filter(
        (item) => !isAstNode(item) || (prune(item, reflection, isRemnant) && !(statements && isRemnant(item))),
      );
      if (kept.length < value.length) properties[name] = kept;
    } else if (isAstNode(value) && !prune(value, reflection, isRemnant)) delete properties[name];
  }
  return reflection.isComplete(node) && hasContent(properties);
}

/** Alternatives of which one must have been read; the reflection calls each of them optional. */
const oneOf: Readonly<Record<string, readonly string[]>> = {
  DateTime: ['date', 'iso'],
  Zone: ['name', 'bare'],
  TargetEntry: ['name', 'key', 'bare'],
  Version: ['value', 'bare'],
  Push: ['any', 'to'],
  Mode: ['kind'],
  Include: ['entries'],
  Exclude: ['entries'],
};

function hasContent(node: AstNode & Record<string, unknown>): boolean {
  const names = oneOf[node.$type];
  if (!names) return true;
  return names.some((name) => {
    const value = node[name];
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
  });
}
