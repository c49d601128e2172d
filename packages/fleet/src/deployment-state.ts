import type { Failure, LocalFile, PlanOverview, VersionPackage } from '@otaplan/client';
import type { Plan, PlanComponent, PlanPackage } from '@otaplan/model';

/** The words in which a deployment is told: what is asked for, commands, events, steps, refusals, result. */

/** Files of a package of the plan, as they are on this machine. */
export interface PackageSource {
  readonly remarks: string;
  readonly files: readonly LocalFile[];
}

export interface DeployRequest {
  readonly plan: Plan;
  /** By package name. */
  readonly sources: ReadonlyMap<string, PackageSource>;
  /**
   * What the preview showed to the person who confirmed: the deployed plan's revision, or that there is none. The deployment is
   * refused as stale when it finds anything else. Absent: nobody saw a preview.
   */
  readonly seen?: { readonly revision: number } | 'none';
  readonly activate: boolean;
  /** Looks, and says what would be done. */
  readonly dryRun: boolean;
  /** A text that is this deployment's alone, for keys of second attempts. */
  readonly nonce: string;
}

/** A package in the catalogue, or wanted there. */
export interface PackageIdentity {
  readonly type: PlanPackage['type'];
  readonly version: string;
  readonly sourceVersion: string | null;
}

export type Command =
  | { readonly do: 'findPackage'; readonly wanted: PackageIdentity }
  | {
      readonly do: 'createPackage';
      readonly content: PlanPackage;
      readonly source: PackageSource;
      readonly key: string;
    }
  | { readonly do: 'uploadFile'; readonly packageId: string; readonly file: LocalFile }
  | { readonly do: 'findPlan'; readonly name: string }
  | { readonly do: 'readDocument'; readonly planId: string }
  | { readonly do: 'createPlan'; readonly plan: Plan; readonly key: string }
  | { readonly do: 'updatePlan'; readonly planId: string; readonly revision: number; readonly plan: Plan }
  | {
      readonly do: 'updateTexts';
      readonly planId: string;
      readonly revision: number;
      readonly texts: Readonly<Record<string, string>>;
    }
  | { readonly do: 'activate'; readonly planId: string; readonly revision: number };

export type Event =
  | { readonly kind: 'package'; readonly found: VersionPackage | null }
  | { readonly kind: 'plan'; readonly found: PlanOverview | null }
  | { readonly kind: 'document'; readonly plan: Plan }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** One thing that was done, or was found done. */
export type Step =
  | { readonly what: 'package'; readonly name: string; readonly how: 'uploaded' | 'present' | 'wouldUpload' }
  | {
      readonly what: 'plan';
      readonly how:
        | 'created'
        | 'updated'
        | 'unchanged'
        | 'textsUpdated'
        | 'wouldCreate'
        | 'wouldUpdate'
        | 'wouldUpdateTexts';
    }
  | { readonly what: 'activation'; readonly how: 'activated' | 'alreadyActivated' | 'wouldActivate' };

/** Why a deployment is refused, by name. Nothing of the plan was changed then. */
export type Refusal =
  | { readonly why: 'packageDiffers'; readonly name: string; readonly file: string }
  | { readonly why: 'packageMissing'; readonly wanted: PackageIdentity }
  | { readonly why: 'packageFilesMissing'; readonly name: string; readonly file: string }
  | { readonly why: 'packageNameTaken'; readonly name: string }
  | { readonly why: 'frozen'; readonly status: string }
  | { readonly why: 'over'; readonly status: string }
  | { readonly why: 'stale' }
  | { readonly why: 'otherProduct'; readonly product: string }
  | { readonly why: 'problem'; readonly failure: Failure };

export type DeployResult =
  | { readonly kind: 'done'; readonly plan: PlanOverview | null; readonly steps: readonly Step[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly steps: readonly Step[] }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly steps: readonly Step[] };

export interface DeployState {
  readonly request: DeployRequest;
  /** The plan was looked at once: what is refused is refused before anything is uploaded. */
  readonly looked: boolean;
  /** Components whose packages are still to be looked at; the first is under way. */
  readonly queue: readonly PlanComponent[];
  /** The command whose event is awaited. */
  readonly awaiting: Command | null;
  /** The deployed plan as last seen. */
  readonly plan: PlanOverview | null;
  /** This deployment created the package under way, or completed it. */
  readonly packageTouched: boolean;
  /** The package's name was said to be taken once; another deployment of the same may have been first. */
  readonly nameTaken: boolean;
  /** What this deployment did to the plan; decides what is told when it is found done. */
  readonly saved: 'created' | 'updated' | 'textsUpdated' | null;
  /** The same, where the reply was lost. */
  readonly tried: 'created' | 'updated' | 'textsUpdated' | null;
  readonly activated: boolean;
  /** A write of which nobody knows whether it was done; until the look that would tell has its answer. */
  readonly unknown: Failure | null;
  /** How often it had to look again because the world had changed or a reply was lost. Bounded. */
  readonly rounds: number;
  readonly steps: readonly Step[];
  readonly result: DeployResult | null;
}

export type Next = readonly [state: DeployState, commands: readonly Command[]];
