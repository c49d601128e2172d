import { lower, placeOf } from '@otaplan/language';
import { type DeviceCounts, formatRate, nameIdentity, planStatuses, statusLabel, successRate } from '@otaplan/model';
import type { CodeLens } from 'vscode-languageserver';
import { commands, type DeployedLens, type PlanArgument } from '../protocol.ts';
import type { Session } from '../session.ts';
import { rangeOf } from '../things.ts';
import type { Feature } from './feature.ts';

/** Above each plan: preview, deploy, and how the deployed plan stands. The client carries the commands out. */
export const codeLens: Feature = {
  capabilities: { codeLensProvider: { resolveProvider: false } },
  register(connection, session) {
    connection.onCodeLens(
      session.answering(({ textDocument }): CodeLens[] => {
        const file = session.source(textDocument.uri)?.file;
        if (!file || session.settings.codeLens === false) return [];
        return session.project.workspace.plans(file).flatMap((plan) => {
          const range = rangeOf(placeOf(plan.node, 'name'));
          const argument: PlanArgument = { uri: textDocument.uri, plan: plan.name };
          const lens = (title: string, command: string): CodeLens => ({
            range,
            command: { title, command, arguments: [argument] },
          });
          return [lens('Preview', commands.preview), lens('Deploy', commands.deploy), ...status(plan.name, lens)];
        });

        function status(name: string, lens: (title: string, command: string) => CodeLens): CodeLens[] {
          const deployed = session.deployed?.get(nameIdentity(name));
          if (!deployed) return [];
          const { counts, digest } = deployed;
          const data: DeployedLens = { status: deployed.status, counts, differs: differs(session, name, digest) };
          const parts = [statusLabel(planStatuses, deployed.status), ...(counts ? progress(counts) : [])];
          if (data.differs) parts.push('file differs');
          return [{ ...lens(parts.join(' · '), commands.openDeployed), data }];
        }

        function differs(from: Session, name: string, digest: string | null): boolean {
          const plan = file && from.project.workspace.plans(file).find((each) => each.name === name);
          const lowered = plan && lower(plan);
          return digest !== null && lowered?.kind === 'plan' && lowered.plan.digest !== digest;
        }
      }),
    );
  },
};

/** How far a plan has come, in the words of the device statuses. */
function progress(counts: DeviceCounts): string[] {
  const { upgraded, total, upgradeFailed, noUpdateRequired } = counts;
  return [
    `${upgraded} of ${total} upgraded`,
    ...(noUpdateRequired > 0 ? [`${noUpdateRequired} need no update`] : []),
    ...(upgradeFailed > 0 ? [`${upgradeFailed} failed`] : []),
    formatRate(successRate(counts)),
  ];
}
