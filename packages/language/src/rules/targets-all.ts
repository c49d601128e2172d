import { placeOf } from '../syntax/source.ts';
import { rule } from './rule.ts';

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
