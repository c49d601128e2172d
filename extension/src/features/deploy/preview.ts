import type { Client, PlanOverview, PlanPreview } from '@otaplan/client';
import type { CompiledPlan } from '@otaplan/language-server/protocol';
import { comparePlans, describeChanges, formatLocal, type Plan } from '@otaplan/model';
import * as vscode from 'vscode';
import type { Connection } from '../../infrastructure/connections.ts';
import { showDiff, showPage } from '../../infrastructure/difference.ts';
import { type Documents, plainMarkdown } from '../../infrastructure/documents.ts';
import type { Plans } from '../../infrastructure/plans.ts';

/** What a person is shown before a deployment, and what the deployment holds itself to. */
export interface Preview {
  readonly compiled: CompiledPlan;
  readonly connection: Connection;
  /** The deployed plan of this name as it was read; `null`: there is none. */
  readonly deployed: PlanOverview | null;
  readonly before: Plan | null;
  readonly answer: PlanPreview;
  /** What changes in meaning, a sentence each; empty: nothing. */
  readonly changes: readonly string[];
}

/** Reads what is deployed and asks Developer Center what the plan would do now. Saves nothing. */
export async function readPreview(
  client: Client,
  connection: Connection,
  compiled: CompiledPlan,
  signal: AbortSignal,
): Promise<Preview> {
  const { plan } = compiled;
  const [deployed, answer] = await Promise.all([
    client.plans.find(plan.name, { signal }),
    client.plans.preview(plan, { signal }),
  ]);
  // The same digest means the same plan: a list of a million devices need not be read again.
  const same = deployed?.plan.digest === plan.digest;
  const before =
    deployed === null ? null : same ? plan : (await client.plans.get(deployed.plan.id, { signal })).document;
  return { compiled, connection, deployed, before, answer, changes: describeChanges(comparePlans(before, plan)) };
}

/** What activation would be refused for, apart from packages that the deployment uploads before it. */
export function refusalsLeft({ answer, compiled }: Preview): readonly string[] {
  const declared = compiled.packages.map((each) => each.package);
  const covered = answer.packages
    .filter(({ present }) => !present)
    .every(({ version, sourceVersion }) =>
      declared.some((each) => each.version === version && each.sourceVersion === sourceVersion),
    );
  const uploaded = (problem: string) => covered && /package-(missing|incomplete)$/.test(problem);
  return answer.refusals.filter(({ problem }) => !uploaded(problem)).map(({ detail }) => detail);
}

const number = (value: number) => value.toLocaleString(vscode.env.language);

/** How many devices the plan meets and what keeps some from it, a sentence each. */
export function deviceSentences({ devices, components }: PlanPreview): string[] {
  const sentences = [
    vscode.l10n.t('{0} devices matched, {1} of them online.', number(devices.matched), number(devices.online)),
  ];
  if (devices.excluded > 0) sentences.push(vscode.l10n.t('{0} excluded.', number(devices.excluded)));
  if (devices.unknown > 0) {
    const first = devices.unknownFirst.slice(0, 3).join(', ');
    sentences.push(vscode.l10n.t('{0} listed devices are not registered: {1}.', number(devices.unknown), first));
  }
  for (const component of components) {
    const stuck = component.versions.filter(({ way }) => way === 'noWay').reduce((sum, each) => sum + each.devices, 0);
    if (stuck > 0) {
      sentences.push(
        vscode.l10n.t(
          '{0}: {1} devices run a version from which the plan has no way.',
          component.identifier,
          number(stuck),
        ),
      );
    }
  }
  return sentences;
}

/** The next push windows, in local time and UTC. */
export function windowSentences({ answer, compiled }: Preview, most: number): string[] {
  const { windows } = answer;
  if (windows.length === 0) return [vscode.l10n.t('Pushed at any time of the effective period.')];
  const zone = compiled.plan.effective.zone;
  const shown = windows.slice(0, most).map((window) => {
    const utc = `${window.fromUtc.slice(11, 16)}–${window.toUtc.slice(11, 16)} UTC`;
    const change = window.clockChange ? ` · ${vscode.l10n.t('the clock changes')}` : '';
    return `${window.date} ${window.local} ${zone} (${utc})${change}`;
  });
  return windows.length > most ? [...shown, vscode.l10n.t('… and {0} more', windows.length - most)] : shown;
}

