import { characters, limits, nameIdentity } from '@otaplan/model';
import type { AstNode } from 'langium';
import { type Place, placeOf } from '../../syntax/source.ts';
import { quote } from '../../syntax/values.ts';
import { on, type Problem, rule } from '../rule.ts';
import { shown } from '../wording.ts';

type Named = AstNode & { readonly name: string };
/** A plan or package; its tree is looked at only where there is something to tell. */
interface Meaning {
  readonly name: string;
  readonly node: AstNode;
}

function* badLength(what: string, node: Named): Iterable<Problem> {
  const length = characters(node.name);
  const most = limits.nameCharacters;
  if (node.name.trim() === '') {
    yield { at: placeOf(node, 'name'), message: `The ${what} has no name. Write one of 1 to ${most} characters.` };
  } else if (length > most) {
    const message = `The ${what} name has ${length} characters, over ${most}. Shorten it.`;
    yield { at: placeOf(node, 'name'), message };
  }
}

export const sem001 = rule({
  code: 'SEM001',
  severity: 'error',
  title: 'Name empty or too long',
  sentence: 'The name of a plan or package must have 1 to 100 characters.',
  why: 'The name is the identity at Developer Center, which takes no other.',
  bad: 'plan "" { … }',
  good: 'plan "Water meter 2.4" { … }',
  on: 'plan',
  check: ({ node }) => badLength('plan', node),
  also: [on('package', ({ node }) => badLength('package', node))],
});

export const sem002 = rule({
  code: 'SEM002',
  severity: 'error',
  title: 'One name, two plans',
  sentence: 'Two plans, or two packages, of a workspace must have different names.',
  why: 'The name is the identity at Developer Center: the second would overwrite the first. Letter case and blanks around do not part names.',
  bad: 'plan "Spring" { … }\nplan "spring " { … }',
  good: 'plan "Spring 1" { … }\nplan "Spring 2" { … }',
  on: 'workspace',
  *check(workspace) {
    yield* sameName('plan', workspace.plans());
    yield* sameName('package', workspace.packages());
  },
});

/** A name is reported at every declaration but the first of its file, and at that too when another file has it. */
function* sameName(what: string, meanings: readonly Meaning[]): Iterable<Problem> {
  const groups = Map.groupBy(
    meanings.filter(({ name }) => name.trim() !== ''),
    ({ name }) => nameIdentity(name),
  );
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    const places = group.map((each): [Meaning, Place] => [each, placeOf(each.node, 'name')]);
    const first = places[0]?.[1];
    const oneFile = places.every(([, { source }]) => source === first?.source);
    for (const [index, [node, at]] of places.entries()) {
      if (oneFile && index === 0) continue;
      const others = places.filter(([other]) => other !== node).slice(0, 5);
      const [other] = others[0] ?? [node];
      const alike = other.name === node.name ? '' : ` (it differs from ${shown(other.name)} only in case or blanks)`;
      yield {
        at,
        message: `Another ${what} has the name ${quote(node.name)}${alike}. Give one of them another name.`,
        related: others.map(([, place]) => ({ at: place, message: `the other ${what}` })),
      };
    }
  }
}
