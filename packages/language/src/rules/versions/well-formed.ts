import {
  isPrerelease,
  limits,
  utf8Bytes,
  type VersionScheme,
  versionIdentity,
  versionProblem,
  versionStyle,
} from '@otaplan/model';
import * as ast from '../../generated/ast.ts';
import { versionOf } from '../../meaning/literals.ts';
import type { PackageMeaning } from '../../meaning/package.ts';
import type { UpgradeMeaning } from '../../meaning/plan.ts';
import { placeOf } from '../../syntax/source.ts';
import { quote } from '../../syntax/values.ts';
import { on, type Problem, replace, rule } from '../rule.ts';
import { listed, shown } from '../wording.ts';

/** Target and sources of an upgrade, each with its node. */
function versionsOf({ node }: UpgradeMeaning): { node: ast.Version; version: string }[] {
  return [node.target, ...node.sources].map((each) => ({ node: each, version: versionOf(each) }));
}

export const ver001 = rule({
  code: 'VER001',
  severity: 'error',
  title: 'Not a version',
  sentence: 'A version must have 1 to 64 of letters, digits, `_`, `.` and `-`, and the form of its component’s scheme.',
  why: 'Developer Center takes no other, and versions that do not parse cannot be ordered.',
  bad: 'component modem: module "FOTA" versions semver\nupgrade modem to "2.4"',
  good: 'component modem: module "FOTA" versions semver\nupgrade modem to "2.4.0"',
  on: 'plan',
  *check({ upgrades }) {
    for (const upgrade of upgrades) {
      for (const { node } of versionsOf(upgrade))
        yield* wellFormed(node, upgrade.scheme ?? null, upgrade.node.component);
    }
  },
  also: [
    on('package', function* ({ node }) {
      for (const statement of node.statements) {
        if (ast.isPackageVersion(statement) || ast.isPackageSource(statement))
          yield* wellFormed(statement.version, null);
      }
    }),
  ],
});

function* wellFormed(node: ast.Version, scheme: VersionScheme | null, component = ''): Iterable<Problem> {
  const version = versionOf(node);
  const problem = versionProblem(version, scheme);
  if (problem === null) return;
  const at = placeOf(node);
  switch (problem) {
    case 'empty':
      yield { at, message: 'The version is empty. Write the one that the device reports.' };
      return;
    case 'characters':
      yield {
        at,
        message: `${shown(version)} is not a version: only letters, digits, \`_\`, \`.\` and \`-\` are. Write it as the device reports it.`,
      };
      return;
    case 'tooLong':
      yield { at, message: `The version has ${utf8Bytes(version)} bytes, over ${limits.versionBytes}. Shorten it.` };
      return;
    case 'scheme': {
      const form = scheme === 'semver' ? 'MAJOR.MINOR.PATCH, such as 2.4.0' : 'numbers with dots, such as 2.4';
      yield {
        at,
        message: `${shown(version)} is not a ${scheme} version as \`${component}\` declares. Write ${form}, or change the scheme.`,
      };
      return;
    }
  }
}

export const ver002 = rule({
  code: 'VER002',
  severity: 'warning',
  title: 'Mixed styles of versions',
  sentence: 'Versions of a component should be written in one style, or its scheme be declared.',
  why: 'Versions of several styles cannot be ordered: a downgrade would go unnoticed.',
  bad: 'upgrade modem to "2.4.0" from "EC200U_R03"',
  good: 'upgrade modem to "2.4.0" from "2.3.0"',
  on: 'plan',
  *check({ upgrades }) {
    for (const upgrade of upgrades) {
      if (!upgrade.component || upgrade.scheme !== undefined) continue;
      const [target, ...sources] = versionsOf(upgrade);
      const odd = sources.filter(({ version }) => style(version) !== style(target?.version ?? ''));
      const [first] = odd;
      if (!first) continue;
      const message = `${shown(first.version)} and ${shown(upgrade.target)} are written in different styles, so they cannot be ordered. Declare the scheme: \`component ${upgrade.component.name}: … versions text\`.`;
      yield {
        at: placeOf(first.node),
        message,
        related: [{ at: placeOf(upgrade.component, 'name'), message: 'the component' }],
      };
    }
  },
});

/** Dotted numbers are one style, however many: they can be ordered. */
function style(version: string): string {
  return versionStyle(version).replace(/^dotted-\d+$/, 'dotted');
}

export const ver006 = rule({
  code: 'VER006',
  severity: 'warning',
  title: 'Pre-release',
  sentence: 'Devices with a release should not be upgraded to a pre-release.',
  why: 'A release candidate is for test devices; in a fleet it is usually a slip.',
  bad: 'upgrade modem to "2.4.0-rc.1" from "2.3.0"',
  good: 'upgrade modem to "2.4.0" from "2.3.0"',
  on: 'plan',
  *check({ upgrades }) {
    for (const { node, scheme, target, sources } of upgrades) {
      if (scheme === 'text' || scheme === 'dotted' || !isPrerelease(target)) continue;
      const release = sources.find((source) => !isPrerelease(source));
      if (release === undefined) continue;
      const message = `${shown(target)} is a pre-release, and devices with the release ${shown(release)} would get it. Take a release, or write \`allow VER006 because "…"\`.`;
      yield { at: placeOf(node, 'target'), message };
    }
  },
});

