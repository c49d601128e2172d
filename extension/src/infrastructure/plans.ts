import type {
  CatalogueParams,
  CompiledPlan,
  CompileResult,
  DeclarationsResult,
  DeployedPlanWire,
  EarlierFile,
  PlanPlace,
} from '@otaplan/language-server/protocol';
import type { Plan } from '@otaplan/model';
import * as vscode from 'vscode';
import { choose } from './choices.ts';
import { OperationError } from './errors.ts';

/** Plans of the workspace. No text is parsed here: the language server is asked. */
export interface Plans {
  readonly onDidChange: vscode.Event<readonly string[]>;
  /** Code lenses are about to be asked for: what is told in here is in them. */
  readonly onWillShowLenses: vscode.Event<void>;
  /** Plans of a file as its text stands in the editor; only the named one if a name is given. */
  compile(uri: vscode.Uri, plan?: string, token?: vscode.CancellationToken): Promise<CompileResult>;
  /** Where plans are written: those of a file, or of the whole workspace. */
  places(uri?: vscode.Uri): Promise<readonly PlanPlace[]>;
  /** What the files of a change declared before and declare now. @param earlier every file that was otherwise */
  declarations(earlier: readonly EarlierFile[]): Promise<DeclarationsResult>;
  /** A plan in canonical text. */
  print(plan: Plan): Promise<string>;
  tellCatalogue(catalogue: CatalogueParams): void;
  tellDeployed(plans: readonly DeployedPlanWire[] | null): void;
}

/** Every plan of the workspace that compiles. */
export async function compileAll(plans: Plans): Promise<readonly CompiledPlan[]> {
  const places = await plans.places();
  const uris = [...new Set(places.map((place) => place.uri))];
  const results = await Promise.all(uris.map((uri) => plans.compile(vscode.Uri.parse(uri, true))));
  return results.flatMap((result) => result.plans);
}

/** Where a plan is that a command is about, as far as its argument says. */
export interface PlanAddress {
  readonly uri: vscode.Uri;
  readonly plan?: string;
}

/** What a command on a plan was given: a code lens's argument, a file of the explorer, or nothing. */
function given(argument: unknown): PlanAddress | undefined {
  if (argument instanceof vscode.Uri) return { uri: argument };
  if (typeof argument !== 'object' || argument === null || !('uri' in argument)) return undefined;
  if (typeof argument.uri !== 'string') return undefined;
  const plan = 'plan' in argument && typeof argument.plan === 'string' ? argument.plan : undefined;
  return { uri: vscode.Uri.parse(argument.uri, true), ...(plan === undefined ? {} : { plan }) };
}

/** What a command is about: its argument, else the active editor's file; `undefined`: nothing in particular. */
export function addressOf(argument: unknown): PlanAddress | undefined {
  const asked = given(argument);
  if (asked) return asked;
  const document = vscode.window.activeTextEditor?.document;
  const isPlan = document?.languageId === 'otaplan' && document.uri.scheme !== 'otaplan-text';
  return isPlan ? { uri: document.uri } : undefined;
}

/** One of the workspace's plans, as a person picks it. */
async function chosen(plans: Plans): Promise<PlanAddress> {
  const places = await plans.places();
  if (places.length === 0) {
    throw new OperationError('noPlanHere', vscode.l10n.t('No file of this workspace has a plan.'));
  }
  return choose(
    vscode.l10n.t('Which plan?'),
    places.map(({ name, uri }) => {
      const address = { uri: vscode.Uri.parse(uri, true), plan: name };
      return { label: name, description: vscode.workspace.asRelativePath(address.uri), value: address };
    }),
  );
}

/**
 * The one plan that a command is about, compiled. Throws `noPlanHere`, or `planHasErrors` with a way to the Problems view.
 */
export async function compileOne(plans: Plans, argument: unknown): Promise<CompiledPlan> {
  const { uri, plan } = addressOf(argument) ?? (await chosen(plans));
  const result = await plans.compile(uri, plan);
  const [only] = result.plans;
  if (only && result.plans.length === 1) return only;
  if (result.plans.length > 1) {
    return choose(
      vscode.l10n.t('Which plan?'),
      result.plans.map((each) => ({ label: each.plan.name, value: each })),
    );
  }
  const problems = { title: vscode.l10n.t('Show Problems'), command: 'workbench.actions.view.problems' };
  if (result.errors > 0) {
    throw new OperationError(
      'planHasErrors',
      vscode.l10n.t(
        'The plan has errors ({0}), such as: {1}',
        result.errors,
        result.findings.find(({ severity }) => severity === 'error')?.message ?? '',
      ),
      [problems],
    );
  }
  throw new OperationError(
    'noPlanHere',
    vscode.l10n.t('There is no plan in {0}.', vscode.workspace.asRelativePath(uri)),
  );
}
