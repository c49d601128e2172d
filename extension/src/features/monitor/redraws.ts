import type { Ambient } from '@otaplan/client';
import * as vscode from 'vscode';
import type { Node } from './nodes.ts';

/** Changes that come within this time are drawn together. */
const gatherMilliseconds = 200;
/** Numbers of an open row are drawn this often: with the row VS Code draws everything below it. */
const numbersMilliseconds = 5000;

/**
 * Asks VS Code to draw rows again: gathered, each once, and not those below one that is drawn anyway. While the view cannot be seen nothing
 * is asked for; when it can again, all of it once.
 */
export function createRedraws(ambient: Ambient) {
  const changed = new vscode.EventEmitter<Node[] | undefined>();
  const pending = new Map<string, Node>();
  const numbers = new Map<string, Node>();
  let everything = false;
  let visible = false;
  let count = 0;
  let callOff: (() => void) | undefined;
  let callOffNumbers: (() => void) | undefined;

  function stop(): void {
    callOff?.();
    callOff = undefined;
    callOffNumbers?.();
    callOffNumbers = undefined;
  }
  function draw(): void {
    callOff = undefined;
    const rows = [...pending.values()].filter((node) => !hasAncestor(node, (key) => pending.has(key)));
    for (const [key, node] of numbers) {
      if (everything || pending.has(key) || hasAncestor(node, (above) => pending.has(above))) numbers.delete(key);
    }
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
    /** For an open row of which only its own numbers changed. */
    redrawNumbers(node: Node | undefined): void {
      if (!node) return;
      if (!visible) {
        everything = true;
        return;
      }
      numbers.set(node.key, node);
      callOffNumbers ??= ambient.after(numbersMilliseconds, () => {
        callOffNumbers = undefined;
        for (const [key, each] of numbers) pending.set(key, each);
        if (pending.size > 0) soon();
      });
    },
    all(): void {
      everything = true;
      soon();
    },
    setVisible(now: boolean): void {
      visible = now;
      if (visible && everything) draw();
      if (visible) return;
      if (callOff || numbers.size > 0) everything = true;
      stop();
      pending.clear();
      numbers.clear();
    },
    /** Rows asked for so far. */
    count: () => count,
    dispose(): void {
      stop();
      changed.dispose();
    },
  };
}
export type Redraws = ReturnType<typeof createRedraws>;

function hasAncestor(node: Node, test: (key: string) => boolean): boolean {
  let { key } = node;
  for (let end = key.lastIndexOf('\0'); end >= 0; end = key.lastIndexOf('\0')) {
    key = key.slice(0, end);
    if (test(key)) return true;
  }
  return false;
}
