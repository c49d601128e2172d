/**
 * What the language server and its client say to each other beside LSP. Types and names only, no logic: both sides
 * import this file and nothing else of each other. All values are plain JSON. Positions are zero-based, in UTF-16 units.
 */
import type { ComponentType, DeviceCounts, Plan, PlanPackage, PlanStatus } from '@otaplan/model';

/** The language's id in an editor. */
export const languageId = 'otaplan';
/** Section of the settings that {@link Settings} describes. */
export const settingsSection = 'otaplan';

/** Names of requests and notifications; the types beside each name stand below under the same name. */
export const methods = {
  /** Request, client → server: {@link CompileParams} → {@link CompileResult}. */
  compile: 'otaplan/compile',
  /** Request, client → server: {@link PrintParams} → {@link PrintResult}. */
  print: 'otaplan/print',
  /** Request, client → server: {@link PlansParams} → {@link PlansResult}. */
  plans: 'otaplan/plans',
  /** Request, client → server: {@link DeclarationsParams} → {@link DeclarationsResult}. */
  declarations: 'otaplan/declarations',
  /** Notification, client → server: {@link CatalogueParams}. */
  catalogue: 'otaplan/catalogue',
  /** Notification, client → server: {@link DeployedPlansParams}. */
  deployedPlans: 'otaplan/deployedPlans',
  /** Notification, server → client: {@link PlansChangedParams}. */
  plansChanged: 'otaplan/plansChanged',
  /** Notification, server → client: {@link CatalogueWantedParams}. */
  catalogueWanted: 'otaplan/catalogueWanted',
  /** Request, server → client, where the server has no file system of its own: {@link FindFilesParams} → {@link FindFilesResult}. */
  findFiles: 'otaplan/findFiles',
  /** Request, server → client: {@link ReadFileParams} → {@link ReadFileResult}. */
  readFile: 'otaplan/readFile',
  /** Request, server → client: {@link FileFactsParams} → {@link FileFactsResult}. */
  fileFacts: 'otaplan/fileFacts',
  /** Request, server → client: {@link ListFolderParams} → {@link ListFolderResult}. */
  listFolder: 'otaplan/listFolder',
} as const;

export interface WirePosition {
  readonly line: number;
  readonly character: number;
}
export interface WireRange {
  readonly start: WirePosition;
  readonly end: WirePosition;
}

/**
 * Three answers, not two. `good`: this is so. `bad`: it is known not to be there, or the account may not see it; in words
 * for a person. `notKnown`: not asked yet, or the server cannot tell: rules that need it stay silent.
 */
export type WireAnswer<T> =
  | { readonly kind: 'good'; readonly value: T }
  | { readonly kind: 'bad'; readonly reason: string }
  | { readonly kind: 'notKnown' };

// --- compile

export interface CompileParams {
  readonly uri: string;
  /** Only the plan of this name; every plan of the file when left out. */
  readonly plan?: string;
}

export interface CompileResult {
  /**
   * In the order of the text. A plan that an error concerns is not among them: one in it, in a declaration that it uses, or
   * in something unreadable that may change what its words mean. Errors of other plans do not keep it away.
   */
  readonly plans: readonly CompiledPlan[];
  /** Findings of the file and of what its plans use in other files; where one plan is asked for, what concerns that one. */
  readonly findings: readonly WireFinding[];
  /** Warnings that a plan accepts, with its reason. */
  readonly suppressed: readonly { readonly finding: WireFinding; readonly reason: string }[];
  /** Rules that could not be decided, for lack of knowledge. */
  readonly notChecked: readonly { readonly code: string; readonly uri: string; readonly reason: string }[];
  /** Errors among the findings: plans that are missing from `plans` are explained by them. */
  readonly errors: number;
  readonly warnings: number;
}

export interface CompiledPlan {
  /** The document that is sent to Developer Center; `plan.digest` is its digest. */
  readonly plan: Plan;
  /** Canonical text of the plan, for a preview or a comparison. */
  readonly text: string;
  readonly uri: string;
  /** The whole declaration. */
  readonly range: WireRange;
  /** The packages that are declared in the workspace, with the files to upload, in the order of the components. */
  readonly packages: readonly PackageToUpload[];
}

export interface PackageToUpload {
  readonly package: PlanPackage;
  readonly remarks: string | null;
  readonly files: readonly { readonly uri: string; readonly name: string; readonly sha256: string | null }[];
}

export interface WireFinding {
  readonly uri: string;
  readonly range: WireRange;
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'information' | 'hint';
  readonly message: string;
}

// --- print

export interface PrintParams {
  readonly plan: Plan;
}
export interface PrintResult {
  /** Canonical text that means the plan, ending in a line break. */
  readonly text: string;
}

// --- plans

export interface PlansParams {
  /** Plans of this document; of the whole workspace when left out. */
  readonly uri?: string;
}
export interface PlansResult {
  readonly plans: readonly PlanPlace[];
}
/** Where a plan is written, and how it stands with it. */
export interface PlanPlace {
  readonly uri: string;
  readonly name: string;
  /** The whole declaration. */
  readonly range: WireRange;
  /** The plan's name. */
  readonly selectionRange: WireRange;
  /** Product key, when the product is visible. */
  readonly product: string | null;
  /** SHA-256 of the compiled plan; `null` while it has errors. Compare with the digest of the deployed plan. */
  readonly digest: string | null;
  readonly errors: number;
  readonly warnings: number;
}

/** Plans of these documents came, went, or mean something else now. Sent after a pause, not at every keystroke. */
export interface PlansChangedParams {
  readonly uris: readonly string[];
}

// --- what a change means

