import { compareVersions } from '@otaplan/model';
import { placeOf } from '../../syntax/source.ts';
import { quote } from '../../syntax/values.ts';
import { replace, rule } from '../rule.ts';
import { listed, shown } from '../wording.ts';
import { packagesTo, tail, usingDelta } from './upgrade-packages.ts';

export const ver004 = rule({
  code: 'VER004',
  severity: 'warning',
  title: 'Downgrade',
  sentence: 'A plan should not install an older version than the devices have.',
  why: 'Settings and data may not survive the way back. Where it is meant, the reason belongs into the plan.',
  bad: 'upgrade modem to "2.3.0" from "2.4.0"',
  good: 'upgrade modem to "2.4.0" from "2.3.0"',
  on: 'plan',
  *check({ upgrades }) {
    for (const { node, component, scheme, target, sources } of upgrades) {
      const newer = sources.filter((source) => (compareVersions(target, source, scheme ?? null) ?? 0) < 0);
      if (newer.length === 0) continue;
      const name = component?.name ?? node.component;
      const message = `${shown(target)} is older than ${listed(newer.map(shown))}: \`${name}\` would be downgraded. If that is meant, write \`allow VER004 because "…"\`.`;
      yield { at: placeOf(node, 'target'), message };
    }
  },
});

export const ver008 = rule({
  code: 'VER008',
  severity: 'error',
  title: 'Delta without its source',
  sentence: 'A delta upgrade must name exactly one source version.',
  why: 'A delta package is a patch of one version; on any other it breaks the firmware.',
  bad: 'upgrade main_mcu to "1.9.0" using delta',
  good: 'upgrade main_mcu to "1.9.0" from "1.8.3" using delta',
  on: 'plan',
  *check(plan, { workspace }) {
    for (const upgrade of plan.upgrades) {
      const { node, target, sources, delta } = upgrade;
      if (!delta || sources.length === 1) continue;
      const first = node.sources[0];
      const last = node.sources.at(-1);
      const at = first && last ? { ...placeOf(first), end: placeOf(last).end } : usingDelta(node);
      const message =
        sources.length === 0
          ? `A delta package is made from one version, and this upgrade to ${shown(target)} names none. Add \`from "VERSION"\`.`
          : `A delta package is made from one version, and this upgrade to ${shown(target)} names ${sources.length}. Keep one, and make a plan for each of the others.`;
      yield {
        at,
        message,
        fixes: () => {
          const declared = packagesTo(upgrade, plan.file, workspace);
          const known = declared.delta.flatMap(({ source }) => source ?? []);
          const candidates = known.filter((source) => sources.length === 0 || sources.includes(source));
          const from = [...new Set(candidates.length > 0 ? candidates : known.length > 0 ? [] : sources)].slice(0, 4);
          const keep = from.map((source) =>
            replace(`Upgrade from ${quote(source)}`, tail(node), ` from ${quote(source)} using delta`, false),
          );
          const list = sources.map(quote).join(', ');
          const full = replace('Remove `using delta`', tail(node), list === '' ? '' : ` from ${list}`, false);
          return declared.full.length > 0 || declared.delta.length === 0 ? [...keep, full] : keep;
        },
      };
    }
  },
});

export const ver009 = rule({
  code: 'VER009',
  severity: 'error',
  title: 'Delta from another source',
  sentence: 'The source version of a delta upgrade must be the one of its package.',
  why: 'A patch fits exactly the version that it was made from.',
  bad: 'package "P" { for mcu version "1.9.0" from "1.8.3" … }\nupgrade main_mcu to "1.9.0" from "1.8.2" using delta',
  good: 'package "P" { for mcu version "1.9.0" from "1.8.3" … }\nupgrade main_mcu to "1.9.0" from "1.8.3" using delta',
  on: 'plan',
  *check(plan, { workspace }) {
    for (const upgrade of plan.upgrades) {
      const { node, target, sources, delta, package: resolved } = upgrade;
      const [source] = sources;
      if (!delta || resolved || sources.length !== 1 || source === undefined || !node.sources[0]) continue;
      const declared = packagesTo(upgrade, plan.file, workspace).delta;
      if (declared.length === 0) continue;
      const from = declared.flatMap((each) => each.source ?? []);
      const at = placeOf(node.sources[0]);
      yield {
        at,
        message: `No declared package leads from ${shown(source)} to ${shown(target)}; there is one from ${listed(from.map(shown))}. Write that source version, or declare the package.`,
        related: declared
          .slice(0, 5)
          .map((each) => ({ at: placeOf(each.node, 'name'), message: 'a package to this version' })),
        fixes: () => from.slice(0, 4).map((each) => replace(`Change to ${quote(each)}`, at, quote(each), false)),
      };
    }
  },
});