function ways(way: string): string {
  switch (way) {
    case 'upgrade':
      return vscode.l10n.t('will be upgraded');
    case 'atTarget':
      return vscode.l10n.t('already at the target');
    case 'noWay':
      return vscode.l10n.t('no way from this version');
    case 'notReported':
      return vscode.l10n.t('has not reported its version');
    default:
      return way;
  }
}

/** The whole preview as a page of Markdown. Everything that came from outside is escaped. */
export function previewPage(preview: Preview): string {
  const { answer, compiled, connection, deployed, changes } = preview;
  const list = (sentences: readonly string[]) => sentences.map((sentence) => `- ${plainMarkdown(sentence)}`).join('\n');
  const heading = (words: string, body: string) => (body === '' ? '' : `## ${plainMarkdown(words)}\n\n${body}\n`);
  const versions = answer.components
    .map(({ identifier, target, versions: rows }) => {
      const lines = rows.map(
        ({ version, devices, way }) =>
          `| ${plainMarkdown(version ?? '–')} | ${number(devices)} | ${plainMarkdown(ways(way))} |`,
      );
      return `**${plainMarkdown(identifier)} → ${plainMarkdown(target)}**\n\n| ${vscode.l10n.t('Version')} | ${vscode.l10n.t('Devices')} | |\n|---|--:|---|\n${lines.join('\n')}\n`;
    })
    .join('\n');
  const conflicts = answer.conflicts.map((conflict) =>
    vscode.l10n.t(
      '“{0}” wants {1} of {2} devices at an overlapping time.',
      conflict.planName,
      conflict.identifier,
      number(conflict.devices),
    ),
  );
  const packages = answer.packages
    .filter(({ present }) => !present)
    .map(({ identifier, version }) => vscode.l10n.t('The package of {0} {1} will be uploaded.', identifier, version));
  const waves =
    answer.waves.length < 2
      ? []
      : answer.waves.map((wave) =>
          vscode.l10n.t(
            '{0} %: {1} devices, not before {2}',
            wave.percent,
            number(wave.devices),
            formatLocal(Date.parse(wave.opensUtc), compiled.plan.effective.zone),
          ),
        );
  const state =
    deployed === null
      ? vscode.l10n.t('It is not deployed yet.')
      : changes.length === 0
        ? vscode.l10n.t('It is deployed and the same.')
        : vscode.l10n.t('It is deployed and differs.');
  return [
    `# ${plainMarkdown(compiled.plan.name)}\n`,
    `${plainMarkdown(`${connection.name} · ${connection.server}. ${state}`)}\n`,
    heading(vscode.l10n.t('Activation would be refused'), list(refusalsLeft(preview))),
    heading(vscode.l10n.t('What changes'), list(changes)),
    heading(vscode.l10n.t('Devices'), list(deviceSentences(answer))),
    heading(vscode.l10n.t('Versions'), versions),
    heading(vscode.l10n.t('Conflicts'), list(conflicts)),
    heading(vscode.l10n.t('Packages'), list(packages)),
    heading(vscode.l10n.t('Waves'), list(waves)),
    heading(vscode.l10n.t('Push windows'), list(windowSentences(preview, 40))),
    plainMarkdown(vscode.l10n.t('Zone data at Developer Center: {0}', answer.zoneData)),
    '',
  ]
    .filter((part) => part !== '')
    .join('\n');
}

/** Shows what the plan would do, and of a plan that is deployed the difference in canonical text beside it. */
export async function showPreview(documents: Documents, plans: Plans, preview: Preview): Promise<void> {
  const { compiled, connection, before } = preview;
  const { name } = compiled.plan;
  if (before === null) {
    const options = { preview: true, viewColumn: vscode.ViewColumn.One };
    await vscode.window.showTextDocument(vscode.Uri.parse(compiled.uri, true), options);
  } else {
    const title = vscode.l10n.t('{0} (deployed at {1} ↔ local)', name, connection.name);
    const sides = {
      folder: connection.name,
      plan: name,
      before: await plans.print(before),
      after: compiled.text,
      title,
    };
    await showDiff(documents, sides);
  }
  await showPage(documents, connection.name, name, previewPage(preview));
}
