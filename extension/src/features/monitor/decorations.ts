import { formatRate } from '@otaplan/model';
import * as vscode from 'vscode';
import type { Connections } from '../../infrastructure/connections.ts';
import type { Host } from '../../infrastructure/host.ts';
import type { Lives } from '../../infrastructure/live.ts';
import type { Plans } from '../../infrastructure/plans.ts';
import { planWords } from '../../infrastructure/status-words.ts';
import { sameName } from '../../infrastructure/targets.ts';

const drawMilliseconds = 500;

/** Marks the files of deployed plans in the explorer: failures, a rollout under way, or drift from what is deployed. */
export function decorations(host: Host, connections: Connections, lives: Lives, plans: Plans): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.Uri[]>();
  let marks = new Map<string, vscode.FileDecoration>();
  let callOff: (() => void) | undefined;

  async function draw(): Promise<void> {
    const connection = connections.current();
    const live = connection && lives.of(connection.name);
    const next = new Map<string, vscode.FileDecoration>();
    if (live && live.store.planIds().length > 0) {
      for (const place of await plans.places()) {
        const overview = live.plans().find(({ plan }) => sameName(plan.name, place.name));
        if (!overview) continue;
        const { plan, devices, successRate } = overview;
        const words = `${plan.name}: ${planWords(plan.status)}, ${formatRate(successRate)}`;
        const drifted = place.digest !== null && place.digest !== plan.digest;
        const uri = vscode.Uri.parse(place.uri, true).toString();
        if (devices.upgradeFailed > 0) {
          next.set(uri, new vscode.FileDecoration('!', words, new vscode.ThemeColor('charts.red')));
        } else if (drifted) {
          next.set(uri, new vscode.FileDecoration('≠', `${words}, ${vscode.l10n.t('differs from the deployed plan')}`));
        } else if (plan.status === 'upgrading') {
          next.set(uri, new vscode.FileDecoration('↑', words));
        }
      }
    }
    const touched = new Set([...marks.keys(), ...next.keys()]);
    marks = next;
    changed.fire([...touched].map((uri) => vscode.Uri.parse(uri, true)));
  }
  const drawSoon = () => {
    if (callOff) return;
    callOff = host.ambient.after(drawMilliseconds, () => {
      callOff = undefined;
      void host.boundary('decorations', draw);
    });
  };
  return vscode.Disposable.from(
    changed,
    vscode.window.registerFileDecorationProvider({
      onDidChangeFileDecorations: changed.event,
      provideFileDecoration: (uri) => marks.get(uri.toString()),
    }),
    lives.onDidChangePlans(drawSoon),
    lives.onDidChange(drawSoon),
    plans.onDidChange(drawSoon),
    new vscode.Disposable(() => callOff?.()),
  );
}
