import * as ast from '../generated/ast.ts';
import { type DeviceList, deviceList } from '../meaning/devices.ts';
import { PackageMeaning } from '../meaning/package.ts';
import { resolvePath } from '../meaning/paths.ts';
import { PlanMeaning } from '../meaning/plan.ts';
import { type ImportMeaning, packagesByVersion, type Visible, Workspace } from '../meaning/workspace.ts';
import { type Block, blockOfNode, fileOf, type SourceFile } from '../syntax/source.ts';
import type { World } from '../world.ts';
import { TrackedFiles } from './tracked-files.ts';
import type { Reader, Tracker } from './tracker.ts';

/** The names of the facts of a workspace; see {@link Tracker}. */
export const workspaceFacts = {
  /** What a name stands for, in any file. */
  product: (name: string) => `product ${name}`,
  devices: (name: string) => `devices ${name}`,
  /** The packages that a file declares. */
  packages: (uri: string) => `packages ${uri}`,
  /** What a file imports, and whether it is there. */
  imports: (uri: string) => `imports ${uri}`,
  allPlans: 'all plans',
  allProducts: 'all products',
  allDevices: 'all devices',
  allPackages: 'all packages',
  allImports: 'all imports',
} as const;

interface Declared {
  readonly products: readonly ast.Product[];
  readonly lists: readonly ast.Devices[];
  readonly packages: readonly PackageMeaning[];
  readonly productsByName: ReadonlyMap<string, ast.Product>;
  readonly listsByName: ReadonlyMap<string, ast.Devices>;
  readonly packageOf: ReadonlyMap<ast.Package, PackageMeaning>;
  readonly packagesByVersion: ReadonlyMap<string, readonly PackageMeaning[]>;
}

/**
 * A workspace that lives on while its files change. What it worked out is kept until {@link forgetDeclared} or
 * {@link forgetMeaning} says that it may not be so any more; who looked at what is noted on the way.
 */
export class LiveWorkspace extends Workspace {
  private readonly tracker: Tracker;
  /** The files, for what notes by a fact of its own that it looked. */
  private readonly here: ReadonlyMap<string, SourceFile>;
  private readonly readerOf: (declaration: ast.Declaration) => Reader | undefined;
  private readonly declaredIn = new Map<string, Declared>();
  private readonly importsOf = new Map<string, readonly Omit<ImportMeaning, 'file'>[]>();
  private readonly visibleIn = new Map<string, Visible>();
  /** By block and place in it: trees come and go. */
  private readonly planMeanings = new WeakMap<Block, PlanMeaning[]>();
  private readonly listMeanings = new WeakMap<ast.Devices, DeviceList>();
  /** What all files hold together, while nothing changes. */
  private allPlans: PlanMeaning[] | undefined;
  private allLists: DeviceList[] | undefined;
  private allPackages: PackageMeaning[] | undefined;

  constructor(
    files: ReadonlyMap<string, SourceFile>,
    world: World,
    tracker: Tracker,
    readerOf: (declaration: ast.Declaration) => Reader | undefined,
  ) {
    super(new TrackedFiles(files, tracker), world);
    this.here = files;
    this.tracker = tracker;
    this.readerOf = readerOf;
  }

  /** The declarations of a file by kind are to be collected again. */
  forgetDeclared(uri: string): void {
    this.declaredIn.delete(uri);
    this.importsOf.delete(uri);
    this.allPlans = this.allLists = this.allPackages = undefined;
    if (!this.here.has(uri)) this.visibleIn.delete(uri);
  }
  /** Only plans of a file changed. */
  forgetPlans(): void {
    this.allPlans = undefined;
  }
  /** What the declarations of a block come to is to be worked out again. */
  forgetMeaning(block: Block): void {
    if (this.planMeanings.delete(block)) this.allPlans = undefined;
    if (!block.kinds.includes('Devices')) return;
    for (const node of block.declarations) if (ast.isDevices(node)) this.listMeanings.delete(node);
    this.allLists = undefined;
  }

  override within<T>(declaration: ast.Declaration, make: () => T): T {
    return this.tracker.within(this.readerOf(declaration), make);
  }

