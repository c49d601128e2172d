import * as ast from '../generated/ast.ts';
import type { Block } from '../syntax/source.ts';
import { workspaceFacts } from './live-workspace.ts';

/** The facts that what a block's declarations come to makes. */
export function meaningsOf(block: Block): string[] {
  const { kinds } = block;
  if (kinds.every((kind) => kind === 'Plan')) return kinds.length === 0 ? [] : [workspaceFacts.allPlans];
  return block.declarations.flatMap((node) =>
    ast.isDevices(node)
      ? [workspaceFacts.devices(node.name), workspaceFacts.allDevices]
      : ast.isPlan(node)
        ? [workspaceFacts.allPlans]
        : [],
  );
}

/** The facts that a block's declarations make. */
export function namesOf(block: Block, uri: string): string[] {
  if (block.kinds.length === 1 && block.kinds[0] === 'Plan') return [workspaceFacts.allPlans];
  return block.declarations.flatMap((node): string[] => {
    if (ast.isProduct(node)) return [workspaceFacts.product(node.name), workspaceFacts.allProducts];
    if (ast.isDevices(node)) return [workspaceFacts.devices(node.name), workspaceFacts.allDevices];
    if (ast.isPackage(node)) return [workspaceFacts.packages(uri), workspaceFacts.allPackages];
    if (ast.isImport(node)) return [workspaceFacts.imports(uri), workspaceFacts.allImports];
    return [workspaceFacts.allPlans];
  });
}
