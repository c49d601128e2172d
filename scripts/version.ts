/**
 * `npm run release:version`: the next version, from the changesets. All packages have one version; it also stands in the command's
 * source, and its entry in CHANGELOG.md is what was under “Unreleased” and what the changesets say.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, step } from './steps.ts';

const at = (...parts: string[]) => path.join(root, ...parts);
const versionNow = (): string =>
  (JSON.parse(readFileSync(at('packages/cli/package.json'), 'utf8')) as { version: string }).version;

const sentences = globSync('.changeset/*.md', { cwd: root })
  .filter((file) => path.basename(file) !== 'README.md')
  .sort()
  .map((file) =>
    readFileSync(at(file), 'utf8')
      .replace(/^---\n.*?^---\n/ms, '')
      .trim(),
  )
  .filter((text) => text !== '');
if (sentences.length === 0) {
  console.error('There are no changesets, so there is no next version. “npx changeset” makes one.');
  process.exit(1);
}

const before = versionNow();
step('changeset version', 'changeset', ['version']);
const version = versionNow();
if (version === before) throw new Error(`The changesets left the version at ${before}.`);

const source = at('packages/cli/src/version.ts');
writeFileSync(source, readFileSync(source, 'utf8').replace(/version = '.+'/, `version = '${version}'`));

const changelog = at('CHANGELOG.md');
const [head, unreleased, rest] = split(readFileSync(changelog, 'utf8'));
const entries = [unreleased.trim(), ...sentences.map((text) => `- ${text.replaceAll('\n', '\n  ')}`)].filter(Boolean);
const day = new Date().toISOString().slice(0, 10);
writeFileSync(
  changelog,
  `${head}## Unreleased\n\n## ${version} (${day})\n\n${entries.join('\n')}\n${rest === '' ? '' : `\n${rest}`}`,
);

console.error(`${before} → ${version}. Look at it, commit it, and tag it v${version}.`);

/** The changelog before, under and after “Unreleased”. */
function split(text: string): [string, string, string] {
  const heading = '## Unreleased\n';
  const start = text.indexOf(heading);
  if (start < 0) throw new Error('CHANGELOG.md has no “## Unreleased”.');
  const next = text.indexOf('\n## ', start + heading.length);
  const end = next < 0 ? text.length : next + 1;
  return [text.slice(0, start), text.slice(start + heading.length, end), text.slice(end)];
}
