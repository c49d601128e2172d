import { ast, type Finding, lower, lowerPackage, type PlanMeaning, placeOf, printPlan } from '@otaplan/language';
import { limits, nameIdentity } from '@otaplan/model';
import { CodeLensRefreshRequest, type Connection } from 'vscode-languageserver';
import type { Analysis } from './analysis.ts';
import { ClientCatalogue } from './catalogue.ts';
import { declarations } from './declarations.ts';
import {
  type CatalogueParams,
  type CatalogueWantedParams,
  type CompiledPlan,
  type CompileParams,
  type CompileResult,
  type DeclarationsParams,
  type DeployedPlansParams,
  methods,
  type PackageToUpload,
  type PlanPlace,
  type PlansChangedParams,
  type PlansParams,
  type PlansResult,
  type PrintParams,
  type PrintResult,
  type WireFinding,
} from './protocol.ts';
import type { Session } from './session.ts';
import { normalUri } from './uris.ts';

/** The requests and notifications beside LSP; see `protocol.ts`. */
export function customRequests(connection: Connection, session: Session, analysis: Analysis): void {
  connection.onRequest(
    methods.compile,
    session.answering((params: CompileParams) => compile(session, analysis, params)),
  );
  connection.onRequest(
    methods.print,
    session.answering(({ plan }: PrintParams): PrintResult => ({ text: printPlan(plan) })),
  );
  connection.onRequest(
    methods.plans,
    session.answering((params: PlansParams): PlansResult => ({ plans: plans(session, analysis, params) })),
  );
  connection.onRequest(
    methods.declarations,
    session.answering((params: DeclarationsParams) => declarations(session, params)),
  );
  connection.onNotification(methods.catalogue, (params: CatalogueParams) => {
    if (params.center === null) session.catalogue = undefined;
    else {
      if (session.catalogue?.center !== params.center) session.catalogue = new ClientCatalogue(params.center);
      session.catalogue.take(params);
    }
    session.whenFacts(['catalogue']);
  });
  connection.onNotification(methods.deployedPlans, (params: DeployedPlansParams) => {
    session.deployed = params.plans ? new Map(params.plans.map((plan) => [nameIdentity(plan.name), plan])) : undefined;
    if (session.client.refreshLenses) void connection.sendRequest(CodeLensRefreshRequest.type);
  });
  let wantedBefore = '';
  analysis.whenCalm = (uris) => {
    void connection.sendNotification(methods.plansChanged, {
      uris: uris.map((uri) => session.clientUri(uri)),
    } satisfies PlansChangedParams);
    const productKeys = wantedProducts(session);
    if (productKeys.join() === wantedBefore) return;
    wantedBefore = productKeys.join();
    void connection.sendNotification(methods.catalogueWanted, { productKeys } satisfies CatalogueWantedParams);
  };
}

async function compile(
  session: Session,
  analysis: Analysis,
  { uri, plan: wanted }: CompileParams,
): Promise<CompileResult> {
  const file = session.project.file(normalUri(uri));
  if (!file) return { plans: [], findings: [], suppressed: [], notChecked: [], errors: 0, warnings: 0 };
  const { workspace } = session.project;
  await packagesRead(session, workspace.plans(file));
  analysis.finish();
  const used = new Set([file.uri, ...workspace.imports(file).flatMap((each) => each.file?.uri ?? [])]);
  const result = session.project.result();
  const findings = result.findings.filter((finding) => used.has(finding.uri));
  const meant = workspace.plans(file).filter(({ name }) => wanted === undefined || name === wanted);
  const errors = findings.filter(({ severity }) => severity === 'error');
  const compiled = errors.length > 0 ? [] : meant.flatMap((each) => compiledPlan(session, each) ?? []);
  return {
    plans: compiled,
    findings: findings.map((finding) => wire(session, finding)),
    suppressed: result.suppressed
      .filter(({ finding }) => used.has(finding.uri))
      .map(({ finding, reason }) => ({ finding: wire(session, finding), reason })),
    notChecked: result.notChecked.filter((each) => each.uri === '' || used.has(each.uri)),
    errors: errors.length,
    warnings: findings.filter(({ severity }) => severity === 'warning').length,
  };
}

