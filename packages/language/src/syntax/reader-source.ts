import { AstUtils, type Grammar, GrammarAST, GrammarUtils } from 'langium';

/**
 * Writes a parser for texts without mistakes out of the grammar: one function for each rule, which looks one token ahead.
 * It gives the trees that Langium gives, without concrete syntax, and gives up at the first token that does not fit;
 * Langium's own parser then reads the text, recovers and tells what is wrong.
 * @throws Error when the grammar needs more than one token to choose
 */
export function renderReader(grammar: Grammar): string {
  return new ReaderSource(grammar).render();
}

type Element = GrammarAST.AbstractElement;

class ReaderSource {
  private readonly rules: readonly GrammarAST.ParserRule[];
  private readonly signs: readonly string[];
  private readonly words: readonly string[];
  private readonly terminals: readonly string[];

  constructor(grammar: Grammar) {
    const rules = [...GrammarUtils.getAllReachableRules(grammar, false)];
    this.rules = rules.filter(GrammarAST.isParserRule);
    const keywords = this.rules.flatMap((rule) => [...AstUtils.streamAllContents(rule).filter(GrammarAST.isKeyword)]);
    const all = [...new Set(keywords.map(({ value }) => value))].sort();
    this.words = all.filter((value) => /^[A-Za-z]/.test(value));
    this.signs = all.filter((value) => !/^[A-Za-z]/.test(value));
    const visible = rules.filter(GrammarAST.isTerminalRule).filter((rule) => !rule.hidden);
    this.terminals = visible.map(({ name }) => name).filter((name) => name !== 'NAME');
  }

  render(): string {
    const kinds = ['', ...this.signs, ...this.terminals, 'NAME', ...this.words];
    const functions = this.rules.filter((rule) => !GrammarUtils.isDataTypeRule(rule)).map((rule) => this.rule(rule));
    return [
      '// Written from the grammar by scripts/write-reader.ts. Do not edit.',
      "import type { NodeInMaking, Reading } from '../syntax/reading.ts';",
      "import type * as ast from './ast.ts';",
      '',
      '/** The kinds of token by number: signs, terminals, and from `NAME` on whatever may be a name. 0 is the end. */',
      `export const tokenKinds: readonly string[] = ${JSON.stringify(kinds)};`,
      '/** The first kind that may be a name: every keyword that is a word is one. */',
      `export const nameKind = ${kinds.indexOf('NAME')};`,
      '',
      ...functions,
    ].join('\n');
  }

  private kind(name: string): number {
    return ['', ...this.signs, ...this.terminals, 'NAME', ...this.words].indexOf(name);
  }

  private rule(rule: GrammarAST.ParserRule): string {
    const { name, definition } = rule;
    const assigned = [...AstUtils.streamAllContents(definition), definition].filter(GrammarAST.isAssignment);
    if (assigned.length === 0) return this.choiceOfRules(name, definition);
    const initial = new Map<string, string>();
    for (const { feature, operator } of assigned) {
      const value = operator === '+=' ? '[]' : operator === '?=' ? 'false' : 'undefined';
      initial.set(feature, value);
    }
    const properties = [...initial].map(([feature, value]) => ` ${feature}: ${value},`).join('');
    return [
      `export function read${name}(r: Reading): ast.${name} {`,
      '  const from = r.at;',
      `  const node: NodeInMaking = r.node({ $type: '${name}', $container: undefined, $containerProperty: undefined, $containerIndex: undefined, $at: 0,${properties} });`,
      ...this.element(definition).map((line) => `  ${line}`),
      '  r.end(node, from);',
      `  return node as unknown as ast.${name};`,
      '}',
      '',
    ].join('\n');
  }

  /** A rule that only stands for others. */
  private choiceOfRules(name: string, definition: Element): string {
    const calls = GrammarAST.isAlternatives(definition) ? definition.elements : [definition];
    this.demandDisjoint(calls, name);
    const lines = calls.map((call) => {
      if (!GrammarAST.isRuleCall(call)) throw new Error(`${name} mixes rules and other elements.`);
      return `  if (${this.test(call)}) return read${call.rule.ref?.name}(r);`;
    });
    const types = calls.map((call) => `ast.${(call as GrammarAST.RuleCall).rule.ref?.name}`).join(' | ');
    return [`export function read${name}(r: Reading): ${types} {`, ...lines, '  return r.fail();', '}', ''].join('\n');
  }

  private element(element: Element): string[] {
    const once = this.once(element);
    const inner = once.map((line) => `  ${line}`);
    if (element.cardinality === '?') return [`if (${this.test(element)}) {`, ...inner, '}'];
    if (element.cardinality === '*') return [`while (${this.test(element)}) {`, ...inner, '}'];
    if (element.cardinality === '+') return ['do {', ...inner, `} while (${this.test(element)});`];
    return once;
  }

