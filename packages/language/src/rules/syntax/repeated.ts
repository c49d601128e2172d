import type { AstNode } from 'langium';
import * as ast from '../../generated/ast.ts';
import { type Part, placeOf, placeOfKeyword, textAt } from '../../syntax/source.ts';
import { remove, rule } from '../rule.ts';

/** Statements that may stand any number of times (some of them once per word: see {@link identity}). */
const many = new Set(['Component', 'PackageFile', 'Upgrade', 'Include', 'Exclude', 'Wave']);

/** Under what a statement is the same as another one of its block; `undefined`: never. */
function identity(statement: AstNode): string | undefined {
  if (many.has(statement.$type)) return undefined;
  if (ast.isUpgradeText(statement)) return `text ${statement.language}`;
  if (ast.isAllow(statement)) return `allow ${statement.code}`;
  return statement.$type;
}

/** Every block of statements, outermost first. */
function* blocks({ declarations }: Part): Iterable<readonly AstNode[]> {
  for (const declaration of declarations) {
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
  on: 'part',
  *check(part) {
    for (const statements of blocks(part)) {
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
          message: `\`${textAt(word)}\` stands here a second time. Keep one of the two.`,
          related: [{ at: placeOf(before), message: 'the first' }],
          fixes: () => [remove('Remove this statement', whole, false)],
        };
      }
    }
  },
});
