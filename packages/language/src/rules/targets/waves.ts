import { expectedWaveSizes } from '@otaplan/model';
import * as ast from '../../generated/ast.ts';
import { percentOf } from '../../meaning/literals.ts';
import { placeOf, placeOfKeyword } from '../../syntax/source.ts';
import { appendStatement, insertAfter, replace, rule } from '../rule.ts';
import { counted } from '../wording.ts';

export const tgt010 = rule({
  code: 'TGT010',
  severity: 'warning',
  title: 'Wave without a device',
  sentence: 'Every wave should have a device.',
  why: 'A wave of nobody proves nothing, and its wait is lost time.',
  bad: 'targets { include pilot } // 20 devices\nwaves { 1 % then wait 24 h 100 % }',
  good: 'targets { include pilot } // 20 devices\nwaves { 10 % then wait 24 h 100 % }',
  on: 'plan',
  *check(plan) {
    const { targets, waves } = plan;
    const node = plan.first(ast.isWaves);
    if (!node || !targets || targets.all || !targets.known || targets.remaining.length === 0) return;
    const steps = node.statements.filter(ast.isWave);
    const count = targets.remaining.length;
    for (const [index, size] of expectedWaveSizes(waves, count).entries()) {
      const step = steps[index];
      if (size !== 0 || !step) continue;
      const least = Math.min(100, Math.ceil(100 / count));
      const message = `This wave adds no device: the plan has ${counted(count, 'device')}. Take a larger share (one device is ${least} %), or leave the wave out.`;
      yield { at: placeOf(step, 'percent'), message };
    }
  },
});

export const tgt011 = rule({
  code: 'TGT011',
  severity: 'error',
  title: 'Waves do not rise to 100 %',
  sentence: 'Shares of waves must increase, and the last must be 100 %.',
  why: 'Shares are cumulative. Without 100 % some devices would never have their turn.',
  bad: 'waves {\n  10 % then wait 24 h\n  5 % then wait 24 h\n  100 %\n}',
  good: 'waves {\n  5 % then wait 24 h\n  10 % then wait 24 h\n  100 %\n}',
  on: 'plan',
  *check(plan) {
    const node = plan.first(ast.isWaves);
    if (!node) return;
    const steps = node.statements.filter(ast.isWave);
    const shares = steps.map((step) => percentOf(step.percent));
    const sorted = () => {
      const texts = steps.map((step) => textOf(step));
      const order = [...shares.keys()].sort((a, b) => (shares[a] ?? 0) - (shares[b] ?? 0));
      const increasing = order.every(
        (each, index) => index === 0 || (shares[each] ?? 0) > (shares[order[index - 1] ?? 0] ?? 0),
      );
      if (!increasing || shares.some((share) => !(share > 0 && share <= 100))) return [];
      const edits = steps.map((step, index) => ({ at: placeOf(step.percent), text: texts[order[index] ?? 0] ?? '' }));
      return [{ title: 'Sort the shares', safe: false, edits }];
    };
    for (const [index, step] of steps.entries()) {
      const share = shares[index] ?? 0;
      const before = index === 0 ? 0 : (shares[index - 1] ?? 0);
      if (share <= 100 && share > before) continue;
      const at = placeOf(step, 'percent');
      if (share > 100) {
        yield {
          at,
          message: `${share} % is over 100 %. Shares are cumulative: the last wave is 100 %.`,
          fixes: () => [replace('Change to 100 %', at, '100 %', false)],
        };
      } else {
        const message =
          index === 0
            ? `A share of ${share} % is nobody. Write one over 0 %.`
            : `${share} % is not over the ${before} % of the wave before. Shares are cumulative and must increase.`;
        const last = steps[index - 1];
        yield {
          at,
          message,
          related: last ? [{ at: placeOf(last, 'percent'), message: 'the wave before' }] : [],
          fixes: sorted,
        };
      }
    }
    const last = steps.at(-1);
    const final = shares.at(-1) ?? 0;
    if (plan.broken || (last && final >= 100)) return;
    const at = last ? placeOf(last, 'percent') : placeOfKeyword(node, 'waves');
    const message = last
      ? `The last wave is ${final} %, so ${+(100 - final).toFixed(6)} % of the devices would never have their turn. Add a wave of 100 %.`
      : 'There is no wave. Add `100 %`, or leave `waves` out.';
    yield {
      at,
      message,
      fixes: () => {
        if (!last) return [appendStatement('Add a wave of 100 %', placeOf(node), '100 %', false)];
        const { source, start } = placeOf(last);
        const indent = /[^\n]*$/.exec(source.text.slice(0, start))?.[0] ?? '';
        const line = /^\s*$/.test(indent) ? `\n${indent}` : ' ';
        return shares.includes(100) ? [] : [insertAfter('Add a wave of 100 %', placeOf(last), `${line}100 %`, false)];
      },
    };
  },
});

function textOf(step: ast.Wave): string {
  return `${step.percent.value} %`;
}
