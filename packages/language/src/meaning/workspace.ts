import type * as ast from '../generated/ast.ts';
import { fileOf, type SourceFile } from '../syntax/source.ts';
import type { World } from '../world.ts';
import { type DeviceList, deviceList } from './devices.ts';
import { PackageMeaning } from './package.ts';
import { resolvePath } from './paths.ts';
import { PlanMeaning } from './plan.ts';

/** An import with the file it means. */
export interface ImportMeaning {
  readonly node: ast.Import;
  readonly uri: string;
  /** `undefined`: no such file is among the sources. */
  readonly file: SourceFile | undefined;
}

/** What the declarations of a file can be told by name there: its own, and those of the files it imports, not theirs. */
export interface Visible {
  product(name: string): ast.Product | undefined;
  devices(name: string): ast.Devices | undefined;
  readonly products: ReadonlyMap<string, ast.Product>;
  readonly lists: ReadonlyMap<string, ast.Devices>;
  /** The file's own first, then those of its imports in order. */
  readonly packages: readonly PackageMeaning[];
  /** Of these, the ones for a component type and a version. */
  packagesFor(type: string, version: string): readonly PackageMeaning[];
}

/** The declarations of one file, by kind. */
interface Declared {
  readonly products: readonly ast.Product[];
  readonly lists: readonly ast.Devices[];
  readonly packages: readonly PackageMeaning[];
}

/**
 * All sources together, and the world around them. Names are looked up in one map per file when asked for, and nothing
 * is written into the trees: these may outlive a workspace.
 */
export class Workspace {
  readonly files: ReadonlyMap<string, SourceFile>;
  readonly world: World;
  private readonly visibles = new Map<SourceFile, Visible>();
  private readonly declareds = new Map<SourceFile, Declared>();
  private readonly lists = new Map<ast.Devices, DeviceList>();
  private readonly plansKept = new Map<ast.Plan, PlanMeaning>();

  constructor(files: ReadonlyMap<string, SourceFile>, world: World) {
    this.files = files;
    this.world = world;
  }

  /** Every plan of the workspace, or of one file, in order. */
  plans(file?: SourceFile): PlanMeaning[] {
    return this.of('Plan', file).map((node) => this.plan(node));
  }
  plan(node: ast.Plan): PlanMeaning {
    const plan = this.plansKept.get(node) ?? new PlanMeaning(node, this);
    this.plansKept.set(node, plan);
    return plan;
  }
  packages(file?: SourceFile): PackageMeaning[] {
    return (file ? [file] : [...this.files.values()]).flatMap((each) => this.declared(each).packages);
  }
  products(file?: SourceFile): ast.Product[] {
    return this.of('Product', file);
  }
  deviceLists(file?: SourceFile): DeviceList[] {
    return this.of('Devices', file).map((node) => this.devices(node));
  }
  devices(node: ast.Devices): DeviceList {
    const known = this.lists.get(node);
    if (known) return known;
    const list = deviceList(node, fileOf(node).uri, this.world);
    this.lists.set(node, list);
    return list;
  }
  imports(file: SourceFile): ImportMeaning[] {
    return this.of('Import', file).map((node) => {
      const uri = resolvePath(file.uri, node.path);
      return { node, uri, file: this.files.get(uri) };
    });
  }

  /** Works out a part of what a declaration means. A workspace that lives on notes what was looked at on the way. */
  within<T>(_declaration: ast.Declaration, make: () => T): T {
    return make();
  }

  /** What can be named in a file. */
  visible(file: SourceFile): Visible {
    const known = this.visibles.get(file);
    if (known) return known;
    const imported = this.imports(file).flatMap((each) => (each.file && each.file !== file ? [each.file] : []));
    const declared = [file, ...new Set(imported)].map((each) => this.declared(each));
    const products = byName(declared.flatMap((each) => each.products));
    const lists = byName(declared.flatMap((each) => each.lists));
    const packages = declared.flatMap((each) => each.packages);
    const forVersion = packagesByVersion(packages);
    const visible: Visible = {
      products,
      lists,
      packages,
      packagesFor: (type, version) => forVersion.get(`${type} ${version}`) ?? [],
      product: (name) => products.get(name),
      devices: (name) => lists.get(name),
    };
    this.visibles.set(file, visible);
    return visible;
  }

  private declared(file: SourceFile): Declared {
    const known = this.declareds.get(file);
    if (known) return known;
    const declared: Declared = {
      products: this.products(file),
      lists: this.of('Devices', file),
      packages: this.of('Package', file).map((node) => new PackageMeaning(node, this.world)),
    };
    this.declareds.set(file, declared);
    return declared;
  }

  private of<K extends ast.Declaration['$type']>(kind: K, file?: SourceFile) {
    const files = file ? [file] : [...this.files.values()];
    return files.flatMap((each) => each.declared(kind));
  }
}

/** Packages by component type and version, such as `module 2.4.0`. */
export function packagesByVersion(packages: readonly PackageMeaning[]): Map<string, PackageMeaning[]> {
  return Map.groupBy(packages, ({ type, version }) => `${type} ${version}`);
}

/** The first declaration of each name; a second is SEM023's business. */
function byName<T extends { readonly name: string }>(nodes: readonly T[]): Map<string, T> {
  const map = new Map<string, T>();
  for (const node of nodes) if (!map.has(node.name)) map.set(node.name, node);
  return map;
}
