import type { Ambient } from '@otaplan/client';
import * as vscode from 'vscode';
import type { Node } from './nodes.ts';

/** Changes that come within this time are drawn together. */
const gatherMilliseconds = 200;

/**
 * Asks VS Code to draw rows again: gathered, each once, and not those below one that is drawn anyway. While the view cannot be seen nothing
 * is asked for; when it can again, all of it once.
 */
export function createRedraws(ambient: Ambient) {
  const changed = new vscode.EventEmitter<Node[] | undefined>();
  const pending = new Map<string, Node>();
  let everything = false;
  let visible = false;
  let count = 0;
  let callOff: (() => void) | undefined;

  function draw(): void {
    callOff = undefined;
    const rows = [...pending.values()].filter((node) => !hasAncestor(node, (key) => pending.has(key)));
    pending.clear();
    if (everything) {
      everything = false;
      count++;
      changed.fire(undefined);
    } else if (rows.length > 0) {
      count += rows.length;
      changed.fire(rows);
    }
  }
  function soon(): void {
    if (visible) callOff ??= ambient.after(gatherMilliseconds, draw);
    else everything = true;
  }
  return {
    event: changed.event,
    redraw(node: Node | undefined): void {
      if (!node) return;
      if (visible) pending.set(node.key, node);
      soon();
    },
    all(): void {
      everything = true;
      soon();
    },
    setVisible(now: boolean): void {
      visible = now;
      if (visible && everything) draw();
      if (visible) return;
      if (callOff) everything = true;
      callOff?.();
      callOff = undefined;
      pending.clear();
    },
    /** Rows asked for so far. */
    count: () => count,
    dispose(): void {
      callOff?.();
      changed.dispose();
    },
  };
}

function hasAncestor(node: Node, test: (key: string) => boolean): boolean {
  let { key } = node;
  for (let end = key.lastIndexOf('\0'); end >= 0; end = key.lastIndexOf('\0')) {
    key = key.slice(0, end);
    if (test(key)) return true;
  }
  return false;
}
