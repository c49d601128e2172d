import type { AstNode } from 'langium';
import * as ast from '../../generated/ast.ts';
import { placeOf, placeOfKeyword, type SourceFile } from '../../syntax/source.ts';
import { remove, rule } from '../rule.ts';

/** Statements that may stand any number of times (some of them once per word: see {@link identity}). */
const many = new Set(['Component', 'PackageFile', 'Upgrade', 'Include', 'Exclude', 'Wave']);

/** Under what a statement is the same as another one of its block; `undefined`: never. */
function identity(statement: AstNode): string | undefined {
  if (many.has(statement.$type)) return undefined;
  if (ast.isUpgradeText(statement)) return `text ${statement.language}`;
  if (ast.isAllow(statement)) return `allow ${statement.code}`;
  return ast.isPushOnRequest(statement) ? 'Push' : statement.$type;
}

/** Every block of statements in a file, outermost first. */
function* blocks(file: SourceFile): Iterable<readonly AstNode[]> {
  for (const declaration of file.declarations) {
    if (!('statements' in declaration)) continue;
    yield declaration.statements;
    for (const inner of declaration.statements) if ('statements' in inner) yield inner.statements;
  }
}

export const syn004 = rule({
  code: 'SYN004',
  severity: 'error',
  title: 'Given twice',
  sentence: 'A statement must be given once, where its block does not take several.',
  why: 'Of two that differ, one would be ignored, and a reader could not know which.',
  bad: 'retry 5 times\nretry 3 times',
  good: 'retry 3 times',
  on: 'file',
  *check(file) {
    for (const statements of blocks(file)) {
      const first = new Map<string, AstNode>();
      for (const statement of statements) {
        const key = identity(statement);
        if (key === undefined) continue;
        const before = first.get(key);
        if (!before) {
          first.set(key, statement);
          continue;
        }
        const whole = placeOf(statement);
        const word = placeOfKeyword(statement, '');
        yield {
          at: word,
          message: `\`${file.text.slice(word.start, word.end)}\` stands here a second time${reference(before)}. Keep one of the two.`,
          related: [{ at: placeOf(before), message: 'the first' }],
          fixes: () => [remove('Remove this statement', whole, false)],
        };
      }
    }
  },
});

function reference(before: AstNode): string {
  const { source, start } = placeOf(before);
  return `, first in line ${source.range(start, start).start.line + 1}`;
}
