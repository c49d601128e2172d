import type { PlanOverview } from '@otaplan/client';
import { groupsOf, type Node, type PlanNode } from './nodes.ts';
import type { Redraws } from './redraws.ts';

/**
 * Which rows are drawn for a change of a plan. VS Code draws with an open row everything below it, and in a rollout a plan's numbers change
 * all the time: rows that are closed or have none below them are drawn at once, and an open one for its numbers only now and then.
 * @param rows rows as VS Code knows them
 * @param isOpen whether the rows below a row are shown
 */
export function createPlanRedraws(redraws: Redraws, rows: ReadonlyMap<string, Node>, isOpen: (key: string) => boolean) {
  /** Plans as they were when a change of them was last looked at. */
  const seen = new Map<string, PlanOverview>();

  /** Draws the rows of groups whose number is another. */
  function drawGroups(node: PlanNode, before: PlanOverview, now: PlanOverview): void {
    for (const { key, status } of groupsOf(node.connection, now)) {
      const name = status as keyof PlanOverview['devices'];
      const group = rows.get(key);
      if (before.devices[name] === now.devices[name]) continue;
      if (!isOpen(key)) redraws.redraw(group);
      else {
        redraws.redraw(rows.get(`${key}\0more`));
        redraws.redrawNumbers(group);
      }
    }
  }
  return {
    changed(node: PlanNode, now: PlanOverview | undefined): void {
      const before = seen.get(node.key);
      if (now) seen.set(node.key, now);
      else seen.delete(node.key);
      if (!now || !before || !isOpen(node.key) || looksOf(node, before) !== looksOf(node, now)) {
        redraws.redraw(rows.get(node.key));
        return;
      }
      drawGroups(node, before, now);
      if (JSON.stringify(before.devices) !== JSON.stringify(now.devices)) redraws.redrawNumbers(rows.get(node.key));
    },
    /** The rows of a plan are listed as it is now. */
    listed(node: PlanNode, now: PlanOverview): void {
      seen.set(node.key, now);
    },
  };
}

/** All that a plan's row and the list below it show, but for numbers. */
function looksOf(node: PlanNode, overview: PlanOverview): string {
  const groups = groupsOf(node.connection, overview).map(({ status }) => status);
  return JSON.stringify([{ ...overview.plan, revision: 0, updatedAt: '' }, groups]);
}
