import { canonicalJson, isOver, nameIdentity, type Plan, planStatuses } from '@otaplan/model';
import * as ast from '../../generated/ast.ts';
import { lower } from '../../lower/lower.ts';
import type { Workspace } from '../../meaning/workspace.ts';
import { placeOf } from '../../syntax/source.ts';
import { quote } from '../../syntax/values.ts';
import type { Catalogue, CataloguePlan } from '../../world.ts';
import { rule } from '../rule.ts';
import { listed } from '../wording.ts';

const notKnown = 'the plans at Developer Center';
const byName = new WeakMap<readonly CataloguePlan[], ReadonlyMap<string, CataloguePlan>>();

/** Deployed plans by the identity of their names; `undefined`: not known. */
function deployed(catalogue: Catalogue | undefined): ReadonlyMap<string, CataloguePlan> | undefined {
  const answer = catalogue?.plans();
  if (answer?.kind !== 'good') return undefined;
  const known = byName.get(answer.value);
  if (known) return known;
  const map = new Map(answer.value.map((each) => [nameIdentity(each.name), each]));
  byName.set(answer.value, map);
  return map;
}

/** The parts of a plan that differ, as the language calls them. */
function differences(here: Plan, there: Plan): string[] {
  const parts: [string, (plan: Plan) => unknown][] = [
    ['product', ({ product }) => product],
    ['effective', ({ effective }) => effective],
    ['targets', ({ targets }) => targets],
    ['upgrade', ({ components }) => components],
    ['mode', ({ mode }) => (mode.kind === 'manual' ? { ...mode, texts: {} } : mode)],
    ['text', ({ mode }) => (mode.kind === 'manual' ? mode.texts : {})],
    ['conditions', ({ conditions }) => conditions],
    ['retry', ({ retry }) => retry],
    ['waves', ({ waves }) => waves],
    ['allow', ({ allow }) => allow],
  ];
  return parts.filter(([, part]) => canonicalJson(part(here)) !== canonicalJson(part(there))).map(([name]) => name);
}

export const onl006 = rule({
  code: 'ONL006',
  severity: 'error',
  title: 'Activated plan is frozen',
  sentence: 'A plan that is activated must not be changed, but for its texts.',
  why: 'Activation freezes a plan at Developer Center. A change needs a successor with a name of its own.',
  bad: 'plan "Spring" { … retry 2 times } // activated with 5',
  good: 'plan "Spring, second try" { … retry 2 times }',
  on: 'plan',
  needsCatalogue: true,
  *check(plan, { world }) {
    const plans = deployed(world.catalogue);
    if (!plans) {
      yield { notKnown };
      return;
    }
    const there = plans.get(nameIdentity(plan.name));
    if (!there || there.status === 'inactivated') return;
    const here = lower(plan);
    if (here.kind !== 'plan') return;
    const changed = differences(here.plan, there.plan).filter((part) => part !== 'text');
    if (changed.length === 0) return;
    const parts = listed(changed.map((part) => `\`${part}\``));
    const status = planStatuses[there.status]?.label ?? there.status;
    const message = `${quote(plan.name)} is ${isOver(there.status) ? 'over' : 'activated'} at Developer Center (${status}), and this file changes ${parts}. Undo the change, or make a successor with another name.`;
    yield { at: placeOf(plan.node, 'name'), message };
  },
});

export const xpl010 = rule({
  code: 'XPL010',
  severity: 'information',
  title: 'Plan without a file',
  sentence: 'Every plan at Developer Center for a product of the workspace should be declared in a file.',
  why: 'What no file declares nobody reviews.',
  bad: '// Developer Center has a plan "By hand" for water_meter, and no file declares it',
  good: 'plan "By hand" { product water_meter … }',
  on: 'workspace',
  needsCatalogue: true,
  *check(workspace: Workspace) {
    const products = workspace.products();
    if (products.length === 0) return;
    const plans = deployed(workspace.world.catalogue);
    if (!plans) {
      yield { notKnown };
      return;
    }
    const declared = new Set(workspace.plans().map(({ name }) => nameIdentity(name)));
    const byKey = new Map(products.map((product) => [product.statements.find(ast.isProductKey)?.value, product]));
    for (const [identity, { name, status, plan }] of plans) {
      const product = byKey.get(plan.product);
      if (declared.has(identity) || !product) continue;
      const label = planStatuses[status]?.label ?? status;
      const message = `Developer Center has a plan ${quote(name)} for this product (${label}), and no file declares it. Import it with \`otaplan import\`, or leave it to whom it belongs.`;
      yield { at: placeOf(product, 'name'), message };
    }
  },
});

export const xpl011 = rule({
  code: 'XPL011',
  severity: 'warning',
  title: 'Deployed plan differs',
  sentence: 'The plan at Developer Center should be the one in the file.',
  why: 'Somebody changed it there, or the file was not deployed since it changed.',
  bad: 'plan "Spring" { … retry 2 times } // and Developer Center has 5',
  good: 'plan "Spring" { … retry 2 times } // deployed',
  on: 'plan',
  needsCatalogue: true,
  *check(plan, { world }) {
    const plans = deployed(world.catalogue);
    if (!plans) {
      yield { notKnown };
      return;
    }
    const there = plans.get(nameIdentity(plan.name));
    if (!there) return;
    const here = lower(plan);
    if (here.kind !== 'plan' || here.plan.digest === there.plan.digest) return;
    const changed = differences(here.plan, there.plan);
    // An activated plan that was changed in a frozen part is ONL006’s business.
    if (changed.length === 0 || (there.status !== 'inactivated' && changed.some((part) => part !== 'text'))) return;
    const parts = listed(changed.map((part) => `\`${part}\``));
    const message = `Developer Center has another ${quote(plan.name)}: ${parts} ${changed.length === 1 ? 'differs' : 'differ'}. Deploy this file, or import what is there.`;
    yield { at: placeOf(plan.node, 'name'), message };
  },
});