  override plans(file?: SourceFile): PlanMeaning[] {
    this.tracker.read(workspaceFacts.allPlans);
    const plansIn = (each: SourceFile) =>
      each.blocks.flatMap((block) => {
        const { kinds } = block;
        if (kinds.length === 1 && kinds[0] === 'Plan') return this.planIn(block, 0);
        return kinds.flatMap((kind, place) => (kind === 'Plan' ? this.planIn(block, place) : []));
      });
    if (file) return plansIn(file);
    this.allPlans ??= [...this.files.values()].flatMap(plansIn);
    return this.allPlans;
  }
  override plan(node: ast.Plan): PlanMeaning {
    const block = blockOfNode(node);
    return this.planIn(block, block.declarations.indexOf(node));
  }
  private planIn(block: Block, place: number): PlanMeaning {
    // As long as it will be: a list that grows takes room for sixteen more.
    const known = this.planMeanings.get(block) ?? new Array<PlanMeaning>(block.kinds.length);
    this.planMeanings.set(block, known);
    const plan = known[place] ?? new PlanMeaning(block.declarations[place] as ast.Plan, this);
    known[place] = plan;
    return plan;
  }
  /** Lets go of the trees of plans, and of what hangs on them; what plans are held against each other by stays. */
  release(block: Block): void {
    for (const plan of this.planMeanings.get(block) ?? []) plan?.release();
    block.releaseTree();
  }
  override packages(file?: SourceFile): PackageMeaning[] {
    this.tracker.read(file ? workspaceFacts.packages(file.uri) : workspaceFacts.allPackages);
    if (file) return [...this.declaredOf(file.uri).packages];
    this.allPackages ??= [...this.files.keys()].flatMap((uri) => this.declaredOf(uri).packages);
    return this.allPackages;
  }
  /** What a declared package comes to. */
  packageOf(node: ast.Package): PackageMeaning | undefined {
    return this.declaredOf(fileOf(node).uri).packageOf.get(node);
  }
  override products(file?: SourceFile): ast.Product[] {
    this.tracker.read(workspaceFacts.allProducts);
    return (file ? [file] : [...this.files.values()]).flatMap(({ uri }) => this.declaredOf(uri).products);
  }
  override deviceLists(file?: SourceFile): DeviceList[] {
    this.tracker.read(workspaceFacts.allDevices);
    const all = (uris: readonly string[]) =>
      uris.flatMap((uri) => this.declaredOf(uri).lists.map((node) => this.devices(node)));
    if (file) return all([file.uri]);
    this.allLists ??= all([...this.files.keys()]);
    return this.allLists;
  }
  override devices(node: ast.Devices): DeviceList {
    const known = this.listMeanings.get(node);
    if (known) return known;
    const list = this.within(node, () => deviceList(node, fileOf(node).uri, this.world));
    this.listMeanings.set(node, list);
    return list;
  }
  override imports(file: SourceFile): ImportMeaning[] {
    this.tracker.read(workspaceFacts.imports(file.uri));
    let imports = this.importsOf.get(file.uri);
    if (!imports) {
      imports = file.declared('Import').map((node) => ({ node, uri: resolvePath(file.uri, node.path) }));
      this.importsOf.set(file.uri, imports);
    }
    return imports.map((each) => ({ ...each, file: this.here.get(each.uri) }));
  }
  override visible(file: SourceFile): Visible {
    let visible = this.visibleIn.get(file.uri);
    if (!visible) {
      visible = this.visibleFrom(file.uri);
      this.visibleIn.set(file.uri, visible);
    }
    return visible;
  }

  private visibleFrom(uri: string): Visible {
    /** Addresses of the file and of those it imports. */
    const reach = (): string[] => {
      const file = this.here.get(uri);
      if (!file) return [];
      const imported = this.imports(file).flatMap(({ file: target }) => (target ? [target.uri] : []));
      return [...new Set([uri, ...imported])];
    };
    const find = <T>(pick: (declared: Declared) => T | undefined): T | undefined => {
      for (const each of reach()) {
        const found = pick(this.declaredOf(each));
        if (found !== undefined) return found;
      }
      return undefined;
    };
    const { tracker } = this;
    const all = <T>(pick: (declared: Declared) => ReadonlyMap<string, T>): Map<string, T> => {
      const map = new Map<string, T>();
      for (const each of reach())
        for (const [name, node] of pick(this.declaredOf(each))) if (!map.has(name)) map.set(name, node);
      return map;
    };
    const declaredOf = (each: string) => this.declaredOf(each);
    // The same list as long as it holds the same: rules keep by it what they work out.
    let packagesOf: readonly Declared[] = [];
    let packages: readonly PackageMeaning[] = [];
    return {
      product(name) {
        tracker.read(workspaceFacts.product(name));
        return find(({ productsByName }) => productsByName.get(name));
      },
      devices(name) {
        tracker.read(workspaceFacts.devices(name));
        return find(({ listsByName }) => listsByName.get(name));
      },
      get products() {
        tracker.read(workspaceFacts.allProducts);
        return all(({ productsByName }) => productsByName);
      },
      get lists() {
        tracker.read(workspaceFacts.allDevices);
        return all(({ listsByName }) => listsByName);
      },
      get packages() {
        const all = reach().map((each) => {
          tracker.read(workspaceFacts.packages(each));
          return declaredOf(each);
        });
        if (all.length !== packagesOf.length || all.some((each, index) => each !== packagesOf[index])) {
          packagesOf = all;
          packages = all.flatMap((each) => each.packages);
        }
        return packages;
      },
      packagesFor: (type, version) =>
        reach().flatMap((each) => {
          tracker.read(workspaceFacts.packages(each));
          return declaredOf(each).packagesByVersion.get(`${type} ${version}`) ?? [];
        }),
    };
  }

  private declaredOf(uri: string): Declared {
    const known = this.declaredIn.get(uri);
    if (known) return known;
    const file = this.here.get(uri);
    const products = file?.declared('Product') ?? [];
    const lists = file?.declared('Devices') ?? [];
    const packages = (file?.declared('Package') ?? []).map((node) => new PackageMeaning(node, this.world));
    const declared: Declared = {
      products,
      lists,
      packages,
      packageOf: new Map(packages.map((each) => [each.node, each])),
      packagesByVersion: packagesByVersion(packages),
      productsByName: firstByName(products),
      listsByName: firstByName(lists),
    };
    this.declaredIn.set(uri, declared);
    return declared;
  }
}

function firstByName<T extends { readonly name: string }>(nodes: readonly T[]): Map<string, T> {
  const map = new Map<string, T>();
  for (const node of nodes) if (!map.has(node.name)) map.set(node.name, node);
  return map;
}
