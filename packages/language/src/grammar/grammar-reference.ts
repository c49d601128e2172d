import { type AstNode, GrammarAST } from 'langium';
import { OtaplanGrammar } from '../generated/grammar.ts';

const intro = `# Grammar

Generated from the grammar (\`packages/language/src/grammar/otaplan.langium\`); edits here are lost. What the statements mean stands in
[the language](language.md).

Words in quotes stand as they are. \`?\` is at most once, \`*\` any number, \`+\` at least once, \`|\` one of both. Statements of a block come in any
order; which of them may stand more than once, and which must stand, are [rules](rules.md) and not grammar. So are some of the alternatives: a version
without quotes or a percentage without its sign is read, and then reported with its correction ([SYN005](rules.md#syn005)).
`;

/** Tokens in words; the lexer cuts them by hand, so that the patterns in the grammar say less. */
const tokens: Readonly<Record<string, string>> = {
  NAME: 'a letter or `_`, then letters, digits, `_` and `-`; letters of any script',
  STRING: 'text in double quotes, on one line; `\\"`, `\\\\`, `\\n` and `\\u{…}` as elsewhere',
  KEYS: 'device keys, separated by blanks or new lines, up to the closing brace',
  NUMBER: 'digits, possibly with a sign or a decimal point',
  DATE: '`2027-04-05`',
  TIME: '`01:00`',
  OFFSET: '`+02:00`, for a time that happens twice',
  ISO: 'a date and a time in one, `2027-04-05T00:00Z`: read, and then reported',
  BARE: 'letters, digits, `_`, `+`, `-` around dots or slashes, as in `2.4.0` without quotes: read, and then reported',
};

/** The sections of the page: each rule stands in that of the first declaration that needs it. */
const sections = ['Source', 'Import', 'Product', 'Package', 'Devices', 'Plan'] as const;

/** The grammar as a page for people (docs/grammar.md): EBNF, declaration by declaration. */
export function renderGrammarReference(): string {
  const rules = new Map(
    OtaplanGrammar()
      .rules.filter(GrammarAST.isParserRule)
      .map((rule) => [rule.name, rule] as const),
  );
  const needs = (name: string): string[] => {
    const rule = rules.get(name);
    return rule ? calls(rule.definition) : [];
  };
  const taken = new Set<string>(sections);
  const collect = (name: string): string[] => [
    name,
    ...needs(name).flatMap((each) => {
      // What several declarations use has a section of its own, last.
      if (taken.has(each) || !rules.has(each) || literals.has(each)) return [];
      taken.add(each);
      return collect(each);
    }),
  ];
  const width = Math.max(...[...rules.keys()].map((name) => name.length));
  const block = (names: readonly string[]) =>
    `\`\`\`\n${names.map((name) => `${name.padEnd(width)} ::= ${print(rules.get(name)?.definition)}`).join('\n')}\n\`\`\`\n`;
  const title = (name: string) => (name === 'Source' ? 'File' : name);
  const pages = sections.map((name) => `## ${title(name)}\n\n${block(collect(name))}`);
  const rest = [...rules.keys()].filter((name) => !taken.has(name));
  const rows = Object.entries(tokens).map(([name, words]) => `| \`${name}\` | ${words.replaceAll('|', '\\|')} |`);
  return [
    intro,
    ...pages,
    `## Literals\n\n${block(rest)}`,
    `## Tokens\n\nEvery keyword may also be used as a name. Comments: \`// to the end of the line\` and \`/* between */\`.\n\n| token | is |\n| --- | --- |\n${rows.join('\n')}\n`,
  ].join('\n');
}

/** What several declarations use, or what is about how a value is written. */
const literals = new Set([
  'ComponentType',
  'VersionScheme',
  'Version',
  'DateTime',
  'Zone',
  'Percent',
  'Duration',
  'DurationUnit',
]);

function calls(node: AstNode | undefined): string[] {
  if (node === undefined) return [];
  if (GrammarAST.isRuleCall(node)) return [node.rule.$refText];
  if (GrammarAST.isAssignment(node)) return calls(node.terminal);
  if (GrammarAST.isAlternatives(node) || GrammarAST.isGroup(node)) return node.elements.flatMap(calls);
  return [];
}

function print(node: AstNode | undefined, inside: 'alternative' | 'sequence' | 'repeated' | null = null): string {
  if (GrammarAST.isKeyword(node)) return `${JSON.stringify(node.value)}${node.cardinality ?? ''}`;
  if (GrammarAST.isRuleCall(node)) return `${node.rule.$refText}${node.cardinality ?? ''}`;
  if (GrammarAST.isAssignment(node)) {
    return `${print(node.terminal, node.cardinality ? 'repeated' : inside)}${node.cardinality ?? ''}`;
  }
  if (GrammarAST.isAlternatives(node) || GrammarAST.isGroup(node)) {
    const alternatives = GrammarAST.isAlternatives(node);
    const text = node.elements
      .map((element) => print(element, alternatives ? 'alternative' : 'sequence'))
      .join(alternatives ? ' | ' : ' ');
    const parenthesised = node.cardinality || inside === 'repeated' || (inside === 'sequence' && alternatives);
    return `${parenthesised ? `(${text})` : text}${node.cardinality ?? ''}`;
  }
  throw new Error(`The grammar has something that this page cannot say: ${node?.$type}.`);
}
