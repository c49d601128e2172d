import { limits } from '@otaplan/model';
import * as ast from '../../generated/ast.ts';
import { minutesOf } from '../../meaning/literals.ts';
import type { PackageMeaning } from '../../meaning/package.ts';
import type { PlanMeaning } from '../../meaning/plan.ts';
import { type Place, placeOf } from '../../syntax/source.ts';
import { on, type Problem, rule } from '../rule.ts';

export const sem024 = rule({
  code: 'SEM024',
  severity: 'error',
  title: 'Value out of range',
  sentence: 'A value must lie within what Developer Center takes.',
  why: 'The plan would be refused.',
  bad: 'retry 6 times',
  good: 'retry 3 times',
  on: 'plan',
  check: ofPlan,
  also: [on('package', ofPackage)],
});

function* ofPlan(plan: PlanMeaning): Iterable<Problem> {
  const retry = plan.first(ast.isRetry);
  if (retry) yield* inRange('Retry times', Number(retry.times), limits.retryTimes, '', () => placeOf(retry, 'times'));
  const rejection = plan.first(ast.isMode)?.statements.find(ast.isAfterRejection);
  if (rejection) {
    const at = () => placeOf(rejection, 'duration');
    yield* inRange('The pause after a rejection', minutesOf(rejection.duration), limits.rejectionMinutes, ' min', at);
  }
  for (const condition of plan.first(ast.isConditions)?.statements ?? []) {
    if (ast.isBattery(condition)) {
      const at = () => placeOf(condition, 'percent');
      yield* inRange('The battery limit', Number(condition.percent.value), limits.batteryPercent, ' %', at);
    } else {
      const at = () => placeOf(condition, 'value');
      yield* inRange('The signal limit', Number(condition.value), limits.signalDbm, ' dBm', at);
    }
  }
  const upgrades = plan.all(ast.isUpgrade);
  const surplus = upgrades[limits.componentsPerPlan];
  if (surplus) {
    const message = `The plan upgrades ${upgrades.length} components, over ${limits.componentsPerPlan}. Make two plans of it.`;
    yield { at: placeOf(surplus, 'component'), message };
  }
  for (const { node, sources } of plan.upgrades) {
    const over = node.sources[limits.specifiedVersions];
    if (!over) continue;
    const message = `\`from\` lists ${sources.length} versions, over ${limits.specifiedVersions}. Make two plans of it, or leave \`from\` out for any version.`;
    yield { at: placeOf(over), message };
  }
}

function* ofPackage({ node }: PackageMeaning): Iterable<Problem> {
  const files = node.statements.filter(ast.isPackageFile);
  const surplus = files[limits.filesPerPackage];
  if (!surplus) return;
  const message = `The package has ${files.length} files, over ${limits.filesPerPackage}. Pack some of them together.`;
  yield { at: placeOf(surplus), message };
}

function* inRange(
  what: string,
  value: number,
  { least, most }: { least: number; most: number },
  unit: string,
  at: () => Place,
): Iterable<Problem> {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const advice = `Write a whole number from ${least} to ${most}${unit}.`;
  const wrong = Number.isInteger(value)
    ? `${what} of ${value}${unit} is out of range.`
    : `${what} of ${value}${unit} is not a whole number.`;
  yield { at: at(), message: `${wrong} ${advice}` };
}