  private once(element: Element): string[] {
    if (GrammarAST.isGroup(element)) return element.elements.flatMap((each) => this.element(each));
    if (GrammarAST.isKeyword(element)) return [`r.word(node, ${this.kind(element.value)}, '${element.value}');`];
    if (GrammarAST.isAssignment(element)) return this.assignment(element);
    if (GrammarAST.isAlternatives(element)) {
      this.demandDisjoint(element.elements, 'A choice');
      return element.elements.flatMap((each, index) => {
        const last = index === element.elements.length - 1;
        const head = last ? '} else {' : `${index === 0 ? '' : '} else '}if (${this.test(each)}) {`;
        return [head, ...this.element(each).map((line) => `  ${line}`), ...(last ? ['}'] : [])];
      });
    }
    throw new Error(`The reader does not know ${element.$type}.`);
  }

  private assignment({ feature, operator, terminal }: GrammarAST.Assignment): string[] {
    const value = this.value(terminal);
    const set =
      operator === '?='
        ? `${value}; node['${feature}'] = true;`
        : operator === '='
          ? `node['${feature}'] = ${value};`
          : `r.add(node, '${feature}', node['${feature}'], ${value});`;
    const isNode = GrammarAST.isRuleCall(terminal) && this.isNodeRule(terminal.rule.ref);
    const own = isNode && operator === '=' ? [`r.own(node, '${feature}', node['${feature}']);`] : [];
    return [
      '{',
      '  const start = r.at;',
      `  ${set}`,
      ...own.map((l) => `  ${l}`),
      `  r.property(node, '${feature}', start);`,
      '}',
    ];
  }

  /** An expression that reads a value. */
  private value(terminal: Element): string {
    if (GrammarAST.isKeyword(terminal)) return `r.word(node, ${this.kind(terminal.value)}, '${terminal.value}')`;
    if (GrammarAST.isRuleCall(terminal)) {
      const rule = terminal.rule.ref;
      if (this.isNodeRule(rule)) return `read${rule?.name}(r)`;
      if (GrammarAST.isTerminalRule(rule)) {
        if (rule.name === 'NAME') return 'r.name()';
        return rule.name === 'STRING' ? 'r.string()' : `r.token(${this.kind(rule.name)})`;
      }
      return `r.anyWord(node, [${this.first(terminal)
        .map((name) => this.kind(name))
        .join(', ')}])`;
    }
    if (GrammarAST.isAlternatives(terminal)) {
      this.demandDisjoint(terminal.elements, 'A choice of values');
      const [last, ...others] = [...terminal.elements].reverse();
      const otherwise = last ? this.value(last) : 'r.fail()';
      return others.reduce((rest, each) => `${this.test(each)} ? ${this.value(each)} : ${rest}`, otherwise);
    }
    throw new Error(`The reader does not know a value of ${terminal.$type}.`);
  }

  private isNodeRule(rule: GrammarAST.AbstractRule | undefined): boolean {
    return GrammarAST.isParserRule(rule) && !GrammarUtils.isDataTypeRule(rule);
  }

  /** A condition: the next token may begin an element. */
  private test(element: Element): string {
    const first = this.first(element);
    const kinds = first.filter((name) => name !== 'NAME').map((name) => `r.is(${this.kind(name)})`);
    if (first.includes('NAME')) {
      const others = first.filter((name) => name !== 'NAME' && !this.words.includes(name));
      return ['r.isName()', ...others.map((name) => `r.is(${this.kind(name)})`)].join(' || ');
    }
    return kinds.join(' || ');
  }

  /** The tokens that an element may begin with. */
  private first(element: Element): string[] {
    if (GrammarAST.isKeyword(element)) return [element.value];
    if (GrammarAST.isAssignment(element)) return this.first(element.terminal);
    if (GrammarAST.isAlternatives(element)) return element.elements.flatMap((each) => this.first(each));
    if (GrammarAST.isRuleCall(element)) {
      const rule = element.rule.ref;
      if (GrammarAST.isTerminalRule(rule)) return [rule.name];
      if (GrammarAST.isParserRule(rule)) return this.first(rule.definition);
    }
    if (GrammarAST.isGroup(element)) {
      const all: string[] = [];
      for (const each of element.elements) {
        all.push(...this.first(each));
        if (each.cardinality !== '?' && each.cardinality !== '*') return all;
      }
      return all;
    }
    throw new Error(`The reader does not know ${element.$type}.`);
  }

  private demandDisjoint(elements: readonly Element[], what: string): void {
    const taken = new Set<string>();
    for (const name of elements.flatMap((each) => [...new Set(this.first(each))])) {
      const names = name === 'NAME' ? [name, ...this.words] : [name];
      if (names.some((each) => taken.has(each))) throw new Error(`${what} cannot be decided by one token: ${name}.`);
      for (const each of names) taken.add(each);
    }
  }
}
