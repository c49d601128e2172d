import { type ProblemName, problems } from '@otaplan/api';

/** Where in a request something is wrong, as a JSON pointer, and what to do about it. */
export interface PointedError {
  readonly pointer: string;
  readonly detail: string;
}

/**
 * A refusal that the caller is told as a problem document (RFC 9457). `detail` has the values at hand and what to do;
 * `members` are further members of the document that help to act on it (ids, counts), never secrets.
 */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: ProblemName;
  readonly errors: readonly PointedError[];
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    problem: ProblemName,
    detail: string,
    more: { errors?: readonly PointedError[]; members?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(detail);
    this.problem = problem;
    this.errors = more.errors ?? [];
    this.members = more.members ?? {};
  }

  get status(): number {
    return problems[this.problem].status;
  }
}
