import type { Client, PlanOverview, PlanStatistics } from '@otaplan/client';
import { ClientError, sayFailure } from '@otaplan/client';
import { createLiveStore, type LiveStore } from '@otaplan/fleet';
import { formatRate, isOver, type PlanStatus, planStatuses, statusLabel } from '@otaplan/model';
import type { Io } from './io.ts';
import { screen } from './text/plan-screen.ts';
import { colorsFor, shown, writeJsonLine } from './text/shown.ts';

/**
 * Stays and shows every change until Ctrl-C, or until the plan is over and no device is on its way: a screen on a terminal,
 * else lines, at most one a plan every two seconds (`json`: a JSON line per change).
 * @param planId `null`: every plan
 */
export async function watch(io: Io, client: Client, planId: string | null, json: boolean): Promise<void> {
  const store = createLiveStore({ client, ambient: io.ambient });
  const onScreen = io.stdout.isTerminal && !json;
  const ids = () => (planId === null ? store.planIds() : [planId]);
  const done = Promise.withResolvers<void>();
  const end = () => done.resolve();
  io.signal.addEventListener('abort', end, { once: true });
  const drawing = onScreen ? drawScreen(io, client, store, ids) : null;
  const lines = onScreen || json ? null : plainLines(io, (id) => store.plan(id));
  const unsubscribe = store.subscribe((change) => {
    const { connection } = { connection: store.connection() };
    if (connection.state === 'stopped') done.reject(new ClientError(connection.failure));
    if (connection.state === 'waiting' && change.connection && !onScreen) {
      void io.stderr.write(`otaplan: ${sayFailure(connection.failure)} Trying again.\n`);
    }
    if (drawing) drawing.changed();
    else {
      for (const id of change.plans) {
        const overview = store.plan(id);
        if (!overview || (planId !== null && planId !== id)) continue;
        if (lines) lines.changed(id);
        else void writeJsonLine(io, overview);
      }
    }
    const overview = planId === null ? undefined : store.plan(planId);
    if (overview && isFinal(overview)) end();
  });
  store.setVisible(true);
  try {
    await done.promise;
  } finally {
    unsubscribe();
    lines?.close();
    store.close();
    io.signal.removeEventListener('abort', end);
    drawing?.close();
  }
}

function isFinal({ plan, devices }: PlanOverview): boolean {
  return isOver(plan.status as PlanStatus) && devices.upgrading === 0;
}

/** Milliseconds between two lines of one plan. */
const lineEvery = 2000;

/** A line a plan at most every two seconds, in which the latest state is written; the last state is never left out. */
export function plainLines(io: Pick<Io, 'ambient' | 'stdout'>, planOf: (id: string) => PlanOverview | undefined) {
  const pauses = new Map<string, () => void>();
  const stale = new Set<string>();
  const write = (id: string) => {
    stale.delete(id);
    const overview = planOf(id);
    if (overview) void io.stdout.write(planLine(overview, io.ambient.now()));
  };
  const pauseAfter = (id: string) => {
    const over = () => {
      pauses.delete(id);
      if (!stale.has(id)) return;
      write(id);
      pauseAfter(id);
    };
    pauses.set(id, io.ambient.after(lineEvery, over));
  };
  return {
    /** Something of a plan changed. */
    changed(id: string) {
      stale.add(id);
      if (pauses.has(id)) return;
      write(id);
      pauseAfter(id);
    },
    /** Writes what is not written yet. */
    close() {
      for (const cancel of pauses.values()) cancel();
      pauses.clear();
      for (const id of [...stale]) write(id);
    },
  };
}

function planLine({ plan, devices, successRate }: PlanOverview, now: number): string {
  const time = new Date(now).toISOString().slice(11, 19);
  return `${time}Z ${shown(plan.name)}: ${shown(statusLabel(planStatuses, plan.status))}; ${devices.notUpgraded} not upgraded, ${devices.upgrading} upgrading, ${devices.upgraded} upgraded, ${devices.upgradeFailed} failed, ${devices.noUpdateRequired} no update required; success ${formatRate(successRate)}\n`;
}

/** Redraws at most four times a second; failures by cause are read anew every five seconds while something changes. */
function drawScreen(io: Io, client: Client, store: LiveStore, ids: () => readonly string[]) {
  const colors = colorsFor(io, io.stdout);
  const statistics = new Map<string, PlanStatistics>();
  const readAt = new Map<string, number>();
  let due: (() => void) | null = null;
  let open = true;
  void io.stdout.write('\x1b[?1049h\x1b[?25l');
  const draw = () => {
    due = null;
    if (!open) return;
    const plans = ids().flatMap((id) => store.plan(id) ?? []);
    const { columns, rows } = io.stdout;
    const lines = screen({
      plans,
      statistics,
      connection: store.connection(),
      server: client.server,
      now: io.ambient.now(),
      columns,
      rows,
      colors,
    });
    void io.stdout.write(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join('\r\n')}\x1b[J`);
    for (const { plan } of plans.slice(0, 5)) void refresh(plan.id);
    due = io.ambient.after(1000, draw);
  };
  const refresh = async (id: string) => {
    const now = io.ambient.now();
    if (now - (readAt.get(id) ?? 0) < 5000) return;
    readAt.set(id, now);
    try {
      statistics.set(id, await client.plans.statistics(id, { signal: io.signal }));
    } catch (error) {
      // The connection's own state is shown above; the last failures stay as they were.
      if (!(error instanceof ClientError)) throw error;
    }
  };
  let last = 0;
  return {
    changed() {
      const since = io.ambient.now() - last;
      if (since < 250) return;
      last = io.ambient.now();
      due?.();
      draw();
    },
    close() {
      open = false;
      due?.();
      void io.stdout.write('\x1b[?25h\x1b[?1049l');
    },
  };
}
