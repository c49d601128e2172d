import {
  ast,
  concerning,
  type Finding,
  lower,
  lowerPackage,
  type PlanMeaning,
  placeOf,
  printPlan,
  visibleFiles,
} from '@otaplan/language';
import { nameIdentity } from '@otaplan/model';
import type { Connection } from 'vscode-languageserver';
import type { Analysis } from './analysis.ts';
import { ClientCatalogue } from './catalogue.ts';
import { declarations } from './declarations.ts';
import {
  type CatalogueWantedParams,
  type CompiledPlan,
  type CompileParams,
  type CompileResult,
  methods,
  type PackageToUpload,
  type PlanPlace,
  type PlansChangedParams,
  type PlansParams,
  type PlansResult,
  type PrintResult,
  type WireFinding,
} from './protocol.ts';
import type { Session } from './session.ts';
import { normalUri } from './uris.ts';
import { readCatalogue, readCompile, readDeclarations, readDeployedPlans, readPlans, readPrint } from './wire.ts';

/** The requests and notifications beside LSP; see `protocol.ts`. */
export function customRequests(connection: Connection, session: Session, analysis: Analysis): void {
  connection.onRequest(
    methods.compile,
    session.answering((params: unknown) => compile(session, analysis, readCompile(params))),
  );
  connection.onRequest(
    methods.print,
    session.answering((params: unknown): PrintResult => ({ text: printPlan(readPrint(params).plan) })),
  );
  connection.onRequest(
    methods.plans,
    session.answering((params: unknown): PlansResult => ({ plans: plans(session, analysis, readPlans(params)) })),
  );
  connection.onRequest(
    methods.declarations,
    session.answering((params: unknown) => declarations(session, readDeclarations(params))),
  );
  connection.onNotification(methods.catalogue, (said: unknown) => {
    const params = readCatalogue(said);
    if (params.center === null) session.catalogue = undefined;
    else {
      if (session.catalogue?.center !== params.center) session.catalogue = new ClientCatalogue(params.center);
      session.catalogue.take(params);
    }
    session.whenFacts(['catalogue']);
  });
  connection.onNotification(methods.deployedPlans, (said: unknown) => {
    const params = readDeployedPlans(said);
    session.deployed = params.plans ? new Map(params.plans.map((plan) => [nameIdentity(plan.name), plan])) : undefined;
    session.refreshLenses();
  });
  let wantedBefore = '';
  analysis.whenCalm = (uris) => {
    // Names and numbers of other documents may come from these.
    if ([...session.documents.uris].some((uri) => !uris.includes(uri))) session.refresh();
    const changed: PlansChangedParams = { uris: uris.map((uri) => session.clientUri(uri)) };
    session.send(connection.sendNotification(methods.plansChanged, changed));
    const productKeys = wantedProducts(session);
    if (productKeys.join() === wantedBefore) return;
    wantedBefore = productKeys.join();
    session.send(connection.sendNotification(methods.catalogueWanted, { productKeys } satisfies CatalogueWantedParams));
  };
}

async function compile(
  session: Session,
  analysis: Analysis,
  { uri, plan: wanted }: CompileParams,
): Promise<CompileResult> {
  await filesRead(session, normalUri(uri));
  analysis.finish();
  const file = session.project.file(normalUri(uri));
  if (!file) return { plans: [], findings: [], suppressed: [], notChecked: [], errors: 0, warnings: 0 };
  const { workspace } = session.project;
  const used = new Set([...visibleFiles(file, workspace)].map((each) => each.uri));
  const result = session.project.result();
  const meant = workspace
    .plans(file)
    .filter(({ name }) => wanted === undefined || nameIdentity(name) === nameIdentity(wanted))
    .map((meaning) => ({ meaning, concerns: concerning(meaning, workspace) }));
  /** Of the file everything, unless one plan is asked for; of others what concerns the plans. */
  const isTold = (finding: Finding) =>
    used.has(finding.uri) &&
    ((wanted === undefined && finding.uri === file.uri) || meant.some(({ concerns }) => concerns(finding)));
  const findings = result.findings.filter(isTold);
  const errors = findings.filter(({ severity }) => severity === 'error');
  const right = meant.filter(({ concerns }) => !errors.some(concerns));
  return {
    plans: right.flatMap(({ meaning }) => compiledPlan(session, meaning) ?? []),
    findings: findings.map((finding) => wire(session, finding)),
    suppressed: result.suppressed
      .filter(({ finding }) => isTold(finding))
      .map(({ finding, reason }) => ({ finding: wire(session, finding), reason })),
    notChecked: result.notChecked.filter((each) => each.uri === '' || used.has(each.uri)),
    errors: errors.length,
    warnings: findings.filter(({ severity }) => severity === 'warning').length,
  };
}

/** Digests of package files and lists of devices are read lazily; a compiled plan needs them. */
async function filesRead(session: Session, uri: string): Promise<void> {
  const ask = () => {
    const file = session.project.file(uri);
    for (const { upgrades, targets } of file ? session.project.workspace.plans(file) : []) {
      for (const { package: declared } of upgrades) void declared?.files;
      void targets?.known;
    }
  };
  do ask();
  while (await session.files.arrivals());
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
  const { workspace } = project;
  const findings = new Map<string, readonly Finding[]>();
  const findingsOf = (each: string) => {
    const known = findings.get(each) ?? project.findings(each);
    findings.set(each, known);
    return known;
  };
  return workspace.plans(file).map((plan) => {
    const { source, start, end } = placeOf(plan.node);
    const name = placeOf(plan.node, 'name');
    const concerned = [...visibleFiles(plan.file, workspace)]
      .flatMap((each) => findingsOf(each.uri))
      .filter(concerning(plan, workspace));
    const errors = concerned.filter(({ severity }) => severity === 'error').length;
    const lowered = errors === 0 ? lower(plan) : undefined;
    return {
      uri: session.clientUri(source.uri),
      name: plan.name,
      range: source.range(start, end),
      selectionRange: source.range(name.start, name.end),
      product: plan.product?.statements.find(ast.isProductKey)?.value ?? null,
      digest: lowered?.kind === 'plan' ? lowered.plan.digest : null,
      errors,
      warnings: concerned.filter(({ severity }) => severity === 'warning').length,
    };
  });
}

function wantedProducts(session: Session): string[] {
  const { workspace } = session.project;
  // By the facts that are kept of every plan: looking at all trees would read all of them again.
  const keys = new Set(workspace.plans().map(({ facts }) => facts.productKey));
  keys.delete('');
  return [...keys].sort();
}

function wire(session: Session, finding: Finding): WireFinding {
  const { uri, range, code, severity, message } = finding;
  return { uri: session.clientUri(uri), range, code, severity, message };
}
