import type { PlanOverview } from '@otaplan/client';
import { allowsAction, type Plan, type PlanAction, type PlanStatus, periodFacts, sayPeriod } from '@otaplan/model';
import * as vscode from 'vscode';
import { confirm } from '../../infrastructure/choices.ts';
import type { Commands } from '../../infrastructure/commands.ts';
import type { Connections } from '../../infrastructure/connections.ts';
import { type Host, requireTrust } from '../../infrastructure/host.ts';
import type { Lives } from '../../infrastructure/live.ts';
import { withProgress } from '../../infrastructure/progress.ts';
import { planWords } from '../../infrastructure/status-words.ts';
import type { Targets } from '../../infrastructure/targets.ts';

interface Words {
  readonly question: string;
  /** What it does and does not stop. */
  readonly detail: string;
  readonly yes: string;
  readonly doing: string;
}

/** The words of each action. The compiler insists on all of them. */
function wordsOf(action: PlanAction, { plan, devices }: PlanOverview): Words {
  const count = devices.total.toLocaleString();
  switch (action) {
    case 'activate':
      return {
        question: vscode.l10n.t('Activate “{0}”?', plan.name),
        detail: vscode.l10n.t(
          'Its devices are resolved now, the plan is frozen, and from the start of its period devices are upgraded. Period: {0}. Devices that are registered later do not join.',
          sayPeriod(periodFacts({ effective: plan.effective } as Plan)),
        ),
        yes: vscode.l10n.t('Activate'),
        doing: vscode.l10n.t('Activating “{0}”', plan.name),
      };
    case 'suspend':
      return {
        question: vscode.l10n.t('Suspend “{0}”?', plan.name),
        detail: vscode.l10n.t(
          'Stops: devices that have not confirmed get nothing until the plan is resumed. Does not stop: devices that confirmed go on to success or their last attempt; the end of the period still comes. {0} devices are in the plan, {1} are upgrading.',
          count,
          devices.upgrading.toLocaleString(),
        ),
        yes: vscode.l10n.t('Suspend'),
        doing: vscode.l10n.t('Suspending “{0}”', plan.name),
      };
    case 'resume':
      return {
        question: vscode.l10n.t('Resume “{0}”?', plan.name),
        detail: vscode.l10n.t('Devices that were waiting are pushed again, inside the push period.'),
        yes: vscode.l10n.t('Resume'),
        doing: vscode.l10n.t('Resuming “{0}”', plan.name),
      };
    case 'terminate':
      return {
        question: vscode.l10n.t('Terminate “{0}” for good?', plan.name),
        detail: vscode.l10n.t(
          'Stops: devices that received the plan and did not confirm become Upgrade Failed; those that never received it stay Plan Not Received. Does not stop: {0} devices that are upgrading and confirmed go on to success or their last attempt. It cannot be undone.',
          devices.upgrading.toLocaleString(),
        ),
        yes: vscode.l10n.t('Terminate'),
        doing: vscode.l10n.t('Terminating “{0}”', plan.name),
      };
    case 'delete':
      return {
        question: vscode.l10n.t('Delete “{0}”?', plan.name),
        detail: vscode.l10n.t(
          'The plan is taken out of Developer Center. It was not activated, so no device is touched. Its packages stay, and so does the file.',
        ),
        yes: vscode.l10n.t('Delete'),
        doing: vscode.l10n.t('Deleting “{0}”', plan.name),
      };
  }
}

/** Activate, suspend, resume, terminate, delete: each says before what it stops and what not, and holds to the revision that was seen. */
export function lifecycle(host: Host, connections: Connections, lives: Lives, targets: Targets) {
  const log = host.log.of('lifecycle');

  /** The Upgrade Monitor shows it too, where it can be seen. */
  const say = (words: string) => void vscode.window.setStatusBarMessage(`$(check) ${words}`, 5000);
  const command = (action: PlanAction) => async (argument?: unknown) => {
    requireTrust();
    const pick = vscode.l10n.t('Which plan?');
    const fits = ({ plan }: PlanOverview) => allowsAction(plan.status as PlanStatus, action);
    const { connection, overview } = await targets.plan(argument, pick, fits);
    const words = wordsOf(action, overview);
    await confirm(words.question, `${connection.name} · ${connection.server}\n\n${words.detail}`, words.yes);
    const { id, revision, name } = overview.plan;
    const client = await connections.client(connection);
    await withProgress(host.ambient, words.doing, async (_, signal) => {
      if (action === 'delete') {
        await client.plans.delete(id, revision, { signal });
        lives.refresh();
        say(vscode.l10n.t('“{0}” is deleted.', name));
      } else {
        const done = await client.plans.act(action, id, { revision, signal });
        lives.of(connection.name)?.store.put(done);
        say(`“${name}”: ${planWords(done.plan.status)}`);
      }
    });
    log.info(`${action} “${name}” at ${connection.name}: done`);
  };

  const commands: Commands = {
    activatePlan: command('activate'),
    suspendPlan: command('suspend'),
    resumePlan: command('resume'),
    terminatePlan: command('terminate'),
    deletePlan: command('delete'),
  };
  return { commands };
}
