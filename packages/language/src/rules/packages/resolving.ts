import { placeOf } from '../../syntax/source.ts';
import { quote } from '../../syntax/values.ts';
import { replace, rule } from '../rule.ts';
import { packagesTo, tail, usingDelta } from '../versions/upgrade-packages.ts';
import { listed, shown } from '../wording.ts';

export const pkg007 = rule({
  code: 'PKG007',
  severity: 'error',
  title: 'Full for delta, or delta for full',
  sentence: 'An upgrade `using delta` must have a delta package, and another one a full package.',
  why: 'The device would be sent a file that it cannot use.',
  bad: 'package "P" { for mcu version "1.9.0" … } // full\nupgrade main_mcu to "1.9.0" from "1.8.3" using delta',
  good: 'package "P" { for mcu version "1.9.0" from "1.8.3" … }\nupgrade main_mcu to "1.9.0" from "1.8.3" using delta',
  on: 'plan',
  *check(plan, { workspace }) {
    for (const upgrade of plan.upgrades) {
      const { node, target, sources, delta, package: resolved } = upgrade;
      if (resolved || !upgrade.component) continue;
      const declared = packagesTo(upgrade, plan.file, workspace);
      const related = [...declared.full, ...declared.delta]
        .slice(0, 5)
        .map((each) => ({ at: placeOf(each.node, 'name'), message: 'the package' }));
      if (delta && declared.delta.length === 0 && declared.full.length > 0) {
        const list = sources.map(quote).join(', ');
        yield {
          at: usingDelta(node),
          message: `The package of version ${shown(target)} is a full one. Remove \`using delta\`, or declare the delta package.`,
          related,
          fixes: () => [replace('Remove `using delta`', tail(node), list === '' ? '' : ` from ${list}`, false)],
        };
      } else if (!delta && declared.full.length === 0 && declared.delta.length > 0) {
        const from = declared.delta.flatMap(({ source }) => source ?? []);
        const fitting = from.filter((source) => sources.length === 0 || sources.includes(source));
        yield {
          at: placeOf(node, 'target'),
          message: `The package of version ${shown(target)} is a delta package from ${listed(from.map(shown))}. Add \`using delta\` with that source version, or declare the full package.`,
          related,
          fixes: () =>
            (fitting.length > 0 ? fitting : from).slice(0, 4).map((source) => {
              const text = ` from ${quote(source)} using delta`;
              return replace(`Upgrade from ${quote(source)} using delta`, tail(node), text, false);
            }),
        };
      }
    }
  },
});

export const pkg014 = rule({
  code: 'PKG014',
  severity: 'information',
  title: 'Package not in the workspace',
  sentence: 'The package of an upgrade should be declared, or be at Developer Center already.',
  why: 'A deployment uploads declared packages only.',
  bad: 'upgrade modem to "2.4.0" // and no package declares version 2.4.0',
  good: 'package "Modem 2.4.0" { for module version "2.4.0" … }\nupgrade modem to "2.4.0"',
  on: 'plan',
  needsCatalogue: true,
  *check(plan, { workspace, world }) {
    for (const upgrade of plan.upgrades) {
      const { node, component, target, sources, delta, package: resolved } = upgrade;
      if (resolved || !component || (delta && sources.length !== 1)) continue;
      const declared = packagesTo(upgrade, plan.file, workspace);
      if (declared.full.length + declared.delta.length > 0) continue;
      // A package of this version for another type is a mistake of its own (SEM010).
      const source = delta ? (sources[0] ?? null) : null;
      const { packages } = workspace.visible(plan.file);
      if (packages.some((each) => each.version === target && each.source === source)) continue;
      const answer = world.catalogue?.package(component.type === 'mcu' ? 'mcu' : 'module', target, source);
      const way = source === null ? shown(target) : `${shown(target)} from ${shown(source)}`;
      const at = placeOf(node, 'target');
      if (answer?.kind === 'good' && answer.value !== null) continue;
      if (answer?.kind === 'good') {
        const message = `No package for ${way} is declared here or known at Developer Center. Declare it, or correct the version.`;
        yield { at, severity: 'error', message };
      } else {
        yield {
          at,
          message: `No package for ${way} is declared in the workspace, so it must already be at Developer Center.`,
        };
        yield { notKnown: `whether Developer Center has a package for \`${component.name}\` ${target}` };
      }
    }
  },
});
