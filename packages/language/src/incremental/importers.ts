import * as ast from '../generated/ast.ts';
import { resolvePath } from '../meaning/paths.ts';
import type { Block } from '../syntax/source.ts';

/** Which files import a file, whether it is there or not. */
export class Importers {
  private readonly byTarget = new Map<string, Set<string>>();

  /** Takes in the imports of blocks of a file, or takes them out again. */
  note(uri: string, blocks: readonly Block[], here: boolean): void {
    const importing = blocks.filter(({ kinds }) => kinds.includes('Import'));
    for (const node of importing.flatMap(({ declarations }) => declarations.filter(ast.isImport))) {
      const target = resolvePath(uri, node.path);
      const importers = this.byTarget.get(target) ?? new Set();
      if (here) importers.add(uri);
      else importers.delete(uri);
      this.byTarget.set(target, importers);
    }
  }

  of(uri: string): Iterable<string> {
    return this.byTarget.get(uri) ?? [];
  }
}
