import type { AstNode } from 'langium';
import { fileOf, type Place, placeOf } from '../../syntax/source.ts';
import { type Problem, remove, rule } from '../rule.ts';

export const sem008 = rule({
  code: 'SEM008',
  severity: 'hint',
  title: 'Used nowhere',
  sentence: 'What is declared should be used by a plan.',
  why: 'A list or package that nothing uses may be one that a plan has forgotten.',
  bad: 'devices berlin of water_meter { … } // and no plan includes it',
  good: 'devices berlin of water_meter { … }\nplan "Spring" { targets { include berlin } … }',
  on: 'workspace',
  *check(workspace) {
    const plans = workspace.plans();
    // A workspace without plans is a catalogue for others; in a file that cannot be read anything may be used.
    if (plans.length === 0 || [...workspace.files.values()].some(({ broken }) => broken)) return;
    const used = new Set<AstNode>();
    // A name that is not visible where it is used is meant all the same: SEM006 says how to make it visible.
    const meant = new Set<string>();
    for (const { facts } of plans) {
      for (const node of facts.uses) used.add(node);
      for (const name of facts.meant) meant.add(name);
    }
    for (const { node } of workspace.deviceLists()) {
      const product = workspace.visible(fileOf(node)).product(node.product);
      if (product) used.add(product);
      else meant.add(node.product);
    }
    for (const node of workspace.products())
      if (!used.has(node) && !meant.has(node.name)) yield unused('product', node.name, node);
    for (const { node } of workspace.deviceLists()) {
      if (!used.has(node) && !meant.has(node.name)) yield unused('list', node.name, node);
    }
    for (const { node } of workspace.packages()) if (!used.has(node)) yield unused('package', node.name, node);
  },
});

function unused(what: string, name: string, node: AstNode): Problem {
  const at: Place = placeOf(node, 'name');
  return {
    at,
    message: `The ${what} ${what === 'package' ? `“${name}”` : `\`${name}\``} is used by no plan. Use it, or remove it.`,
    tags: ['unnecessary'],
    fixes: () => [remove(`Remove the ${what}`, placeOf(node), false)],
  };
}
