import { lower, placeOf } from '@otaplan/language';
import { formatRate, nameIdentity, planStatuses, statusLabel, successRate } from '@otaplan/model';
import type { CodeLens } from 'vscode-languageserver';
import { commands, type PlanArgument } from '../protocol.ts';
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
          return [
            lens('Preview', commands.preview),
            lens('Deploy', commands.deploy),
            ...status(session, plan.name).map((title) => lens(title, commands.openDeployed)),
          ];
        });

        function status(from: Session, name: string): string[] {
          if (!from.deployed) return [];
          const deployed = from.deployed.get(nameIdentity(name));
          if (!deployed) return [];
          const { counts } = deployed;
          const progress = counts
            ? ` · ${counts.upgraded} of ${counts.total} upgraded · ${formatRate(successRate(counts))}`
            : '';
          return [
            `${statusLabel(planStatuses, deployed.status)}${progress}${differs(from, name, deployed.digest) ? ' · file differs' : ''}`,
          ];
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
