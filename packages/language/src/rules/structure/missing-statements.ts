import { formatLocal } from '@otaplan/model';
import * as ast from '../../generated/ast.ts';
import type { PlanMeaning } from '../../meaning/plan.ts';
import { placeOf } from '../../syntax/source.ts';
import { quote } from '../../syntax/values.ts';
import { appendStatement, type FixDraft, rule } from '../rule.ts';

/** Offers statements to put at the end of a plan, each a title and its text. */
function offers(plan: PlanMeaning, statements: readonly string[]): readonly FixDraft[] {
  return statements
    .slice(0, 4)
    .map((statement) =>
      appendStatement(`Add \`${statement.split('\n')[0]}\``.replace(' {`', '`'), placeOf(plan.node), statement, false),
    );
}

export const sem003 = rule({
  code: 'SEM003',
  severity: 'error',
  title: 'Plan without product',
  sentence: 'A plan must name the product that it upgrades.',
  why: 'Component names and devices mean something only within a product.',
  bad: 'plan "Spring" {\n  targets { include pilot }\n}',
  good: 'plan "Spring" {\n  product water_meter\n  targets { include pilot }\n}',
  on: 'plan',
  needsWhole: true,
  *check(plan, { workspace }) {
    if (plan.first(ast.isPlanProduct)) return;
    const products = [...workspace.visible(plan.file).products.keys()];
    yield {
      at: placeOf(plan.node, 'name'),
      message: `The plan ${quote(plan.name)} does not say which product it upgrades. Add \`product NAME\`.`,
      fixes: () =>
        offers(
          plan,
          products.map((name) => `product ${name}`),
        ),
    };
  },
});

export const sem004 = rule({
  code: 'SEM004',
  severity: 'error',
  title: 'Plan without upgrade',
  sentence: 'A plan must upgrade at least one component.',
  why: 'Developer Center refuses a plan without components.',
  bad: 'plan "Spring" {\n  product water_meter\n}',
  good: 'plan "Spring" {\n  product water_meter\n  upgrade modem to "2.4.0"\n}',
  on: 'plan',
  needsWhole: true,
  *check(plan, { workspace }) {
    if (plan.first(ast.isUpgrade)) return;
    yield {
      at: placeOf(plan.node, 'name'),
      message: `The plan ${quote(plan.name)} upgrades nothing. Add \`upgrade COMPONENT to "VERSION"\`.`,
      fixes: () => {
        const { packages } = workspace.visible(plan.file);
        const statements = plan.components.flatMap(({ name, type }) =>
          packages
            .filter((declared) => declared.type === type && declared.version !== undefined)
            .map(({ version = '', source }) => {
              const delta = source === null ? '' : ` from ${quote(source)} using delta`;
              return `upgrade ${name} to ${quote(version)}${delta}`;
            }),
        );
        return offers(plan, statements);
      },
    };
  },
});

export const sem020 = rule({
  code: 'SEM020',
  severity: 'error',
  title: 'Plan without effective period',
  sentence: 'A plan must say when it is effective.',
  why: 'Nothing important is implied: Developer Center needs a planned start, a planned end and a zone.',
  bad: 'plan "Spring" {\n  product water_meter\n}',
  good: 'plan "Spring" {\n  product water_meter\n  effective 2026-12-01 00:00 to 2026-12-15 23:59 in "Europe/Berlin"\n}',
  on: 'plan',
  needsWhole: true,
  *check(plan, { workspace, world }) {
    if (plan.first(ast.isEffective)) return;
    yield {
      at: placeOf(plan.node, 'name'),
      message: `The plan ${quote(plan.name)} does not say when it is effective. Add \`effective DATE TIME to DATE TIME in "ZONE"\`.`,
      fixes: () => {
        const zone = workspace.plans().find(({ period }) => period?.zone !== undefined)?.period?.zone ?? 'UTC';
        const day = 24 * 3_600_000;
        const [start, end] = [1, 14].map((days) => formatLocal(world.now + days * day, zone).slice(0, 10));
        return offers(plan, [`effective ${start} 00:00 to ${end} 23:59 in ${quote(zone)}`]);
      },
    };
  },
});

export const sem021 = rule({
  code: 'SEM021',
  severity: 'error',
  title: 'Plan without mode',
  sentence: 'A plan must say whether it upgrades silently or after the end user’s confirmation.',
  why: 'Whether a device restarts by itself or asks first is not for a default to decide.',
  bad: 'plan "Spring" {\n  product water_meter\n}',
  good: 'plan "Spring" {\n  product water_meter\n  mode silent\n}',
  on: 'plan',
  needsWhole: true,
  *check(plan) {
    if (plan.first(ast.isMode)) return;
    yield {
      at: placeOf(plan.node, 'name'),
      message: `The plan ${quote(plan.name)} does not say how devices are upgraded. Add \`mode silent\`, or \`mode manual\` with a text for the end user.`,
      fixes: () =>
        offers(plan, ['mode silent', 'mode manual {\n  text en "A new version is ready to be installed."\n}']),
    };
  },
});
