import { relativePath } from '../../meaning/paths.ts';
import { nearest } from '../../syntax/nearest.ts';
import { fileOf, placeOf } from '../../syntax/source.ts';
import { quote } from '../../syntax/values.ts';
import { remove, replace, rule } from '../rule.ts';
import { shown } from '../wording.ts';

export const sem022 = rule({
  code: 'SEM022',
  severity: 'error',
  title: 'Import that leads nowhere',
  sentence: 'An import must name another `.otaplan` file inside the workspace folder.',
  why: 'What it was to make visible would be missing.',
  bad: 'import "../elsewhere/catalog.otaplan"',
  good: 'import "catalog.otaplan"',
  on: 'import',
  *check({ node, uri, file }, { workspace, world }) {
    const own = fileOf(node);
    if (file && uri !== own.uri && world.isInside(uri)) return;
    const at = placeOf(node, 'path');
    if (uri === own.uri) {
      const fixes = () => [remove('Remove the import', placeOf(node))];
      yield { at, message: 'A file cannot import itself. Remove this import.', fixes };
    } else if (!world.isInside(uri)) {
      yield {
        at,
        message: `${shown(node.path)} lies outside the workspace folder. Move the file into it, or open its folder as well.`,
      };
    } else {
      const paths = [...workspace.files.keys()]
        .filter((other) => other !== own.uri)
        .map((other) => relativePath(own.uri, other));
      const name = (path: string) => path.slice(path.lastIndexOf('/') + 1);
      const guess = paths.find((path) => name(path) === name(node.path)) ?? nearest(node.path, paths);
      const advice =
        guess === undefined ? 'Correct the path; it is relative to this file.' : `Did you mean ${quote(guess)}?`;
      yield {
        at,
        message: `There is no file ${shown(node.path)}. ${advice}`,
        fixes: () => (guess === undefined ? [] : [replace(`Change to ${quote(guess)}`, at, quote(guess), false)]),
      };
    }
  },
});
