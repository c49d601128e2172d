import * as ast from '../generated/ast.ts';
import { resolvePath } from '../meaning/paths.ts';
import type { Block } from '../syntax/source.ts';

/** Which files import a file, whether it is there or not. */
export class Importers {
  /** How often each file imports a target: one of two imports may go, and the other stays. */
  private readonly byTarget = new Map<string, Map<string, number>>();

  /** Takes in the imports of blocks of a file, or takes them out again. */
  note(uri: string, blocks: readonly Block[], here: boolean): void {
    const importing = blocks.filter(({ kinds }) => kinds.includes('Import'));
    for (const node of importing.flatMap(({ declarations }) => declarations.filter(ast.isImport))) {
      const target = resolvePath(uri, node.path);
      const importers = this.byTarget.get(target) ?? new Map<string, number>();
      const count = (importers.get(uri) ?? 0) + (here ? 1 : -1);
      if (count > 0) importers.set(uri, count);
      else importers.delete(uri);
      if (importers.size > 0) this.byTarget.set(target, importers);
      else this.byTarget.delete(target);
    }
  }

  of(uri: string): Iterable<string> {
    return this.byTarget.get(uri)?.keys() ?? [];
  }
}