/** Asks for both sides of a change, such as the one from a revision of the repository to the text as it is in the editor. */
export interface DeclarationsParams {
  /** Every file that was otherwise: sources, device lists, package files. */
  readonly earlier: readonly EarlierFile[];
}
export interface EarlierFile {
  readonly uri: string;
  /** What a source or a list held; `null`: it was not there, or it is no text. */
  readonly text: string | null;
  /** Of a package file, where known. */
  readonly facts?: { readonly size: number; readonly sha256: string };
  /** It is not there any more, although an editor may still show what it held. */
  readonly gone?: boolean;
}
/** Only what can differ: plans and packages of the files that changed, and of those that look into them. */
export interface DeclarationsResult {
  readonly before: DeclaredWire;
  readonly after: DeclaredWire;
}
export interface DeclaredWire {
  readonly plans: readonly Plan[];
  readonly packages: readonly PlanPackage[];
  /** What could not be read, and why, a sentence each. */
  readonly incomplete: readonly string[];
}

// --- what the client knows of the connected Developer Center

/**
 * What is known of the connected Developer Center. A part that is left out stays as it was; `center: null` forgets all.
 * The client sends what it has anyway (lists it shows), never a token, and at most a few times a minute.
 */
export interface CatalogueParams {
  /** Name of the connection, for messages; `null`: not connected. */
  readonly center: string | null;
  readonly products?: WireAnswer<readonly CatalogueProductWire[]>;
  readonly packages?: WireAnswer<readonly CataloguePackageWire[]>;
  readonly plans?: WireAnswer<readonly CataloguePlanWire[]>;
  /** Devices by product key; only for the products named here. */
  readonly devices?: Readonly<Record<string, WireAnswer<readonly CatalogueDeviceWire[]>>>;
}
export interface CatalogueProductWire {
  readonly productKey: string;
  readonly name: string;
}
export interface CataloguePackageWire {
  readonly name: string;
  readonly type: ComponentType;
  readonly version: string;
  /** `null` for a full package. */
  readonly sourceVersion: string | null;
  readonly sha256: readonly string[];
  /** Bytes of all files together, where known. */
  readonly size?: number;
}
export interface CatalogueDeviceWire {
  readonly deviceKey: string;
  readonly name?: string;
  readonly online?: boolean;
  /** Reported version by component identifier. */
  readonly versions: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch; `null`: never. */
  readonly lastSeen: number | null;
}
export interface CataloguePlanWire {
  readonly name: string;
  readonly status: PlanStatus;
  readonly plan: Plan;
}

/** What the server would like to know: devices of these products are listed or upgraded by files of the workspace. */
export interface CatalogueWantedParams {
  readonly productKeys: readonly string[];
}

/** How deployed plans stand, for code lenses and hovers. Replaces what was said before; `null`: not connected. */
export interface DeployedPlansParams {
  readonly plans: readonly DeployedPlanWire[] | null;
}
export interface DeployedPlanWire {
  readonly name: string;
  /** One of the plan statuses, or what a newer server says: shown as itself. */
  readonly status: string;
  /** Digest that was deployed; `null` where the plan was made by other means. */
  readonly digest: string | null;
  readonly counts: DeviceCounts | null;
  /** Why it is suspended, in the words of Developer Center. */
  readonly reason?: string;
}

/** What the code lens of a deployed plan says, as its `data`: for a client with words of its own. */
export interface DeployedLens {
  readonly status: string;
  readonly counts: DeviceCounts | null;
  /** The file is not what is deployed. */
  readonly differs: boolean;
}

// --- commands that code lenses name; the client implements them

export const commands = {
  deploy: 'otaplan.deployPlan',
  preview: 'otaplan.previewPlan',
  openDeployed: 'otaplan.openDeployedPlan',
  showReferences: 'otaplan.showReferences',
} as const;
/** The one argument of these commands (`showReferences`: `uri`, position, places, as in `editor.action.showReferences`). */
export interface PlanArgument {
  readonly uri: string;
  readonly plan: string;
}

// --- files, for a server without a file system

export interface FindFilesParams {
  /** Every `.otaplan` file below this folder. */
  readonly folder: string;
}
export interface FindFilesResult {
  readonly uris: readonly string[];
}
export interface ReadFileParams {
  readonly uri: string;
}
export interface ReadFileResult {
  readonly text: WireAnswer<string>;
}
export interface FileFactsParams {
  readonly uri: string;
}
export interface FileFactsResult {
  /** Size in bytes and SHA-256 in lower-case hex. */
  readonly facts: WireAnswer<{ readonly size: number; readonly sha256: string }>;
}

export interface ListFolderParams {
  readonly uri: string;
}
export interface ListFolderResult {
  /** What is in the folder, those of folders with a slash at the end; nothing where there is no such folder. */
  readonly names: readonly string[];
}

// --- settings and start

/** Settings, all optional; asked for by `workspace/configuration` where the client can, else taken from `didChangeConfiguration`. */
export interface Settings {
  /** Deploy, preview and status above each plan. Default true. */
  readonly codeLens?: boolean;
  readonly inlayHints?: {
    /** UTC beside local times. Default true. */
    readonly utc?: boolean;
    /** How many devices a list has. Default true. */
    readonly devices?: boolean;
    /** Days of a period. Default true. */
    readonly period?: boolean;
    /** Size of package files. Default true. */
    readonly packages?: boolean;
  };
}

/** `initializationOptions`, all optional. */
export interface InitializationOptions {
  /** Address of the rules reference; a finding links to `<rulesUrl>#<code in lower case>`. */
  readonly rulesUrl?: string;
  /** Milliseconds since the epoch that the server takes for now; for tests and demonstrations. */
  readonly now?: number;
  /** Whether the client answers {@link methods.findFiles}, `readFile`, `fileFacts` and `listFolder`. */
  readonly files?: boolean;
}
