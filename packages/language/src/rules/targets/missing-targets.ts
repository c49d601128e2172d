import * as ast from '../../generated/ast.ts';
import { placeOf } from '../../syntax/source.ts';
import { quote } from '../../syntax/values.ts';
import { appendStatement, rule } from '../rule.ts';

export const tgt001 = rule({
  code: 'TGT001',
  severity: 'error',
  title: 'Plan without targets',
  sentence: 'A plan must say which devices it upgrades.',
  why: 'Developer Center takes a plan without lists as one for every device of the product. Here it has to be said.',
  bad: 'plan "Spring" {\n  product water_meter\n}',
  good: 'plan "Spring" {\n  product water_meter\n  targets { include pilot }\n}',
  on: 'plan',
  needsWhole: true,
  *check(plan, { workspace }) {
    if (plan.first(ast.isTargets)) return;
    yield {
      at: placeOf(plan.node, 'name'),
      message: `The plan ${quote(plan.name)} has no \`targets\`, and Developer Center would upgrade every device of the product. Add \`targets { include … }\`, or \`targets all\` if that is meant.`,
      fixes: () => {
        const whole = placeOf(plan.node);
        const lists = [...workspace.visible(plan.file).lists.values()].filter(
          ({ product }) => product === plan.product?.name,
        );
        const including = lists.slice(0, 4).map(({ name }) => {
          const statement = `targets {\n  include ${name}\n}`;
          return appendStatement(`Upgrade the devices of \`${name}\``, whole, statement, false);
        });
        return [...including, appendStatement('Upgrade every device of the product', whole, 'targets all', false)];
      },
    };
  },
});
