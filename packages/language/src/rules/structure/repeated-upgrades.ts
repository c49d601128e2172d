import { placeOf } from '../../syntax/source.ts';
import { remove, rule } from '../rule.ts';

export const sem005 = rule({
  code: 'SEM005',
  severity: 'error',
  title: 'Component upgraded twice',
  sentence: 'A plan must upgrade a component at most once.',
  why: 'A device cannot end at two versions. What has to happen in two steps takes two plans, one after the other.',
  bad: 'upgrade modem to "2.3.0"\nupgrade modem to "2.4.0"',
  good: 'upgrade modem to "2.4.0" from "2.3.0"',
  on: 'plan',
  *check({ upgrades }) {
    const first = new Map<string, (typeof upgrades)[number]>();
    for (const upgrade of upgrades) {
      const { component, target, node } = upgrade;
      const before = first.get(node.component);
      if (!before) {
        first.set(node.component, upgrade);
        continue;
      }
      yield {
        at: placeOf(node, 'component'),
        message: `\`${component?.name ?? node.component}\` is upgraded twice, to ${before.target} and to ${target}. Keep one of the two.`,
        related: [{ at: placeOf(before.node), message: 'the first' }],
        fixes: () => [
          remove(`Remove the upgrade to ${target}`, placeOf(node), false),
          remove(`Remove the upgrade to ${before.target}`, placeOf(before.node), false),
        ],
      };
    }
  },
});
