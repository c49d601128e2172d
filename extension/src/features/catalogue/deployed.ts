import type { PlanOverview } from '@otaplan/client';
import * as vscode from 'vscode';
import type { Connections } from '../../infrastructure/connections.ts';
import type { Host } from '../../infrastructure/host.ts';
import type { Lives } from '../../infrastructure/live.ts';
import type { Plans } from '../../infrastructure/plans.ts';

/** Longer than VS Code waits before it asks for code lenses anew (250 ms): told more often, it would wait for ever. */
const tellMilliseconds = 500;

/**
 * Tells the language server how the plans of the connection in use stand, for its code lenses: at once when they were calm, then every
 * so often, and before each question for lenses, so that a lens says what the Upgrade Monitor says at that moment.
 */
export function deployedPlans(host: Host, connections: Connections, lives: Lives, plans: Plans): vscode.Disposable {
  let told: readonly PlanOverview[] | null | undefined;
  let toldAt = Number.NEGATIVE_INFINITY;
  let callOff: (() => void) | undefined;

  function known(): readonly PlanOverview[] | null {
    const connection = connections.current();
    const live = connection && vscode.workspace.isTrusted ? lives.of(connection.name) : undefined;
    return live?.store.connection().state === 'live' ? live.plans() : null;
  }

  function tell(): void {
    callOff?.();
    callOff = undefined;
    const now = known();
    if (isSame(told, now)) return;
    told = now;
    toldAt = host.ambient.now();
    const wire = now?.map(({ plan: { name, status, digest, reason }, devices }) => ({
      name,
      status,
      digest,
      counts: devices,
      ...(reason === null ? {} : { reason }),
    }));
    plans.tellDeployed(wire ?? null);
  }
  function tellSoon(): void {
    const pause = toldAt + tellMilliseconds - host.ambient.now();
    // A clock that was set back must not silence it.
    if (pause <= 0 || pause > tellMilliseconds) tell();
    else callOff ??= host.ambient.after(pause, tell);
  }
  return vscode.Disposable.from(
    plans.onWillShowLenses(tell),
    connections.onDidChange(tellSoon),
    lives.onDidChange(tellSoon),
    lives.onDidChangePlans(tellSoon),
    new vscode.Disposable(() => callOff?.()),
  );
}

/** A plan that did not change stays the same object. */
function isSame(a: readonly PlanOverview[] | null | undefined, b: readonly PlanOverview[] | null): boolean {
  if (!a || !b) return a === b;
  return a.length === b.length && a.every((overview, i) => overview === b[i]);
}
