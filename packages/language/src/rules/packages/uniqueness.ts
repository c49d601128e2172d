import * as ast from '../../generated/ast.ts';
import type { PackageMeaning } from '../../meaning/package.ts';
import { placeOf } from '../../syntax/source.ts';
import { rule } from '../rule.ts';
import { shown } from '../wording.ts';

/** Packages by what makes them unique at Developer Center: type, target version, source version. */
function byIdentity(packages: readonly PackageMeaning[]): PackageMeaning[][] {
  const complete = packages.filter(({ type, version }) => type !== undefined && version !== undefined);
  const groups = Map.groupBy(complete, ({ type, version, source }) => JSON.stringify([type, version, source]));
  return [...groups.values()].filter(({ length }) => length > 1);
}

export const pkg003 = rule({
  code: 'PKG003',
  severity: 'error',
  title: 'Two packages of one version',
  sentence: 'Type, version and source version of a package must be used once in a workspace.',
  why: 'Developer Center refuses the second, and a plan could mean either.',
  bad: 'package "A" { for module version "2.4.0" … }\npackage "B" { for module version "2.4.0" … }',
  good: 'package "A" { for module version "2.4.0" … }\npackage "B" { for module version "2.4.1" … }',
  on: 'workspace',
  *check(workspace) {
    for (const group of byIdentity(workspace.packages())) {
      const [first] = group;
      const oneFile = group.every(({ file }) => file === first?.file);
      for (const [index, declared] of group.entries()) {
        if (oneFile && index === 0) continue;
        const other = group.find((each) => each !== declared);
        const statement = declared.node.statements.find(ast.isPackageVersion);
        if (!other || !statement) continue;
        const from = declared.source === null ? '' : ` from ${shown(declared.source)}`;
        yield {
          at: placeOf(statement.version),
          message: `${shown(other.name)} is also a package for ${declared.type} with version ${shown(declared.version ?? '')}${from}. Keep one of them.`,
          related: [{ at: placeOf(other.node, 'name'), message: 'the other package' }],
        };
      }
    }
  },
});

export const ver011 = rule({
  code: 'VER011',
  severity: 'warning',
  title: 'One version, two contents',
  sentence: 'A version should stand for one content only.',
  why: 'Content is immutable at Developer Center. Devices that report the version could run either.',
  bad: 'package "A" { for module version "2.4.0" file "a.bin" sha256 "11…" }\npackage "B" { for module version "2.4.0" file "b.bin" sha256 "22…" }',
  good: 'package "A" { for module version "2.4.0" file "a.bin" sha256 "11…" }\npackage "B" { for module version "2.4.1" file "b.bin" sha256 "22…" }',
  on: 'workspace',
  *check(workspace) {
    const packages = workspace.packages();
    for (const group of byIdentity(packages)) {
      for (const declared of group) {
        const digests = digestsOf(declared);
        const other = group.find((each) => each !== declared && differ(digests, digestsOf(each)));
        const statement = declared.node.statements.find(ast.isPackageVersion);
        if (!other || !statement) continue;
        yield {
          at: placeOf(statement.version),
          message: `Version ${shown(declared.version ?? '')} has other files here than in ${shown(other.name)}. Give the new content a version of its own.`,
          related: [{ at: placeOf(other.node, 'name'), message: 'the other package' }],
        };
      }
    }
    const { catalogue } = workspace.world;
    if (!catalogue) return;
    for (const declared of packages) {
      const statement = declared.node.statements.find(ast.isPackageVersion);
      const { type, version, source } = declared;
      if (!statement || type === undefined || version === undefined) continue;
      const answer = catalogue.package(type, version, source);
      if (answer.kind !== 'good' || answer.value === null) continue;
      if (!differ(digestsOf(declared), [...answer.value.sha256].sort())) continue;
      const message = `Version ${shown(version)} is at Developer Center with other files, as ${shown(answer.value.name)}. Give the new content a version of its own.`;
      yield { at: placeOf(statement.version), message };
    }
  },
});

/** Digests of all files of a package, sorted; `undefined` while one of them is not known. */
function digestsOf({ files }: PackageMeaning): readonly string[] | undefined {
  const digests = files.map(
    ({ declared, facts }) => declared ?? (facts.kind === 'good' ? facts.value.sha256 : undefined),
  );
  return digests.includes(undefined) || digests.length === 0
    ? undefined
    : digests.filter((d) => d !== undefined).sort();
}

function differ(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return a !== undefined && b !== undefined && a.join() !== b.join();
}
