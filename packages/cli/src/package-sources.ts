import { fileURLToPath } from 'node:url';
import { describeFile, type LocalFile } from '@otaplan/client';
import type { PackageSource } from '@otaplan/fleet';
import { ast } from '@otaplan/language';
import type { LoadedSources } from './sources.ts';

/** The declared packages of loaded sources with their files as they are on disk now; files that are not at hand are left out. */
export async function packageSources(sources: LoadedSources, signal: AbortSignal): Promise<Map<string, PackageSource>> {
  const found = new Map<string, PackageSource>();
  for (const declared of sources.workspace.packages()) {
    const files: LocalFile[] = [];
    for (const file of declared.files) {
      if (!file.inside || file.facts.kind !== 'good') continue;
      files.push(await describeFile(fileURLToPath(file.uri), file.name, signal));
    }
    const remarks = declared.node.statements.find(ast.isPackageRemarks)?.text ?? '';
    found.set(declared.name, { remarks, files });
  }
  return found;
}
