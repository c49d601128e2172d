import type { Plan } from '@otaplan/model';
import type { DeviceState } from '../../engine/index.ts';
import type { Row } from './row.ts';

/** How the log tells a success: by the version reported (`engine/attempts.ts`). */
const upgraded = 'Upgraded: ';

/**
 * Whether the log of a device in a plan tells what its state says.
 * @param lines newest first
 */
export function verifyLog(
  which: string,
  document: Plan,
  state: DeviceState,
  lines: readonly Row[],
  tell: (problem: string) => void,
): void {
  const newest = state.components.map(({ attempt }) => attempt);
  const successes = state.components.map(() => 0);
  for (const line of lines) {
    const place = Number(line['component']);
    const component = state.components[place];
    const wanted = document.components[place];
    if (!component || !wanted) {
      tell(`${which}: the line ${String(line['id'])} of its log is of a component that the plan does not have.`);
      continue;
    }
    const attempt = Number(line['attempt']);
    // Read backwards: attempts only become smaller.
    if (attempt > (newest[place] ?? 0)) {
      tell(`${which}: the log of ${wanted.identifier} tells attempt ${attempt}, its state does not.`);
    }
    newest[place] = Math.min(newest[place] ?? attempt, attempt);
    if (!String(line['text']).startsWith(upgraded)) continue;
    successes[place] = (successes[place] ?? 0) + 1;
    if (line['reported'] !== wanted.target || attempt !== component.attempt) {
      tell(`${which}: ${wanted.identifier} succeeded without having reported ${wanted.target}.`);
    }
  }
  for (const [index, component] of state.components.entries()) {
    const told = successes[index] ?? 0;
    const is = component.status === 'upgradeSucceeded' ? 1 : 0;
    const identifier = document.components[index]?.identifier;
    if (told !== is) tell(`${which}: ${identifier} was upgraded ${told} times by its log, ${is} by its status.`);
  }
}
