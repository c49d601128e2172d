import type { NotChecked } from '../findings.ts';
import * as ast from '../generated/ast.ts';
import type { Block } from '../syntax/source.ts';
import type { StoredFinding } from './stored.ts';
import type { Reader } from './tracker.ts';

/** What the rules said of one block (or, without a block, of a file as a whole), and which facts they looked at. */
export class Entry implements Reader {
  readonly facts = new Set<string>();
  readonly uri: string;
  readonly block: Block | undefined;
  findings: readonly StoredFinding[] = [];
  notChecked: readonly NotChecked[] = [];
  /** Blocks of other declarations in which its findings have places. */
  mentions: readonly Block[] = [];
  /** Warnings that its plans accept, with where each plan stands in the block; only when there are any. */
  allowances: readonly Allowance[] = [];
  /** What the rules about `allow` said, and of which counts they said it. */
  allowFindings: readonly StoredFinding[] = [];
  allowState = '';

  constructor(uri: string, block: Block | undefined) {
    this.uri = uri;
    this.block = block;
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
export function allowancesOf(block: Block, place: (node: ast.Plan) => { start: number; end: number }): Allowance[] {
  return block.declarations.filter(ast.isPlan).flatMap((plan) => {
    const statements = plan.statements.filter(ast.isAllow);
    return statements.length === 0 ? [] : [{ plan, statements, ...place(plan) }];
  });
}
