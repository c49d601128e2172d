import type { ComponentType } from '@otaplan/model';
import * as ast from '../generated/ast.ts';
import { blockOfNode, fileOf, type SourceFile } from '../syntax/source.ts';
import type { Answer, FileFacts, World } from '../world.ts';
import { versionOf } from './literals.ts';
import { baseName, resolvePath } from './paths.ts';

/** One file of a package. */
export interface PackageFileMeaning {
  readonly node: ast.PackageFile;
  readonly path: string;
  readonly uri: string;
  /** Without folders. */
  readonly name: string;
  /** As written, in lower case. */
  readonly declared: string | undefined;
  /** Whether it lies in the workspace folder; others are not looked at. */
  readonly inside: boolean;
  readonly facts: Answer<FileFacts>;
}

/** A package declaration with what its words stand for. What was not written is `undefined`. */
export class PackageMeaning {
  readonly node: ast.Package;
  readonly type: ComponentType | undefined;
  readonly version: string | undefined;
  /** The source version of a delta package; `null` for a full one. */
  readonly source: string | null;
  private readonly world: World;

  constructor(node: ast.Package, world: World) {
    this.node = node;
    this.world = world;
    this.type = node.statements.find(ast.isPackageType)?.type as ComponentType | undefined;
    const version = node.statements.find(ast.isPackageVersion);
    this.version = version && versionOf(version.version);
    const source = node.statements.find(ast.isPackageSource);
    this.source = source ? versionOf(source.version) : null;
  }

  get name(): string {
    return this.node.name;
  }
  get file(): SourceFile {
    return fileOf(this.node);
  }
  get broken(): boolean {
    return blockOfNode(this.node).broken;
  }
  /** In the order they are written. */
  get files(): readonly PackageFileMeaning[] {
    return this.node.statements.filter(ast.isPackageFile).map((node) => {
      const uri = resolvePath(this.file.uri, node.path);
      const inside = this.world.isInside(uri);
      return {
        node,
        path: node.path,
        uri,
        name: baseName(node.path),
        declared: node.sha256?.toLowerCase(),
        inside,
        facts: inside ? this.world.fileFacts(uri) : { kind: 'notKnown' },
      };
    });
  }
}
