import { isZone, type Plan, resolveLocal } from '@otaplan/model';
import type { FieldProblem } from './problem-error.ts';

/**
 * The rules between a plan's fields (section 3), which a schema cannot tell. Each problem says where and what to do.
 * @param zoneData version of the zone data in use, for the message where client and service disagree
 */
export function checkPlan(plan: Plan, zoneData: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const problem = (pointer: string, detail: string) => problems.push({ pointer: `/document${pointer}`, detail });
  checkPeriod(plan, zoneData, problem);
  checkTargets(plan, problem);
  checkComponents(plan, problem);
  const { mode, waves } = plan;
  if (typeof mode.push === 'object' && mode.push.from === mode.push.to) {
    problem('/mode/push', 'A push period lasts at least one hour; leave it out to push at any time.');
  }
  if (mode.kind === 'manual' && Object.keys(mode.texts).length === 0) {
    problem('/mode/texts', 'A manual plan has an upgrade text in at least one language.');
  }
  let share = 0;
  for (const [index, wave] of waves.steps.entries()) {
    if (wave.percent <= share) problem(`/waves/steps/${index}/percent`, 'Shares of waves increase.');
    share = wave.percent;
  }
  if (share !== 100) problem('/waves/steps', 'The last wave is 100 %.');
  return problems;
}

type Problem = (pointer: string, detail: string) => void;

function checkPeriod({ effective }: Plan, zoneData: string, problem: Problem): void {
  if (!isZone(effective.zone)) {
    problem('/effective/zone', `${effective.zone} is not the IANA name of a time zone.`);
    return;
  }
  for (const end of ['start', 'end'] as const) {
    const time = resolveLocal(effective[end], effective.zone);
    if (time === null) problem(`/effective/${end}`, `${effective[end]} is not a date and time.`);
    else if (time.at !== Date.parse(effective[`${end}Utc`])) {
      const here = new Date(time.at).toISOString();
      problem(
        `/effective/${end}Utc`,
        `${effective[end]} in ${effective.zone} is ${here} by the zone data ${zoneData} of Developer Center, not ${effective[`${end}Utc`]}. Compile the plan with the same zone data.`,
      );
    }
  }
  if (Date.parse(effective.endUtc) <= Date.parse(effective.startUtc)) {
    problem('/effective/end', 'The planned end is after the planned start.');
  }
}

function checkTargets({ targets }: Plan, problem: Problem): void {
  if (targets.all && targets.include.length > 0) problem('/targets/include', 'A plan for all devices lists none.');
  if (!targets.all && targets.include.length === 0) problem('/targets/include', 'A plan has at least one device.');
  for (const list of ['include', 'exclude'] as const) {
    const keys = targets[list];
    const bad = keys.findIndex((key, index) => index > 0 && key <= (keys[index - 1] ?? ''));
    if (bad !== -1) problem(`/targets/${list}/${bad}`, 'Device keys are sorted and without repeats.');
  }
}

function checkComponents({ components }: Plan, problem: Problem): void {
  const identifiers = new Set<string>();
  for (const [index, { identifier, mode, sources, target, type, package: declared }] of components.entries()) {
    const at = `/components/${index}`;
    if (identifiers.has(identifier)) problem(`${at}/identifier`, `${identifier} stands twice in the plan.`);
    identifiers.add(identifier);
    if (mode === 'delta' && sources.length !== 1) {
      problem(`${at}/sources`, 'A delta upgrade has exactly one source version.');
    }
    if (sources.includes(target)) problem(`${at}/sources`, `The target version ${target} is not a source version.`);
    if (!declared) continue;
    const source = mode === 'delta' ? (sources[0] ?? null) : null;
    if (declared.type !== type || declared.version !== target || declared.sourceVersion !== source) {
      problem(`${at}/package`, 'The package is of another component type, target or source version.');
    }
  }
}