/** Digests of package files are read lazily; a compiled plan needs them. */
async function packagesRead(session: Session, plans: readonly PlanMeaning[]): Promise<void> {
  const files = () => plans.flatMap(({ upgrades }) => upgrades.flatMap((upgrade) => upgrade.package?.files ?? []));
  const texts = () => plans.flatMap(({ targets }) => (targets?.known === false ? [targets] : []));
  for (let round = 0; round < 200; round++) {
    const waiting = files().some(({ facts, inside }) => inside && facts.kind === 'notKnown') || texts().length > 0;
    if (!waiting || round * limits.filesPerPackage > 500) return;
    await new Promise<void>((resolve) => void session.host.after(10, resolve));
  }
}

function compiledPlan(session: Session, meaning: PlanMeaning): CompiledPlan | undefined {
  const lowered = lower(meaning);
  if (lowered.kind !== 'plan') return undefined;
  const { source, start, end } = placeOf(meaning.node);
  return {
    plan: lowered.plan,
    text: printPlan(lowered.plan),
    uri: session.clientUri(source.uri),
    range: source.range(start, end),
    packages: meaning.upgrades.flatMap((upgrade) => packageToUpload(session, upgrade.package) ?? []),
  };
}

function packageToUpload(
  session: Session,
  meaning: PlanMeaning['upgrades'][number]['package'],
): PackageToUpload | undefined {
  const lowered = meaning && lowerPackage(meaning);
  if (!meaning || !lowered) return undefined;
  return {
    package: lowered,
    remarks: meaning.node.statements.find(ast.isPackageRemarks)?.text ?? null,
    files: meaning.files.map(({ uri, name, declared, facts }) => ({
      uri: session.clientUri(uri),
      name,
      sha256: declared ?? (facts.kind === 'good' ? facts.value.sha256 : null),
    })),
  };
}

function plans(session: Session, analysis: Analysis, { uri }: PlansParams): PlanPlace[] {
  analysis.finish();
  const { project } = session;
  const file = uri === undefined ? undefined : project.file(normalUri(uri));
  if (uri !== undefined && !file) return [];
  const findings = new Map<string, Finding[]>();
  return project.workspace.plans(file).map((plan) => {
    const { source, start, end } = placeOf(plan.node);
    const name = placeOf(plan.node, 'name');
    const range = source.range(start, end);
    const ofFile = findings.get(source.uri) ?? project.findings(source.uri);
    findings.set(source.uri, ofFile);
    const within = ofFile.filter(
      (each) => each.range.start.line >= range.start.line && each.range.end.line <= range.end.line,
    );
    const errors = within.filter(({ severity }) => severity === 'error').length;
    const lowered = errors === 0 ? lower(plan) : undefined;
    return {
      uri: session.clientUri(source.uri),
      name: plan.name,
      range,
      selectionRange: source.range(name.start, name.end),
      product: plan.product?.statements.find(ast.isProductKey)?.value ?? null,
      digest: lowered?.kind === 'plan' ? lowered.plan.digest : null,
      errors,
      warnings: within.filter(({ severity }) => severity === 'warning').length,
    };
  });
}

function wantedProducts(session: Session): string[] {
  const { workspace } = session.project;
  const keys = workspace.plans().flatMap(({ product }) => product?.statements.find(ast.isProductKey)?.value ?? []);
  return [...new Set(keys)].sort();
}

function wire(session: Session, finding: Finding): WireFinding {
  const { uri, range, code, severity, message } = finding;
  return { uri: session.clientUri(uri), range, code, severity, message };
}
