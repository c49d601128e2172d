import * as ast from '../../generated/ast.ts';
import { placeOf, placeOfKeyword } from '../../syntax/source.ts';
import { appendStatement, rule } from '../rule.ts';
import { counted } from '../wording.ts';

const manyDevices = 1000;
const halt = 'halt when failed > 2 % of at least 50';

export const safe001 = rule({
  code: 'SAFE001',
  severity: 'warning',
  title: 'Many devices at once',
  sentence: 'A plan for over 1,000 devices should have waves.',
  why: 'A firmware that fails is found by the first devices, and then reaches all the others as well.',
  bad: 'targets all',
  good: 'targets all\nwaves {\n  1 %  then wait 24 h\n  100 %\n  halt when failed > 2 % of at least 50\n}',
  on: 'plan',
  needsWhole: true,
  *check(plan) {
    const { targets } = plan;
    if (!targets || plan.first(ast.isWaves)) return;
    const count = targets.remaining.length;
    if (!targets.all && count <= manyDevices) return;
    const devices = targets.all ? 'every device of the product' : counted(count, 'device');
    const waves = `waves {\n  1 %  then wait 24 h\n  10 % then wait 12 h\n  100 %\n  ${halt}\n}`;
    yield {
      at: placeOfKeyword(targets.node, 'targets'),
      message: `The plan upgrades ${devices} at once. Add \`waves\`, so that a firmware that fails is halted early.`,
      fixes: () => [appendStatement('Add `waves`', placeOf(plan.node), waves, false)],
    };
  },
});

export const safe002 = rule({
  code: 'SAFE002',
  severity: 'warning',
  title: 'Every device of the product',
  sentence: 'A plan should list its devices instead of taking all of the product.',
  why: '`all` includes devices that someone else is testing, and every one registered until activation.',
  bad: 'targets all',
  good: 'targets { include pilot }',
  on: 'plan',
  *check({ targets }) {
    if (!targets?.all) return;
    const message =
      'This plan upgrades every device of the product. List devices, or write `allow SAFE002 because "…"`.';
    yield { at: placeOf(targets.node, 'all'), message };
  },
});

export const safe003 = rule({
  code: 'SAFE003',
  severity: 'warning',
  title: 'Halt condition trips on one failure',
  sentence: 'A halt condition should need more than a single failure, of a sample that says something.',
  why: 'One device with a flat battery would stop the rollout. Without a sample the first failure is 100 %.',
  bad: 'waves {\n  10 % then wait 24 h\n  100 %\n  halt when failed > 1 % of at least 50\n}',
  good: 'waves {\n  10 % then wait 24 h\n  100 %\n  halt when failed > 2 % of at least 50\n}',
  on: 'plan',
  *check(plan) {
    const node = plan.first(ast.isWaves)?.statements.find(ast.isHalt);
    const condition = plan.waves.halt;
    if (!node || !condition) return;
    const { failedPercent, sample } = condition;
    const tripping = Math.floor((failedPercent * sample) / 100) + 1;
    if (sample > 1 && failedPercent < 100 && tripping > 1) return;
    const at = { ...placeOf(node, 'percent'), end: placeOf(node, 'sample').end };
    if (sample <= 1) {
      const message =
        'There is no sample to speak of: the first failure is 100 %. Write `of at least` with a number such as 50.';
      yield { at, message };
    } else if (failedPercent >= 100) {
      yield { at, message: `More than ${failedPercent} % never fail, so this never halts. Write a share such as 2 %.` };
    } else {
      const enough = Math.ceil(100 / failedPercent);
      const advice = Number.isFinite(enough)
        ? `Write \`of at least ${enough}\` or more, or a larger share.`
        : 'Write a share over 0 %.';
      const message = `${failedPercent} % of ${sample} devices is less than one, so a single failure halts the rollout. ${advice}`;
      yield { at, message };
    }
  },
});

export const safe005 = rule({
  code: 'SAFE005',
  severity: 'warning',
  title: 'Waves without a halt',
  sentence: 'Waves should have a halt condition.',
  why: 'Without one the next wave opens however many devices of the last one failed.',
  bad: 'waves {\n  10 % then wait 24 h\n  100 %\n}',
  good: 'waves {\n  10 % then wait 24 h\n  100 %\n  halt when failed > 2 % of at least 50\n}',
  on: 'plan',
  needsWhole: true,
  *check(plan) {
    const node = plan.first(ast.isWaves);
    if (!node || node.statements.some(ast.isHalt)) return;
    yield {
      at: placeOfKeyword(node, 'waves'),
      message: `The waves go on however many devices fail. Add \`${halt}\`.`,
      fixes: () => [appendStatement('Add a halt condition', placeOf(node), halt, false)],
    };
  },
});

export const safe010 = rule({
  code: 'SAFE010',
  severity: 'information',
  title: 'No conditions',
  sentence: 'A plan should say which battery and signal a device needs.',
  why: 'Developer Center’s defaults hold otherwise: 30 % and -113 dBm, which is next to no signal.',
  bad: 'plan "Spring" { … } // no conditions',
  good: 'conditions {\n  battery >= 40 %\n  signal  >= -105 dBm\n}',
  on: 'plan',
  needsWhole: true,
  *check(plan) {
    if (plan.first(ast.isConditions)) return;
    const message = `No conditions are written, so the defaults hold: battery >= 30 %, signal >= -113 dBm. Add \`conditions\` if devices need more.`;
    yield { at: placeOf(plan.node, 'name'), message };
  },
});
