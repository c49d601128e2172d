import { periodFacts, sayPeriod } from '@otaplan/model';
import * as vscode from 'vscode';
import { Dismissed } from '../../infrastructure/errors.ts';
import { deviceSentences, type Preview, refusalsLeft, windowSentences } from './preview.ts';

/** What a person said yes to. */
export type Consent = 'deploy' | 'deployAndActivate';

/** Asks before anything is sent: which Developer Center, how many devices, when. Throws `Dismissed` for no. */
export async function askConsent(preview: Preview): Promise<Consent> {
  const { compiled, connection, answer, changes, deployed } = preview;
  const refusals = refusalsLeft(preview);
  const shown = changes.slice(0, 6);
  const rest = changes.length - shown.length;
  const detail = [
    `${connection.name} · ${connection.server}`,
    ...deviceSentences(answer),
    sayPeriod(periodFacts(compiled.plan)),
    ...windowSentences(preview, 2),
    ...answer.conflicts.map((conflict) => vscode.l10n.t('Conflict with “{0}”.', conflict.planName)),
    ...refusals.map((refusal) => vscode.l10n.t('Activation would be refused: {0}', refusal)),
    '',
    ...(deployed === null ? [] : shown.map((sentence) => `• ${sentence}`)),
    ...(deployed !== null && rest > 0 ? [vscode.l10n.t('… and {0} more', rest)] : []),
    vscode.l10n.t('Deploying saves the plan; no device is touched before it is activated.'),
  ].join('\n');
  const deploy = vscode.l10n.t('Deploy');
  const activate = vscode.l10n.t('Deploy and Activate');
  const offers = refusals.length === 0 ? [deploy, activate] : [deploy];
  const question = vscode.l10n.t('Deploy “{0}”?', compiled.plan.name);
  const chosen = await vscode.window.showWarningMessage(question, { modal: true, detail }, ...offers);
  if (chosen === deploy) return 'deploy';
  if (chosen === activate) return 'deployAndActivate';
  throw new Dismissed();
}
