import * as ast from '../../generated/ast.ts';
import { relativePath } from '../../meaning/paths.ts';
import type { PlanMeaning } from '../../meaning/plan.ts';
import type { Workspace } from '../../meaning/workspace.ts';
import { nearest } from '../../syntax/nearest.ts';
import { fileOf, type Place, placeOf, type SourceFile } from '../../syntax/source.ts';
import { quote } from '../../syntax/values.ts';
import { type FixDraft, insertAfter, insertBefore, on, type Problem, replace, rule } from '../rule.ts';
import { shown, some } from '../wording.ts';

export const sem006 = rule({
  code: 'SEM006',
  severity: 'error',
  title: 'Unknown name',
  sentence: 'A name must be declared in the file or in one that it imports.',
  why: 'A misspelt name must never be taken for something else.',
  bad: 'targets { include pliot }',
  good: 'targets { include pilot }',
  on: 'plan',
  *check(plan, { workspace }) {
    const statement = plan.first(ast.isPlanProduct);
    if (statement && !plan.product) yield unknownProduct(statement.product, placeOf(statement, 'product'), workspace);
    for (const { name, devices, node } of [...(plan.targets?.include ?? []), ...(plan.targets?.exclude ?? [])]) {
      if (name === undefined || devices) continue;
      const declaring = workspace.deviceLists().flatMap((list) => (list.node.name === name ? list.node : []));
      const visible = workspace.visible(plan.file).lists.keys();
      yield unknown('devices', name, placeOf(node, 'name'), visible, declaring, workspace);
    }
    yield* components(plan, workspace);
  },
  also: [
    on('devices', function* ({ node }, { workspace }) {
      if (workspace.visible(fileOf(node)).product(node.product)) return;
      yield unknownProduct(node.product, placeOf(node, 'product'), workspace);
    }),
  ],
});

function unknownProduct(name: string, at: Place, workspace: Workspace): Problem {
  const declaring = workspace.products().filter((product) => product.name === name);
  return unknown('product', name, at, workspace.visible(at.source).products.keys(), declaring, workspace);
}

/** Components that the plan’s product does not have. One of another product is SEM010’s business. */
function* components(plan: PlanMeaning, workspace: Workspace): Iterable<Problem> {
  const { product } = plan;
  if (!product) return;
  for (const { component, node } of plan.upgrades) {
    if (component) continue;
    const others = [...workspace.visible(plan.file).products.values()].flatMap(componentNames);
    if (others.includes(node.component)) continue;
    const at = placeOf(node, 'component');
    const names = plan.components.map(({ name }) => name);
    const guess = nearest(node.component, names);
    const has = names.length === 0 ? 'It has none' : `It has ${some(names.map((name) => `\`${name}\``))}`;
    const question = guess === undefined ? '' : ` Did you mean \`${guess}\`?`;
    yield {
      at,
      message: `The product \`${product.name}\` has no component \`${node.component}\`. ${has}.${question}`,
      related: [{ at: placeOf(product, 'name'), message: 'the product' }],
      fixes: () => (guess === undefined ? [] : [replace(`Change to \`${guess}\``, at, guess, false)]),
    };
  }
}

function componentNames(product: ast.Product): string[] {
  return product.statements.filter(ast.isComponent).map(({ name }) => name);
}

function unknown(
  what: 'product' | 'devices',
  name: string,
  at: Place,
  visible: Iterable<string>,
  declaring: readonly (ast.Product | ast.Devices)[],
  workspace: Workspace,
): Problem {
  const file = at.source;
  const subject = what === 'product' ? `No product is called \`${name}\`` : `No \`devices\` list is called \`${name}\``;
  const places = declaring.map((node) => placeOf(node, 'name')).filter(({ source }) => source !== file);
  const [first] = places;
  if (first) {
    const path = relativePath(file.uri, first.source.uri);
    return {
      at,
      message: `${subject} here. ${shown(path)} declares it; add \`import ${quote(path)}\`.`,
      related: places.slice(0, 5).map((place) => ({ at: place, message: 'declared here' })),
      fixes: () =>
        [...new Set(places.map(({ source }) => source))]
          .slice(0, 5)
          .map((source) => addImport(file, source, workspace)),
    };
  }
  const guess = nearest(name, visible);
  const advice =
    guess === undefined
      ? what === 'product'
        ? 'Declare it, or import the file that does.'
        : 'Declare it, import the file that does, or put a device key in quotes.'
      : `Did you mean \`${guess}\`?`;
  return {
    at,
    message: `${subject}. ${advice}`,
    fixes: () => {
      const change = guess === undefined ? [] : [replace(`Change to \`${guess}\``, at, guess, false)];
      const isKey = what === 'devices' && guess === undefined && /^[A-Za-z0-9]{4,32}$/.test(name) && /\d/.test(name);
      return isKey ? [...change, replace(`Make it the device key "${name}"`, at, quote(name), false)] : change;
    },
  };
}

/** A fix that imports another file, after the imports that there are. */
function addImport(file: SourceFile, wanted: SourceFile, workspace: Workspace): FixDraft {
  const statement = `import ${quote(relativePath(file.uri, wanted.uri))}`;
  const last = workspace.imports(file).at(-1);
  const title = `Add \`${statement}\``;
  if (last) return insertAfter(title, placeOf(last.node), `\n${statement}`);
  const start = { source: file, start: 0, end: 0 };
  return insertBefore(title, start, `${statement}\n\n`);
}
