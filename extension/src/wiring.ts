import type { PlanOverview } from '@otaplan/client';
import * as vscode from 'vscode';
import type { OtaplanApi, PlanState } from './api.ts';
import { accounts } from './features/accounts/accounts.ts';
import { catalogue } from './features/catalogue/catalogue.ts';
import { deployedPlans } from './features/catalogue/deployed.ts';
import { dashboard } from './features/dashboard/dashboard.ts';
import { deployment } from './features/deploy/deploy.ts';
import { lifecycle } from './features/lifecycle/lifecycle.ts';
import { local } from './features/local/local.ts';
import { logs } from './features/logs/logs.ts';
import { decorations } from './features/monitor/decorations.ts';
import { monitor } from './features/monitor/monitor.ts';
import type { MonitorTree } from './features/monitor/tree.ts';
import { notifications } from './features/notifications/notifications.ts';
import { type Retries, retry } from './features/retry/retry.ts';
import { review } from './features/review/review.ts';
import type { ReviewView } from './features/review/view.ts';
import { statusBar } from './features/status/status-bar.ts';
import { tasks } from './features/tasks/tasks.ts';
import { type Commands, registerCommands } from './infrastructure/commands.ts';
import { type Connections, createConnections } from './infrastructure/connections.ts';
import { createDocuments } from './infrastructure/documents.ts';
import { connectionOfEnvironment } from './infrastructure/given-connection.ts';
import type { Host } from './infrastructure/host.ts';
import { createLives, type Lives } from './infrastructure/live.ts';
import type { Log } from './infrastructure/log.ts';
import type { Plans } from './infrastructure/plans.ts';
import { createTargets } from './infrastructure/targets.ts';
import { createVault } from './infrastructure/vault.ts';

/** What the tests in VS Code look at; no part of the API. */
export interface Internals {
  readonly connections: Connections;
  readonly lives: Lives;
  readonly plans: Plans;
  readonly tree: MonitorTree;
  readonly review: ReviewView;
  readonly refusals: Retries['refusals'];
  readonly accounts: vscode.AuthenticationProvider;
  readonly log: Log;
}

/** Puts together everything that needs Node: no feature knows another but by what it is handed here. */
export function wire(host: Host, plans: Plans, languageCommands: Commands) {
  const { context } = host;
  const vault = createVault(context.secrets);
  const connections = createConnections({
    settings: host.settings,
    vault,
    ambient: host.ambient,
    log: host.log,
    environment: connectionOfEnvironment(host.environment),
  });
  const lives = createLives(connections, host.ambient);
  const documents = createDocuments();
  const targets = createTargets(connections, lives);

  const account = accounts(host, vault, connections);
  const known = catalogue(host, connections, lives, plans);
  const center = local(host, connections, plans, known.refresh);
  const deploy = deployment({ host, connections, lives, plans, documents, refreshCatalogue: known.refresh });
  const cycle = lifecycle(host, connections, lives, targets);
  const upgrades = monitor({ host, connections, lives, plans, targets });
  const retries = retry(host, connections, lives, targets);
  const changes = review({ host, connections, plans, documents });
  const log = logs(host, connections, targets);
  const board = dashboard({ host, connections, lives, targets, showDevices: upgrades.reveal });

  const commands: Commands = {
    ...languageCommands,
    ...account.commands,
    ...center.commands,
    ...deploy.commands,
    ...cycle.commands,
    ...upgrades.commands,
    ...retries.commands,
    ...changes.commands,
    ...log.commands,
    ...board.commands,
    showExtensionLog: () => host.log.show(),
  };

  context.subscriptions.push(
    vault,
    connections,
    lives,
    documents,
    account.disposable,
    upgrades,
    retries.disposable,
    changes.disposable,
    log.disposable,
    board.disposable,
    statusBar(connections, lives),
    notifications(host, lives),
    known.disposable,
    deployedPlans(host, connections, lives, plans),
    decorations(host, connections, lives, plans),
    tasks(),
    registerCommands(commands, host.boundary),
  );

  const stateOf = (connection: string, { plan, devices, successRate }: PlanOverview): PlanState => {
    const { id, name, status, digest } = plan;
    return { connection, id, name, status, digest, devices: { ...devices }, successRate };
  };
  const changed = new vscode.EventEmitter<PlanState>();
  context.subscriptions.push(
    changed,
    lives.onDidChangePlans(({ live, change }) => {
      for (const id of change.plans) {
        const overview = live.store.plan(id);
        if (overview) changed.fire(stateOf(live.connection, overview));
      }
    }),
  );
  const api: OtaplanApi = {
    version: 1,
    compile: (uri, plan) => plans.compile(uri, plan),
    plans: () => lives.all().flatMap((live) => live.plans().map((overview) => stateOf(live.connection, overview))),
    onDidChangePlan: changed.event,
  };
  const internals: Internals = {
    connections,
    lives,
    plans,
    tree: upgrades.tree,
    refusals: retries.refusals,
    review: changes.view,
    accounts: account.provider,
    log: host.log,
  };
  return { api, stop: center.stop, internals };
}
