import type { ComponentType, VersionScheme } from './identifiers.ts';

/**
 * An upgrade plan as one JSON document: what `otaplan compile` prints, what Developer Center is sent, and what is compared.
 * Names are resolved, defaults filled in, lists sorted without repeats; components keep their order (`language.md`, Lowering).
 */
export interface Plan {
  /** The plan's name at Developer Center: its identity there. */
  readonly name: string;
  /** SHA-256 (hex) over the canonical JSON (RFC 8785) of everything else in this document. */
  readonly digest: string;
  /** Product key. */
  readonly product: string;
  readonly effective: EffectivePeriod;
  readonly targets: Targets;
  readonly components: readonly PlanComponent[];
  readonly mode: Mode;
  readonly conditions: Conditions;
  /** Automatic retries after a failure, 0 to 5. */
  readonly retry: number;
  readonly waves: Waves;
  /** Warnings accepted for this plan, by code. */
  readonly allow: readonly Allowance[];
}

/** Planned start to planned end: as written, the zone it is meant in, and the instants that follow. */
export interface EffectivePeriod {
  /** `YYYY-MM-DDTHH:MM` on the clock of the zone, with an offset such as `+02:00` only where the plan wrote one. */
  readonly start: string;
  readonly end: string;
  /** IANA name. */
  readonly zone: string;
  /** `YYYY-MM-DDTHH:MM:SSZ`. */
  readonly startUtc: string;
  readonly endUtc: string;
}

/** White and black list. `all`: every device of the product (include is then empty). */
export interface Targets {
  readonly all: boolean;
  /** Device keys, sorted. */
  readonly include: readonly string[];
  /** Device keys, sorted; a black-listed device is never upgraded. */
  readonly exclude: readonly string[];
  /** Listed devices after exclusion; `null` for `all`, which only Developer Center can count. */
  readonly count: number | null;
}

export interface PlanComponent {
  /** The name that the plan's text uses. */
  readonly component: string;
  readonly type: ComponentType;
  /** Component identifier on the device, such as `FOTA`. */
  readonly identifier: string;
  readonly mode: 'full' | 'delta';
  readonly target: string;
  /** Full: the versions a device must have (none: any). Delta: exactly the source version. Sorted. */
  readonly sources: readonly string[];
  readonly versions: VersionScheme | null;
  /** The package declared in the workspace; `null`: it must already be at Developer Center. */
  readonly package: PlanPackage | null;
}

export interface PlanPackage {
  readonly name: string;
  readonly type: ComponentType;
  readonly version: string;
  /** `null` for a full package. */
  readonly sourceVersion: string | null;
  readonly files: readonly PlanPackageFile[];
}

export interface PlanPackageFile {
  /** File name without folders. */
  readonly name: string;
  /** Hex, lower case; `null` where neither the declaration nor the file at hand tells it. */
  readonly sha256: string | null;
}

export interface PushWindow {
  /** Whole hours on the clock of the plan's zone, `HH:MM`; may cross midnight; `to` may be `24:00`. */
  readonly from: string;
  readonly to: string;
}

export type Mode = SilentMode | ManualMode;
export interface SilentMode {
  readonly kind: 'silent';
  /** `any`: pushed at any time; `onRequest`: not pushed, devices ask. */
  readonly push: PushWindow | 'any' | 'onRequest';
  readonly afterRejectionMinutes: number;
}
export interface ManualMode {
  readonly kind: 'manual';
  /** Push period for auto-confirmation. */
  readonly push: PushWindow | 'any';
  /** Upgrade text by language tag. */
  readonly texts: Readonly<Record<string, string>>;
}

export interface Conditions {
  readonly batteryPercent: number;
  readonly signalDbm: number;
}

export interface Waves {
  /** Cumulative shares of the targets, increasing, the last one 100. */
  readonly steps: readonly WaveStep[];
  readonly halt: HaltCondition | null;
}
export interface WaveStep {
  readonly percent: number;
  /** Wait before the next wave may open; 0 on the last. */
  readonly waitMinutes: number;
}
/** The rollout is suspended when more than `failedPercent` of at least `sample` decided devices failed. */
export interface HaltCondition {
  readonly failedPercent: number;
  readonly sample: number;
}

export interface Allowance {
  readonly code: string;
  readonly reason: string;
}

/** The waves of a plan that declares none. */
export const singleWave: Waves = { steps: [{ percent: 100, waitMinutes: 0 }], halt: null };

/**
 * Whether a device is in the plan's set. Black wins.
 * For many devices, prefer {@link targetFilter}.
 */
export function isTargeted(targets: Targets, deviceKey: string): boolean {
  return targetFilter(targets)(deviceKey);
}

/** A predicate over device keys that looks each up in constant time. */
export function targetFilter(targets: Targets): (deviceKey: string) => boolean {
  const exclude = new Set(targets.exclude);
  if (targets.all) return (key) => !exclude.has(key);
  const include = new Set(targets.include);
  return (key) => include.has(key) && !exclude.has(key);
}
