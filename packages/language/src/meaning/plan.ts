import {
  defaults,
  isZone,
  type LocalTime,
  type Conditions as PlanConditions,
  type Mode as PlanMode,
  type Waves as PlanWaves,
  resolveLocal,
  singleWave,
  type VersionScheme,
} from '@otaplan/model';
import type { AstNode } from 'langium';
import * as ast from '../generated/ast.ts';
import { type Block, blockOfNode, type SourceFile } from '../syntax/source.ts';
import type { DeviceList } from './devices.ts';
import { dateTimeOf, minutesOf, percentOf, timeOf, versionOf, zoneOf } from './literals.ts';
import type { PackageMeaning } from './package.ts';
import { factsOf, type PlanFacts } from './plan-facts.ts';
import type { Workspace } from './workspace.ts';

/** What the effective period of a plan comes to. Parts that were not written, or are no times, are `undefined`. */
export interface PeriodMeaning {
  readonly node: ast.Effective;
  /** As written. */
  readonly zoneText: string | undefined;
  /** An IANA name that the zone data knows. */
  readonly zone: string | undefined;
  /** `YYYY-MM-DDTHH:MM`, with an offset only where one was written. */
  readonly startText: string;
  readonly endText: string;
  /** On the zone's clock; `null`: no such date or time exists; `undefined`: no zone to read it in. */
  readonly start: LocalTime | null | undefined;
  readonly end: LocalTime | null | undefined;
  /** Milliseconds since the epoch. */
  readonly startAt: number | undefined;
  readonly endAt: number | undefined;
}

/** One `upgrade` statement with what its words stand for. */
export interface UpgradeMeaning {
  readonly node: ast.Upgrade;
  /** The component of the plan's product, when there is one of that name. */
  readonly component: ast.Component | undefined;
  readonly scheme: VersionScheme | undefined;
  readonly target: string;
  /** As written, in order. */
  readonly sources: readonly string[];
  readonly delta: boolean;
  /** The declared package it resolves to: first visible one of the type, the version and for delta the source. */
  readonly package: PackageMeaning | undefined;
}

/** One entry of a white or black list. */
export interface TargetMeaning {
  readonly node: ast.TargetEntry;
  /** The quoted key, or a bare one (SYN005 reports it). */
  readonly key: string | undefined;
  readonly name: string | undefined;
  /** The list that the name stands for, when it is visible. */
  readonly devices: DeviceList | undefined;
}

/** White and black list of a plan, and the devices they come to. */
export interface TargetsMeaning {
  readonly node: ast.Targets;
  readonly all: boolean;
  readonly include: readonly TargetMeaning[];
  readonly exclude: readonly TargetMeaning[];
  /** Distinct keys; of what could be read. */
  readonly included: ReadonlySet<string>;
  readonly excluded: ReadonlySet<string>;
  /** Included and not excluded. Empty for `all`. */
  readonly remaining: readonly string[];
  /** Whether every list could be read and every name is visible; counts are right only then. */
  readonly known: boolean;
}

/** The tree of a plan, and what was worked out of it. */
interface Worked {
  readonly node: ast.Plan;
  readonly kept: Map<string, unknown>;
  readonly byKind: Map<unknown, readonly AstNode[]>;
}

/** A plan with what its words stand for. Everything is worked out when first asked for, and then kept. */
export class PlanMeaning {
  readonly name: string;
  readonly workspace: Workspace;
  private readonly block: Block;
  /** Which of its block's declarations it is. */
  private readonly place: number;
  private held: Worked | undefined;
  /** After {@link release}: whoever looks once more keeps it for as long as he looks, and not for as long as the plan is here. */
  private lent: WeakRef<Worked> | undefined;
  private known: PlanFacts | undefined;

  constructor(node: ast.Plan, workspace: Workspace) {
    this.name = node.name;
    this.workspace = workspace;
    this.block = blockOfNode(node);
    this.place = this.block.declarations.indexOf(node);
    this.held = { node, kept: new Map(), byKind: new Map() };
  }

  get node(): ast.Plan {
    return this.worked.node;
  }
  private get worked(): Worked {
    const known = this.held ?? this.lent?.deref();
    if (known) return known;
    const node = this.block.declarations[this.place] as ast.Plan;
    const made = { node, kept: new Map(), byKind: new Map() };
    this.lent = new WeakRef(made);
    return made;
  }
  get file(): SourceFile {
    const { file } = this.block;
    if (!file) throw new Error('The plan belongs to no file.');
    return file;
  }
  /** Whether part of it was lost to a syntax error: what seems missing may be there. */
  get broken(): boolean {
    return this.block.broken;
  }

  /** What the plan is held against others by. */
  get facts(): PlanFacts {
    this.known ??= this.workspace.within(this.node, () => factsOf(this));
    return this.known;
  }

  /** Lets go of the tree and of what was worked out, but for {@link facts}; it comes back when asked for. */
  release(): void {
    this.known = this.facts;
    this.held = this.lent = undefined;
  }

  /** The statements of one kind, as written: `plan.all(isUpgrade)`. */
  all<T extends AstNode>(guard: (node: unknown) => node is T): readonly T[] {
    // Dozens of rules ask for the same few kinds.
    const { node, byKind } = this.worked;
    const known = byKind.get(guard);
    if (known) return known as readonly T[];
    const found = node.statements.filter((statement): statement is typeof statement & T => guard(statement));
    byKind.set(guard, found);
    return found;
  }
  /** The first statement of a kind; SYN004 reports a second. */
  first<T extends AstNode>(guard: (node: unknown) => node is T): T | undefined {
    return this.all(guard)[0];
  }

