import * as ast from '../../generated/ast.ts';
import { placeOf } from '../../syntax/source.ts';
import { rule } from '../rule.ts';

export const sem010 = rule({
  code: 'SEM010',
  severity: 'error',
  title: 'Of another product or type',
  sentence: 'Components and devices of a plan must belong to its product, and packages to the type of their component.',
  why: 'Firmware of one product on the devices of another is how devices are lost.',
  bad: 'devices gateways of gateway { … }\nplan "Meters" {\n  product water_meter\n  targets { include gateways }\n}',
  good: 'devices pilot of water_meter { … }\nplan "Meters" {\n  product water_meter\n  targets { include pilot }\n}',
  on: 'plan',
  *check(plan, { workspace }) {
    const { product, targets } = plan;
    if (!product) return;
    const visible = workspace.visible(plan.file);
    for (const { name, devices, node } of [...(targets?.include ?? []), ...(targets?.exclude ?? [])]) {
      if (!devices || devices.node.product === product.name || sameKey(visible.product(devices.node.product), product))
        continue;
      yield {
        at: placeOf(node, 'name'),
        message: `\`${name}\` lists devices of \`${devices.node.product}\`, and this plan upgrades \`${product.name}\`. Take a list of that product.`,
        related: [{ at: placeOf(devices.node, 'product'), message: 'the product of the list' }],
      };
    }
    for (const { component, node, target, sources, delta, package: resolved } of plan.upgrades) {
      if (!component) {
        const owner = [...visible.products.values()].find((other) =>
          other.statements.some((statement) => ast.isComponent(statement) && statement.name === node.component),
        );
        if (!owner) continue;
        yield {
          at: placeOf(node, 'component'),
          message: `\`${node.component}\` is a component of \`${owner.name}\`, and this plan upgrades \`${product.name}\`. Name one of its own components.`,
          related: [{ at: placeOf(owner, 'name'), message: 'the other product' }],
        };
        continue;
      }
      if (resolved) continue;
      const ofVersion = visible.packages.filter(({ version }) => version === target);
      const [other] = ofVersion.filter(({ source }) => source === (delta ? sources[0] : null));
      if (!other?.type || other.type === component.type || ofVersion.some(({ type }) => type === component.type))
        continue;
      yield {
        at: placeOf(node, 'target'),
        message: `The package ${other.node.name} of version ${target} is for ${other.type}, and \`${component.name}\` is of type ${component.type}. Choose a version that has a package for ${component.type}.`,
        related: [{ at: placeOf(other.node, 'name'), message: 'the package' }],
      };
    }
  },
});

/** Whether two declarations say the same product key: they are one product. */
function sameKey(a: ast.Product | undefined, b: ast.Product): boolean {
  const keys = [a, b].map((product) => product?.statements.find(ast.isProductKey)?.value);
  return keys[0] !== undefined && keys[0] === keys[1];
}
