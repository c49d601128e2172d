import { type Client, ClientError, type PlanOverview } from '@otaplan/client';
import { type DeployRequest, type DeployResult, deploy, type PackageSource, sayRefusal, sayStep } from '@otaplan/fleet';
import type { CompiledPlan } from '@otaplan/language-server/protocol';
import * as vscode from 'vscode';
import { confirm } from '../../infrastructure/choices.ts';
import type { Commands } from '../../infrastructure/commands.ts';
import type { Connections } from '../../infrastructure/connections.ts';
import type { Documents } from '../../infrastructure/documents.ts';
import { OperationError } from '../../infrastructure/errors.ts';
import { type Host, requireTrust } from '../../infrastructure/host.ts';
import type { Lives } from '../../infrastructure/live.ts';
import { compileAll, compileOne, type Plans } from '../../infrastructure/plans.ts';
import { type Report, withProgress } from '../../infrastructure/progress.ts';
import { askConsent, type Consent } from './confirmation.ts';
import { type Preview, readPreview, showPreview } from './preview.ts';
import { sayProgress } from './progress-words.ts';

export interface DeployFeatureOptions {
  readonly host: Host;
  readonly connections: Connections;
  readonly lives: Lives;
  readonly plans: Plans;
  readonly documents: Documents;
  /** Reads again what the language server's rules know of Developer Center. */
  readonly refreshCatalogue: () => Promise<void>;
}

/** Files of the plan's packages, measured as they are now. */
async function sourcesOf(compiled: CompiledPlan, signal: AbortSignal): Promise<Map<string, PackageSource>> {
  const { describeFile } = await import('../../infrastructure/client-parts.ts');
  const sources = new Map<string, PackageSource>();
  for (const { package: content, remarks, files } of compiled.packages) {
    const local = await Promise.all(
      files.map(({ uri, name }) => describeFile(vscode.Uri.parse(uri, true).fsPath, name, signal)),
    );
    sources.set(content.name, { remarks: remarks ?? '', files: local });
  }
  return sources;
}