  /** The product's declaration, when the plan names one that is visible. */
  get product(): ast.Product | undefined {
    return this.keep('product', () => {
      const statement = this.first(ast.isPlanProduct);
      return statement && this.workspace.visible(this.file).product(statement.product);
    });
  }
  /** The components of the product. */
  get components(): readonly ast.Component[] {
    return this.keep('components', () => this.product?.statements.filter(ast.isComponent) ?? []);
  }

  get period(): PeriodMeaning | undefined {
    return this.keep('period', () => {
      const node = this.first(ast.isEffective);
      if (!node) return undefined;
      const zoneText = node.zone && zoneOf(node.zone);
      const zone = zoneText !== undefined && isZone(zoneText) ? zoneText : undefined;
      const startText = dateTimeOf(node.start);
      const endText = dateTimeOf(node.end);
      const start = zone === undefined ? undefined : resolveLocal(startText, zone);
      const end = zone === undefined ? undefined : resolveLocal(endText, zone);
      return { node, zoneText, zone, startText, endText, start, end, startAt: start?.at, endAt: end?.at };
    });
  }

  get upgrades(): readonly UpgradeMeaning[] {
    return this.keep('upgrades', () => this.all(ast.isUpgrade).map((node) => this.upgrade(node)));
  }

  private upgrade(node: ast.Upgrade): UpgradeMeaning {
    const component = this.components.find(({ name }) => name === node.component);
    const target = versionOf(node.target);
    const sources = node.sources.map(versionOf);
    const { delta } = node;
    const source = delta ? sources[0] : null;
    const resolved =
      component && source !== undefined
        ? this.workspace
            .visible(this.file)
            .packagesFor(component.type, target)
            .find((each) => each.source === source)
        : undefined;
    return {
      node,
      component,
      scheme: component?.scheme as VersionScheme | undefined,
      target,
      sources,
      delta,
      package: resolved,
    };
  }

  get targets(): TargetsMeaning | undefined {
    return this.keep('targets', () => {
      const node = this.first(ast.isTargets);
      if (!node) return undefined;
      const entries = (guard: typeof ast.isInclude | typeof ast.isExclude) =>
        node.statements
          .filter((s): s is ast.Include | ast.Exclude => guard(s))
          .flatMap((s) => s.entries.map((e) => this.target(e)));
      const include = entries(ast.isInclude);
      const exclude = entries(ast.isExclude);
      const included = keysOfTargets(include);
      const excluded = keysOfTargets(exclude);
      const remaining = node.all ? [] : [...included].filter((key) => !excluded.has(key));
      const known = [...include, ...exclude].every((t) => t.key !== undefined || t.devices?.known === true);
      return { node, all: node.all, include, exclude, included, excluded, remaining, known };
    });
  }

  private target(node: ast.TargetEntry): TargetMeaning {
    const key = node.key ?? node.bare;
    const declared = node.name === undefined ? undefined : this.workspace.visible(this.file).devices(node.name);
    return { node, key, name: node.name, devices: declared && this.workspace.devices(declared) };
  }

  /** The mode with its defaults; `undefined`: none is written. */
  get mode(): PlanMode | undefined {
    return this.keep('mode', () => this.modeWritten());
  }

  private modeWritten(): PlanMode | undefined {
    const node = this.first(ast.isMode);
    if (!node) return undefined;
    const push = node.statements.find(ast.isPush);
    const window =
      !push || push.any || push.from === undefined || push.to === undefined
        ? ('any' as const)
        : { from: timeOf(push.from), to: timeOf(push.to) };
    if (node.kind === 'manual') {
      const texts = node.statements
        .filter(ast.isUpgradeText)
        .map((text): [string, string] => [text.language, text.text]);
      return { kind: 'manual', push: window, texts: Object.fromEntries(texts.sort(([a], [b]) => (a < b ? -1 : 1))) };
    }
    const rejection = node.statements.find(ast.isAfterRejection);
    return {
      kind: 'silent',
      push: node.statements.some(ast.isPushOnRequest) ? 'onRequest' : window,
      afterRejectionMinutes: rejection ? minutesOf(rejection.duration) : defaults.afterRejectionMinutes,
    };
  }

  /** The conditions with their defaults. */
  get conditions(): PlanConditions {
    const statements = this.first(ast.isConditions)?.statements ?? [];
    const battery = statements.find(ast.isBattery);
    const signal = statements.find(ast.isSignal);
    return {
      batteryPercent: battery ? percentOf(battery.percent) : defaults.batteryPercent,
      signalDbm: signal ? Number(signal.value) : defaults.signalDbm,
    };
  }

  /** Retry times with the default. */
  get retry(): number {
    const node = this.first(ast.isRetry);
    return node ? Number(node.times) : defaults.retryTimes;
  }

  /** The waves with the default, one of 100 %. */
  get waves(): PlanWaves {
    const node = this.first(ast.isWaves);
    const steps = node?.statements.filter(ast.isWave) ?? [];
    const halt = node?.statements.find(ast.isHalt);
    return {
      steps:
        steps.length === 0
          ? singleWave.steps
          : steps.map((step) => ({
              percent: percentOf(step.percent),
              waitMinutes: step.wait ? minutesOf(step.wait) : 0,
            })),
      halt: halt ? { failedPercent: percentOf(halt.percent), sample: Number(halt.sample) } : null,
    };
  }

  private keep<T>(name: string, make: () => T): T {
    const { node, kept } = this.worked;
    const known = kept.get(name);
    if (known !== undefined || kept.has(name)) return known as T;
    const made = this.workspace.within(node, make);
    kept.set(name, made);
    return made;
  }
}

function keysOfTargets(targets: readonly TargetMeaning[]): Set<string> {
  const keys = new Set<string>();
  for (const { key, devices } of targets) {
    if (key !== undefined) keys.add(key);
    for (const listed of devices?.keys ?? []) keys.add(listed);
  }
  return keys;
}
