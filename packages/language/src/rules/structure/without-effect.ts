import { defaults } from '@otaplan/model';
import * as ast from '../../generated/ast.ts';
import { minutesOf } from '../../meaning/literals.ts';
import { placeOf } from '../../syntax/source.ts';
import { remove, rule } from '../rule.ts';

export const sem011 = rule({
  code: 'SEM011',
  severity: 'warning',
  title: 'Retry in a manual plan',
  sentence: 'A manual plan should not say `retry`.',
  why: 'After a failure of a manual upgrade only the end user can try again.',
  bad: 'mode manual { text en "New firmware" }\nretry 3 times',
  good: 'mode manual { text en "New firmware" }',
  on: 'plan',
  *check(plan) {
    const mode = plan.first(ast.isMode);
    const retry = plan.first(ast.isRetry);
    if (mode?.kind !== 'manual' || !retry) return;
    yield {
      at: placeOf(retry),
      message: 'In a manual plan only the end user retries, so `retry` does nothing. Remove it.',
      related: [{ at: placeOf(mode, 'kind'), message: 'manual' }],
      tags: ['unnecessary'],
      fixes: () => [remove('Remove `retry`', placeOf(retry))],
    };
  },
});

export const sem013 = rule({
  code: 'SEM013',
  severity: 'warning',
  title: 'Without effect here',
  sentence: 'A statement should have an effect where it stands.',
  why: 'Its author meant something by it that will not happen.',
  bad: 'mode silent {\n  push 01:00 to 05:00\n  on request only\n}',
  good: 'mode silent {\n  on request only\n}',
  on: 'plan',
  *check(plan) {
    const statements = plan.first(ast.isMode)?.statements ?? [];
    const onRequest = statements.find(ast.isPushOnRequest);
    const push = statements.find(ast.isPush);
    if (onRequest && push) {
      yield {
        at: placeOf(push),
        message: 'With `on request only` nothing is pushed, so the push period does nothing. Remove one of the two.',
        related: [{ at: placeOf(onRequest), message: '`on request only`' }],
        fixes: () => [
          remove('Remove the push period', placeOf(push), false),
          remove('Remove `on request only`', placeOf(onRequest), false),
        ],
      };
    }
    const last = plan.first(ast.isWaves)?.statements.filter(ast.isWave).at(-1);
    if (last?.wait) {
      const at = { ...placeOf(last.wait), start: placeOf(last.percent).end };
      const words = { ...at, start: at.start + 1 };
      yield {
        at: words,
        message: 'After the last wave there is nothing to wait for. Remove the wait, or add a further wave.',
        fixes: () => [{ title: 'Remove the wait', safe: true, edits: [{ at, text: '' }] }],
      };
    }
  },
});

export const sem017 = rule({
  code: 'SEM017',
  severity: 'information',
  title: 'Value equals the default',
  sentence: 'What equals the default should be left out.',
  why: 'A reader looks at what is special about a plan. Conditions are an exception: they are better written (SAFE010).',
  bad: 'retry 5 times',
  good: 'retry 3 times',
  on: 'plan',
  *check(plan) {
    const mode = plan.first(ast.isMode);
    const push = mode?.statements.find((s): s is ast.Push => ast.isPush(s) && s.any);
    const rejection = mode?.statements.find(ast.isAfterRejection);
    const retry = plan.first(ast.isRetry);
    const equal: [ast.Push | ast.AfterRejection | ast.Retry | undefined, boolean][] = [
      [push, push !== undefined && !mode?.statements.some(ast.isPushOnRequest)],
      [rejection, rejection !== undefined && minutesOf(rejection.duration) === defaults.afterRejectionMinutes],
      [retry, retry !== undefined && plan.retry === defaults.retryTimes && mode?.kind !== 'manual'],
    ];
    for (const [node, isDefault] of equal) {
      if (!node || !isDefault) continue;
      yield {
        at: placeOf(node),
        message: 'This is the default. It can be left out.',
        tags: ['unnecessary'],
        fixes: () => [remove('Remove it', placeOf(node))],
      };
    }
  },
});
