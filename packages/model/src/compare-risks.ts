import { pushSummary } from './compare-schedule.ts';
import { isTargeted, type Plan, type PlanComponent } from './plan.ts';
import { compareVersions, isPrerelease } from './versions.ts';
import { formatLocal } from './zones.ts';

/** What a reviewer should stop at in a plan that is new or changed: facts, each with why it matters. Not errors. */
export type RiskKind =
  | 'allDevices'
  | 'noWaves'
  | 'noHalt'
  | 'downgrade'
  | 'rebuild'
  | 'prerelease'
  | 'weekend'
  | 'unexcluded'
  | 'anyVersion';

export interface Risk {
  readonly kind: RiskKind;
  readonly text: string;
  /** Whether the change brings it; `false`: the plan before had it too. */
  readonly isNew: boolean;
}

/** From so many devices on, all at once is worth a word. The rule SAFE001 draws its line at the same number. */
const many = 1000;

/**
 * The risks of a plan as it will be.
 * @param before what it was; `null`: there was none
 */
export function risksOf(before: Plan | null, after: Plan): Risk[] {
  const earlier = new Set(before === null ? [] : standing(before).map(({ kind, text }) => `${kind}\0${text}`));
  const found = standing(after).map((risk) => ({ ...risk, isNew: !earlier.has(`${risk.kind}\0${risk.text}`) }));
  const changed = before === null ? [] : byChange(before, after);
  return [...found, ...changed.map((risk) => ({ ...risk, isNew: true }))];
}

type Found = Omit<Risk, 'isNew'>;

/** What can be seen of one plan alone. */
function standing(plan: Plan): Found[] {
  const { targets, waves } = plan;
  const risks: Found[] = [];
  const add = (kind: RiskKind, text: string) => risks.push({ kind, text });
  if (targets.all) {
    add('allDevices', 'It targets every device of the product, also those registered until it is activated.');
  }
  if (waves.steps.length === 1 && (targets.all || (targets.count ?? 0) > many)) {
    add('noWaves', 'It has no waves: all devices may begin at once, and a bad package is noticed only after that.');
  }
  if (waves.steps.length > 1 && waves.halt === null) {
    add('noHalt', 'Its waves have no halt condition: the next wave opens however many devices failed.');
  }
  for (const component of plan.components) {
    for (const source of component.sources) {
      const order = compareVersions(source, component.target, component.versions);
      if (order !== null && order > 0) {
        add('downgrade', `${component.identifier} goes back from ${source} to the older ${component.target}.`);
      }
    }
    if (component.versions !== 'text' && isPrerelease(component.target)) {
      add('prerelease', `${component.identifier} goes to ${component.target}, which is a pre-release.`);
    }
    if (component.mode === 'full' && component.sources.length === 0) {
      add('anyVersion', `${component.identifier} is upgraded from any version, also from those nobody tried.`);
    }
  }
  const first = firstPush(plan);
  if (first !== null && isWeekend(first)) {
    add('weekend', `Devices are upgraded from ${dayName(first)} ${first} on, when few people are there to watch.`);
  }
  return risks;
}

/** What only the change tells. */
function byChange(before: Plan, after: Plan): Found[] {
  const risks: Found[] = [];
  const old = new Map(before.components.map((component) => [component.identifier, component]));
  for (const component of after.components) {
    const earlier = old.get(component.identifier);
    if (!earlier) continue;
    const order = compareVersions(earlier.target, component.target, component.versions);
    const said = component.sources.some((source) => source === earlier.target);
    if (order !== null && order > 0 && !said) {
      const text = `${component.identifier}: the new target ${component.target} is older than ${earlier.target} was.`;
      risks.push({ kind: 'downgrade', text });
    }
    if (earlier.target === component.target && contentDiffers(earlier, component)) {
      const text = `${component.identifier}: ${component.target} has other content than before. Devices that run it already are not upgraded to the new content.`;
      risks.push({ kind: 'rebuild', text });
    }
  }
  const kept = new Set(after.targets.exclude);
  const freed = before.targets.exclude.filter((key) => !kept.has(key) && isCovered(after, key));
  if (freed.length > 0) {
    const which = `${freed.slice(0, 5).join(', ')}${freed.length > 5 ? ', …' : ''}`;
    const count =
      freed.length === 1
        ? '1 device that was excluded is'
        : `${freed.length.toLocaleString('en')} devices that were excluded are`;
    risks.push({ kind: 'unexcluded', text: `${count} now upgraded (${which}).` });
  }
  return risks;
}

function isCovered({ targets }: Plan, key: string): boolean {
  return targets.all || isTargeted({ ...targets, exclude: [] }, key);
}

function contentDiffers(before: PlanComponent, after: PlanComponent): boolean {
  const digests = ({ package: content }: PlanComponent) => content?.files.map(({ sha256 }) => sha256) ?? [null];
  const [old, now] = [digests(before), digests(after)];
  if (old.includes(null) || now.includes(null)) return false;
  return old.join() !== now.join();
}

/** When devices are first pushed, local; `null` when they ask themselves, or only once the end user confirms. */
function firstPush(plan: Plan): string | null {
  const { mode, effective } = plan;
  if (mode.kind === 'manual' || mode.push === 'onRequest') return null;
  if (mode.push === 'any') return formatLocal(Date.parse(effective.startUtc), effective.zone);
  return pushSummary(plan)?.first?.local ?? null;
}

function weekday(local: string): number {
  return new Date(`${local.slice(0, 10)}T00:00:00Z`).getUTCDay();
}

/** From Friday 16:00 until the end of Sunday. */
function isWeekend(local: string): boolean {
  const day = weekday(local);
  return day === 6 || day === 0 || (day === 5 && local.slice(11) >= '16:00');
}

function dayName(local: string): string {
  return ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'][weekday(local)] ?? '';
}