export const ver015 = rule({
  code: 'VER015',
  severity: 'warning',
  title: 'Almost the same version',
  sentence: 'Versions should not differ only in letter case, a leading `v`, blanks or zero padding.',
  why: 'To Developer Center they are different: the device would never report the one that is waited for.',
  bad: 'upgrade modem to "v2.4.0" // and the package says "2.4.0"',
  good: 'upgrade modem to "2.4.0"',
  on: 'plan',
  *check(plan, { workspace }) {
    for (const upgrade of plan.upgrades) {
      const { component } = upgrade;
      if (!component) continue;
      const known = knownSpellings(workspace.visible(plan.file).packages, component.type);
      const { exact } = known;
      const own = new Map<string, ast.Version>();
      for (const { node, version } of versionsOf(upgrade)) {
        const identity = versionIdentity(version);
        const other = known.spellings.get(identity) ?? own.get(identity);
        if (!other) own.set(identity, node);
        if (!other || exact.has(version) || versionOf(other) === version) continue;
        const at = placeOf(node);
        const spelling = versionOf(other);
        yield {
          at,
          message: `${shown(version)} and ${shown(spelling)} are different versions to Developer Center and look the same. Write ${shown(spelling)} if that is meant.`,
          related: [{ at: placeOf(other), message: 'the other spelling' }],
          fixes: () => [replace(`Change to ${quote(spelling)}`, at, quote(spelling), false)],
        };
      }
    }
  },
});

interface Spellings {
  /** One of the versions for each identity ({@link versionIdentity}). */
  readonly spellings: ReadonlyMap<string, ast.Version>;
  readonly exact: ReadonlySet<string>;
}
const spellingsKept = new WeakMap<readonly PackageMeaning[], Map<string, Spellings>>();

/** The versions that packages for a component type have as target or source, as they are spelt. */
function knownSpellings(packages: readonly PackageMeaning[], type: string): Spellings {
  const byType = spellingsKept.get(packages) ?? new Map<string, Spellings>();
  spellingsKept.set(packages, byType);
  const kept = byType.get(type);
  if (kept) return kept;
  const spellings = new Map<string, ast.Version>();
  const exact = new Set<string>();
  for (const declared of packages) {
    if (declared.type !== type) continue;
    for (const statement of declared.node.statements) {
      if (!ast.isPackageVersion(statement) && !ast.isPackageSource(statement)) continue;
      const version = versionOf(statement.version);
      exact.add(version);
      if (!spellings.has(versionIdentity(version))) spellings.set(versionIdentity(version), statement.version);
    }
  }
  byType.set(type, { spellings, exact });
  return { spellings, exact };
}

export const ver003 = rule({
  code: 'VER003',
  severity: 'error',
  title: 'Source is target',
  sentence: 'A version must not be upgraded to itself.',
  why: 'Such devices need no update, and a delta from a version to itself does not exist.',
  bad: 'upgrade modem to "2.4.0" from "2.3.0", "2.4.0"',
  good: 'upgrade modem to "2.4.0" from "2.3.0"',
  on: 'plan',
  also: [
    on('package', function* ({ node, version, source }) {
      const statement = node.statements.find(ast.isPackageSource);
      if (!statement || version === undefined || version !== source) return;
      const message = `The package leads from ${shown(version)} to itself. Correct one of the two versions.`;
      const target = node.statements.find(ast.isPackageVersion);
      const related = target ? [{ at: placeOf(target.version), message: 'the target' }] : [];
      yield { at: placeOf(statement.version), message, related };
    }),
  ],
  *check({ upgrades }) {
    for (const { node, target, sources, delta } of upgrades) {
      for (const [index, source] of node.sources.entries()) {
        if (sources[index] !== target) continue;
        const at = placeOf(source);
        yield {
          at,
          message: `${shown(target)} is the target itself. Remove it from \`from\`: such devices need no update.`,
          related: [{ at: placeOf(node, 'target'), message: 'the target' }],
          fixes: () => {
            if (delta && node.sources.length === 1) return [];
            const others = node.sources
              .filter((each) => versionOf(each) !== target)
              .map((each) => quote(versionOf(each)));
            const from = others.length === 0 ? '' : ` from ${others.join(', ')}`;
            const last = node.sources.at(-1) ?? source;
            const clause = { ...at, start: placeOf(node, 'target').end, end: placeOf(last).end };
            return [replace(`Remove ${listed([quote(target)])} from the sources`, clause, from)];
          },
        };
      }
    }
  },
});