/** Preview and deploy: compile → preview → confirm → progress that can be cancelled → result. */
export function deployment(options: DeployFeatureOptions) {
  const { host, connections, lives, plans, documents } = options;
  const log = host.log.of('deploy');

  /** The plan that a command is about, checked by what Developer Center knows now. */
  async function compileFresh(argument: unknown): Promise<CompiledPlan> {
    await options.refreshCatalogue();
    return compileOne(plans, argument);
  }

  async function preview(compiled: CompiledPlan): Promise<{ client: Client; preview: Preview }> {
    const connection = await connections.pick();
    const client = await connections.client(connection);
    const read = await withProgress(host.ambient, vscode.l10n.t('Previewing “{0}”', compiled.plan.name), (_, signal) =>
      readPreview(client, connection, compiled, signal),
    );
    return { client, preview: read };
  }

  /** What was confirmed must be what is sent: the text may have changed while the question stood. */
  async function requireFresh({ compiled }: Preview): Promise<void> {
    const argument = { uri: compiled.uri, plan: compiled.plan.name };
    const again = await plans.compile(vscode.Uri.parse(compiled.uri, true), compiled.plan.name);
    if (again.plans.some(({ plan }) => plan.digest === compiled.plan.digest)) return;
    throw new OperationError('staleDocument', vscode.l10n.t('The plan was changed since it was previewed.'), [
      { title: vscode.l10n.t('Preview Again'), command: 'otaplan.previewPlan', args: [argument] },
    ]);
  }

  async function send(client: Client, shown: Preview, consent: Consent, report: Report, signal: AbortSignal) {
    const request: DeployRequest = {
      plan: shown.compiled.plan,
      sources: await sourcesOf(shown.compiled, signal),
      seen: shown.deployed === null ? 'none' : { revision: shown.deployed.plan.revision },
      activate: consent === 'deployAndActivate',
      dryRun: false,
      nonce: host.ambient.uniqueId(),
    };
    return deploy(client, request, { signal, onProgress: (progress) => report(sayProgress(progress)) });
  }

  /** Turns what came of it into the deployed plan, or throws it in words. */
  function conclude(shown: Preview, result: DeployResult): PlanOverview {
    const { compiled, connection } = shown;
    for (const step of result.steps) log.info(`${compiled.plan.name}: ${sayStep(step)}`);
    switch (result.kind) {
      case 'refused': {
        const again = { uri: compiled.uri, plan: compiled.plan.name };
        throw new OperationError('staleDocument', sayRefusal(result.refusal), [
          { title: vscode.l10n.t('Preview Again'), command: 'otaplan.previewPlan', args: [again] },
        ]);
      }
      case 'failed':
        throw new ClientError(result.failure);
      case 'done': {
        if (result.plan === null) throw new TypeError('A deployment that is done has a plan.');
        lives.of(connection.name)?.store.put(result.plan);
        return result.plan;
      }
    }
  }

  async function deployOne(compiled: CompiledPlan): Promise<PlanOverview> {
    const { client, preview: shown } = await preview(compiled);
    await showPreview(documents, plans, shown);
    const consent = await askConsent(shown);
    await requireFresh(shown);
    const title = vscode.l10n.t('Deploying “{0}”', compiled.plan.name);
    const result = await withProgress(host.ambient, title, (report, signal) =>
      send(client, shown, consent, report, signal),
    );
    const overview = conclude(shown, result);
    void tell(doneWords(overview, result));
    return overview;
  }

  async function tell(words: string): Promise<void> {
    const open = vscode.l10n.t('Open Monitor');
    const chosen = await vscode.window.showInformationMessage(words, open);
    if (chosen === open) await vscode.commands.executeCommand('otaplan.monitor.focus');
  }
  function doneWords({ plan, devices }: PlanOverview, result: DeployResult): string {
    return result.steps.some((step) => step.what === 'activation')
      ? vscode.l10n.t('“{0}” is deployed and activated for {1} devices.', plan.name, devices.total)
      : vscode.l10n.t('“{0}” is deployed. Activate it when it should start.', plan.name);
  }

  const commands: Commands = {
    async previewPlan(argument?: unknown) {
      requireTrust();
      const { preview: shown } = await preview(await compileFresh(argument));
      await showPreview(documents, plans, shown);
    },
    async deployPlan(argument?: unknown) {
      requireTrust();
      return deployOne(await compileFresh(argument));
    },
    async deployChangedPlans() {
      requireTrust();
      const connection = await connections.pick();
      const client = await connections.client(connection);
      await options.refreshCatalogue();
      const title = vscode.l10n.t('Looking for changed plans');
      const changed = await withProgress(host.ambient, title, async (_, signal) => {
        const previews: Preview[] = [];
        for (const compiled of await compileAll(plans)) {
          const deployed = await client.plans.find(compiled.plan.name, { signal });
          if (deployed?.plan.digest === compiled.plan.digest) continue;
          previews.push(await readPreview(client, connection, compiled, signal));
        }
        return previews;
      });
      if (changed.length === 0) {
        throw new OperationError('nothingToDo', vscode.l10n.t('Every plan of the workspace is deployed as it is.'));
      }
      const detail = changed.map((each) => `• ${each.compiled.plan.name}: ${each.changes[0] ?? ''}`).join('\n');
      await confirm(
        vscode.l10n.t('Deploy {0} plans to {1}?', changed.length, connection.name),
        `${detail}\n\n${vscode.l10n.t('Deploying saves the plans; no device is touched before they are activated.')}`,
        vscode.l10n.t('Deploy'),
      );
      for (const shown of changed) {
        await requireFresh(shown);
        const deploying = vscode.l10n.t('Deploying “{0}”', shown.compiled.plan.name);
        const result = await withProgress(host.ambient, deploying, (report, signal) =>
          send(client, shown, 'deploy', report, signal),
        );
        conclude(shown, result);
      }
      void tell(
        vscode.l10n.t(
          'Plans deployed to {0}: {1}. Activate them when they should start.',
          connection.name,
          changed.length,
        ),
      );
    },
    async openDeployedPlan(argument?: unknown) {
      requireTrust();
      await openDeployed(argument);
    },
  };

  async function openDeployed(argument: unknown): Promise<void> {
    const found = await deployedDocument(argument);
    const uri = documents.put(`${found.connection}/${found.name}.otaplan`, found.text);
    await vscode.window.showTextDocument(uri, { preview: true });
  }

  async function deployedDocument(argument: unknown) {
    const row = typeof argument === 'object' && argument !== null ? (argument as Record<string, unknown>) : {};
    const named = typeof row['connection'] === 'string' ? connections.find(row['connection']) : undefined;
    const connection = named ?? (await connections.pick());
    const client = await connections.client(connection);
    const planId =
      typeof row['planId'] === 'string'
        ? row['planId']
        : (await client.plans.find((await compileOne(plans, argument)).plan.name))?.plan.id;
    if (planId === undefined) {
      throw new OperationError('planNotDeployed', vscode.l10n.t('The plan is not deployed at {0}.', connection.name));
    }
    const { document } = await client.plans.get(planId);
    return { connection: connection.name, name: document.name, text: await plans.print(document) };
  }

  return { commands };
}
