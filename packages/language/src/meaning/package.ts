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
  private readonly world: World;

  constructor(node: ast.Package, world: World) {
    this.node = node;
    this.world = world;
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
  get type(): ComponentType | undefined {
    return this.node.statements.find(ast.isPackageType)?.type as ComponentType | undefined;
  }
  get version(): string | undefined {
    const statement = this.node.statements.find(ast.isPackageVersion);
    return statement && versionOf(statement.version);
  }
  /** The source version of a delta package; `null` for a full one. */
  get source(): string | null {
    const statement = this.node.statements.find(ast.isPackageSource);
    return statement ? versionOf(statement.version) : null;
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
