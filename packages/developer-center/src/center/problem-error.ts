import { type ProblemName, problems } from '@otaplan/api';

/** One place in a request that is at fault: a JSON pointer into the body, and what to do about it. */
export interface FieldProblem {
  readonly pointer: string;
  readonly detail: string;
}

/** A refusal that the caller is told as a problem document (RFC 9457). It carries no stack to the outside. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: ProblemName;
  readonly detail: string;
  readonly errors: readonly FieldProblem[];

  constructor(problem: ProblemName, detail: string = problems[problem].title, errors: readonly FieldProblem[] = []) {
    super(detail);
    this.problem = problem;
    this.detail = detail;
    this.errors = errors;
  }
}
