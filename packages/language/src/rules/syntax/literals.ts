import { isZone } from '@otaplan/model';
import type { AstNode } from 'langium';
import * as ast from '../../generated/ast.ts';
import { dateTimeOf, timeOf, unitSpellings } from '../../meaning/literals.ts';
import { nodesOf } from '../../syntax/nodes.ts';
import { placeOf } from '../../syntax/source.ts';
import { quote } from '../../syntax/values.ts';
import { type FixDraft, insertAfter, type Problem, replace, rule } from '../rule.ts';

export const syn005 = rule({
  code: 'SYN005',
  severity: 'error',
  title: 'Wrong kind of literal',
  sentence: 'A value must be written as the kind of thing it is.',
  why: 'A version is never a number, a duration always has a unit and a percentage says so: `2.10` is not `2.1`, and `24` is no time.',
  bad: 'upgrade modem to 2.4.0',
  good: 'upgrade modem to "2.4.0"',
  on: 'part',
  *check({ declarations }) {
    for (const declaration of declarations) {
      if (ast.isDevices(declaration) || ast.isImport(declaration)) continue;
      for (const node of nodesOf(declaration)) yield* kinds[node.$type]?.(node as never) ?? [];
    }
  },
});

/** What is wrong with each kind of literal. */
const kinds: Readonly<Record<string, ((node: never) => Iterable<Problem>) | undefined>> = {
  *Version(node: ast.Version) {
    if (node.bare !== undefined) yield quotesMissing(node, node.bare, 'A version is a text');
  },
  *TargetEntry(node: ast.TargetEntry) {
    if (node.bare !== undefined) yield quotesMissing(node, node.bare, 'A device key among targets is a text');
  },
  *Zone(node: ast.Zone) {
    if (node.bare !== undefined && isZone(node.bare)) yield quotesMissing(node, node.bare, 'A zone is a text');
  },
  *Percent(node: ast.Percent) {
    if (node.sign) return;
    const message = `${node.value} is no percentage without its sign. Write \`${node.value} %\`.`;
    yield problem(node, 'value', message, (at) => [insertAfter('Add the percent sign', at, ' %')]);
  },
  Duration: wrongDuration,
  *Signal(node: ast.Signal) {
    if (!node.unit) {
      yield problem(node, 'value', `A signal has a unit. Write \`${node.value} dBm\`.`, (at) => [
        insertAfter('Add the unit', at, ' dBm'),
      ]);
    }
    yield* fraction(node, 'value', node.value);
  },
  Retry: (node: ast.Retry) => fraction(node, 'times', node.times),
  Halt: (node: ast.Halt) => fraction(node, 'sample', node.sample),
  DateTime: wrongDateTime,
  *Push(node: ast.Push) {
    for (const [name, text] of [
      ['from', node.from],
      ['to', node.to],
    ] as const) {
      if (text !== undefined && text.length < 5) yield twoDigits(node, name, text, timeOf(text));
    }
  },
};

function* wrongDuration(node: ast.Duration): Iterable<Problem> {
  yield* fraction(node, 'value', node.value);
  const { unit, value } = node;
  if (unit === undefined) {
    const message = `${value} is no duration without a unit. Write \`${value} min\`, \`${value} h\` or \`${value} d\`.`;
    yield problem(node, 'value', message, (at) =>
      ['min', 'h', 'd'].map((each) => insertAfter(`Write \`${value} ${each}\``, at, ` ${each}`, false)),
    );
  } else if (!['min', 'h', 'd'].includes(unit)) {
    const right = unitSpellings[unit];
    const message = right
      ? `The unit is written \`${right}\`, not \`${unit}\`.`
      : 'A duration is in `min`, `h` or `d`; seconds are too fine for a plan.';
    yield problem(node, 'unit', message, (at) => (right ? [replace(`Change to \`${right}\``, at, right)] : []));
  }
}

function* wrongDateTime(node: ast.DateTime): Iterable<Problem> {
  const right = dateTimeOf(node)
    .replace('T', ' ')
    .replace(/([+-]\d\d:\d\d)$/, ' $1')
    .replace(/ {2,}/, ' ');
  const whole = (at: ReturnType<typeof placeOf>) => [replace(`Change to \`${right}\``, at, right)];
  if (node.iso !== undefined)
    yield problem(node, undefined, `A date and time are written with a blank between them: \`${right}\`.`, whole);
  else if (node.time === undefined) {
    yield problem(node, 'date', `A date alone is no time. Add the time of day: \`${node.date} 00:00\`.`, (at) => [
      insertAfter('Add 00:00', at, ' 00:00', false),
    ]);
  } else if (node.time.length < 5 || (node.date ?? '').length < 10)
    yield problem(node, undefined, `Month, day and hour have two digits: \`${right}\`.`, whole);
}

function* fraction(node: AstNode, property: string, text: string): Iterable<Problem> {
  if (text.includes('.'))
    yield problem(node, property, `${text} is not a whole number. Write one without a point.`, () => []);
}

function twoDigits(node: AstNode, property: string, text: string, right: string): Problem {
  return problem(node, property, `An hour has two digits: \`${right}\`, not \`${text}\`.`, (at) => [
    replace(`Change to \`${right}\``, at, right),
  ]);
}

function quotesMissing(node: AstNode, text: string, what: string): Problem {
  return problem(node, 'bare', `${what}. Put it in quotes: ${quote(text)}.`, (at) => [
    replace('Put it in quotes', at, quote(text)),
  ]);
}

function problem(
  node: AstNode,
  property: string | undefined,
  message: string,
  fixes: (at: ReturnType<typeof placeOf>) => FixDraft[],
): Problem {
  const at = placeOf(node, property);
  return { at, message, fixes: () => fixes(at) };
}
