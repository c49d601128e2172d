import type { PlanOverview } from '@otaplan/client';
import { nameIdentity } from '@otaplan/model';
import * as vscode from 'vscode';
import { choose } from './choices.ts';
import type { Connection, Connections } from './connections.ts';
import { OperationError } from './errors.ts';
import type { Lives } from './live.ts';
import { planWords } from './status-words.ts';

/** A deployed plan that a command is about, as it was last seen. */
export interface PlanTarget {
  readonly connection: Connection;
  readonly overview: PlanOverview;
}

/** Finds the deployed plan that a command is about. */
export interface Targets {
  /**
   * @param argument a row of the Upgrade Monitor, a code lens's argument, or nothing: then a person picks
   * @param fits which plans are offered for picking
   */
  plan(argument: unknown, question: string, fits: (overview: PlanOverview) => boolean): Promise<PlanTarget>;
}

function rowOf(argument: unknown): { connection: string; planId: string } | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  if (!('connection' in argument) || !('planId' in argument)) return undefined;
  return { connection: String(argument.connection), planId: String(argument.planId) };
}

export function createTargets(connections: Connections, lives: Lives): Targets {
  async function byName(name: string): Promise<PlanTarget> {
    const connection = await connections.pick();
    const overview = await (await connections.client(connection)).plans.find(name);
    if (overview) return { connection, overview };
    throw new OperationError('planNotDeployed', vscode.l10n.t('“{0}” is not deployed at {1}.', name, connection.name));
  }

  async function summary(connection: Connection, planId: string): Promise<PlanOverview> {
    return (await connections.client(connection)).plans.summary(planId);
  }

  return {
    async plan(argument, question, fits) {
      const row = rowOf(argument);
      if (row) {
        const connection = connections.find(row.connection);
        if (!connection) throw new OperationError('noConnection', vscode.l10n.t('The connection is gone.'));
        const known = lives.of(row.connection)?.store.plan(row.planId);
        return { connection, overview: known ?? (await summary(connection, row.planId)) };
      }
      if (
        typeof argument === 'object' &&
        argument !== null &&
        'plan' in argument &&
        typeof argument.plan === 'string'
      ) {
        return byName(argument.plan);
      }
      await lives.opened();
      const offered: PlanTarget[] = [];
      for (const live of lives.all()) {
        const connection = connections.find(live.connection);
        if (!connection) continue;
        for (const overview of await live.read()) if (fits(overview)) offered.push({ connection, overview });
      }
      if (offered.length === 0) {
        throw new OperationError('nothingToDo', vscode.l10n.t('There is no plan for which this can be done now.'));
      }
      return choose(
        question,
        offered.map((value) => ({
          label: value.overview.plan.name,
          description: planWords(value.overview.plan.status),
          detail: value.connection.name,
          value,
        })),
      );
    },
  };
}

/** Whether two plan names are one plan at Developer Center. */
export function sameName(a: string, b: string): boolean {
  return nameIdentity(a) === nameIdentity(b);
}
