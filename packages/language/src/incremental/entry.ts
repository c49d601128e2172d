import type { NotChecked } from '../findings.ts';
import * as ast from '../generated/ast.ts';
import type { Block } from '../syntax/source.ts';
import type { StoredFinding } from './stored.ts';
import type { Reader } from './tracker.ts';

/** One empty list for all: there are as many entries as declarations. */
export const none: readonly never[] = [];

/** What the rules said of one block (or, without a block, of a file as a whole), and which facts they looked at. */
export class Entry implements Reader {
  facts: Reader['facts'] = [];
  readonly uri: string;
  readonly block: Block | undefined;
  findings: readonly StoredFinding[] = none;
  notChecked: readonly NotChecked[] = none;
  /** Blocks of other declarations in which its findings have places. */
  mentions: readonly Block[] = none;
  /** Warnings that its plans accept, with where each plan stands in the block; only when there are any. */
  allowances: readonly Allowance[] = none;
  /** What the rules about `allow` said, and of which counts they said it. */
  allowFindings: readonly StoredFinding[] = none;
  allowState = '';

  constructor(uri: string, block: Block | undefined) {
    this.uri = uri;
    this.block = block;
  }

  /** Its rules were run: lists that grew while they were are cut to what they hold. */
  rest(): void {
    this.facts = this.facts.slice();
  }
}

/** A plan that accepts warnings, and its place in its block. */
export interface Allowance {
  readonly plan: ast.Plan;
  readonly start: number;
  readonly end: number;
  readonly statements: readonly ast.Allow[];
}

/** The statement by which a plan accepts a code: the first. */
export function statementFor(allowance: Allowance, code: string): ast.Allow | undefined {
  return allowance.statements.find((statement) => statement.code === code);
}

/** The plans of a block that accept something. */
export function allowancesOf(
  block: Block,
  place: (node: ast.Plan) => { start: number; end: number },
): readonly Allowance[] {
  const found = block.declarations.filter(ast.isPlan).flatMap((plan) => {
    const statements = plan.statements.filter(ast.isAllow);
    return statements.length === 0 ? [] : [{ plan, statements, ...place(plan) }];
  });
  return found.length === 0 ? none : found;
}

/** What could not be decided: the list of the declaration before, where it holds the same. Most plans of a file say the same. */
export function alike(now: readonly NotChecked[], before: readonly NotChecked[]): readonly NotChecked[] {
  if (now.length === 0) return none;
  const same = (each: NotChecked, index: number) => {
    const other = before[index];
    return other?.code === each.code && other.uri === each.uri && other.reason === each.reason;
  };
  return now.length === before.length && now.every(same) ? before : now.slice();
}
