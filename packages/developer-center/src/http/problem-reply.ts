import { cloudCodes, type ProblemDocument, type ProblemName, problemPage, problems, problemType } from '@otaplan/api';
import { ProblemError } from '../center/problem-error.ts';
import { FilesUnavailable } from '../packages/kept-files.ts';
import { StoreError } from '../store/store-error.ts';

/** A code of the envelope. */
export type CloudCode = (typeof cloudCodes)[keyof typeof cloudCodes];

/** A refusal of the published cloud API: HTTP 200 with a code in the envelope that is not 200. */
export class CloudError extends Error {
  override readonly name = 'CloudError';
  readonly code: CloudCode;

  constructor(code: CloudCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Any failure as a problem. What is not one of ours stays inside: the caller learns that it failed, never how. */
export function asProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (isStorageFull(error))
    return new ProblemError('storage-full', 'The disk of Developer Center is full. Free some room and try again.');
  if (error instanceof StoreError && (error.failure === 'readOnly' || error.failure === 'closed'))
    return new ProblemError('unavailable', 'The store of Developer Center cannot be written now.');
  if (error instanceof FilesUnavailable)
    return new ProblemError('unavailable', 'The store of package files cannot be used now.');
  if (error instanceof StoreError && error.failure === 'unreachable')
    return new ProblemError('unavailable', 'The database of Developer Center cannot be reached now.');
  return new ProblemError('internal', 'Developer Center failed. Its log says more, under the same instance.');
}

/** Whether a failure says that the disk is full: from the file system, or from the store. */
export function isStorageFull(error: unknown): boolean {
  if (error instanceof StoreError) return error.failure === 'full';
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

/** The problem document of a failure. */
export function problemDocument(error: ProblemError, instance: string): ProblemDocument {
  return {
    type: problemType(error.problem),
    title: problems[error.problem].title,
    status: problems[error.problem].status,
    detail: error.message,
    instance,
    ...(error.errors.length > 0 ? { errors: error.errors.map((one) => ({ ...one })) } : {}),
  };
}

/** The problem document as a response. */
export function problemReply(error: ProblemError, instance: string, headers: Headers, status?: number): Response {
  const reply = new Headers(headers);
  reply.set('Content-Type', 'application/problem+json');
  reply.set('Link', `<${problemPage(error.problem)}>; rel="help"`);
  return new Response(JSON.stringify(problemDocument(error, instance)), {
    status: status ?? problems[error.problem].status,
    headers: reply,
  });
}

const cloudCodeOf: Partial<Record<ProblemName, CloudCode>> = {
  'invalid-request': cloudCodes.parameterInvalid,
  'not-signed-in': cloudCodes.tokenWrong,
  'not-permitted': cloudCodes.notPermitted,
  'not-found': cloudCodes.notFound,
  'product-unknown': cloudCodes.productUnknown,
};

/**
 * A failure in the envelope of the published cloud API. Overload and failures keep their HTTP status as well.
 * @param hasToken whether the request came with a token: none and a wrong one have two codes
 */
export function cloudReply(error: unknown, headers: Headers, hasToken: boolean): Response {
  const problem = error instanceof CloudError ? null : asProblem(error);
  const code =
    error instanceof CloudError
      ? error.code
      : problem?.problem === 'not-signed-in' && !hasToken
        ? cloudCodes.tokenMissing
        : ((problem && cloudCodeOf[problem.problem]) ?? cloudCodes.serviceException);
  const msg = error instanceof CloudError ? error.message : describe(problem);
  const kept = problem ? problems[problem.problem].status : 200;
  const status = kept >= 500 || kept === 429 ? kept : 200;
  const reply = new Headers(headers);
  reply.set('Content-Type', 'application/json');
  return new Response(JSON.stringify({ code, msg }), { status, headers: reply });
}

function describe(problem: ProblemError | null): string {
  const first = problem?.errors[0];
  if (!problem) return '';
  return first ? `${problem.message} ${first.pointer}: ${first.detail}` : problem.message;
}
