import { z } from 'zod';

/**
 * Every problem that the OTA management API answers with, by its stable name. The `type` of a problem document
 * (RFC 9457) is `urn:otaplan:problem:<name>`; `title` never changes, `detail` has the values at hand.
 */
export const problems = {
  'invalid-request': { status: 400, title: 'The request is not well-formed.' },
  'not-signed-in': { status: 401, title: 'The access token is missing, wrong or over.' },
  'not-permitted': { status: 403, title: 'This access key may not do that.' },
  'not-found': { status: 404, title: 'There is no such thing here.' },
  'product-unknown': { status: 422, title: 'The product is not known or not permitted.' },
  'name-taken': { status: 409, title: 'The name is taken in this account.' },
  'package-exists': { status: 409, title: 'A package of this component type, target and source version exists.' },
  'package-incomplete': { status: 409, title: 'The package still lacks files.' },
  'package-in-use': { status: 409, title: 'An activated plan uses the package.' },
  'package-missing': { status: 422, title: 'A package that the plan needs is not at Developer Center.' },
  'digest-mismatch': { status: 422, title: 'The content is not what was declared.' },
  'plan-invalid': { status: 422, title: 'The plan breaks a rule of Developer Center.' },
  'plan-frozen': { status: 409, title: 'An activated plan cannot be changed.' },
  'wrong-status': { status: 409, title: 'The plan’s status does not allow this.' },
  'period-over': { status: 409, title: 'The effective period is over.' },
  'no-devices': { status: 409, title: 'The plan has no devices.' },
  'plan-conflict': { status: 409, title: 'Another activated plan wants the same components of the same devices.' },
  'last-owner': { status: 409, title: 'An account keeps an owner key that does not expire.' },
  'key-replaced': { status: 409, title: 'The access key was replaced already.' },
  'retry-refused': { status: 409, title: 'The plan cannot be retried.' },
  stale: { status: 412, title: 'It was changed since it was read.' },
  'precondition-missing': { status: 428, title: 'This edit needs If-Match.' },
  'key-reused': { status: 422, title: 'The Idempotency-Key was used for another request.' },
  'key-in-progress': { status: 409, title: 'The first request with this Idempotency-Key is still under way.' },
  'too-large': { status: 413, title: 'The body is larger than allowed.' },
  'too-many-requests': { status: 429, title: 'Too many requests.' },
  unavailable: { status: 503, title: 'Developer Center cannot answer now.' },
  'storage-full': { status: 507, title: 'Developer Center has no room left.' },
  internal: { status: 500, title: 'Developer Center failed; nothing was changed.' },
} as const satisfies Record<string, { status: number; title: string }>;
export type ProblemName = keyof typeof problems;

const prefix = 'urn:otaplan:problem:';

/** The `type` of a problem. */
export function problemType(name: ProblemName): string {
  return prefix + name;
}

/** The name in a problem's `type`, or `null` when it is not one of ours. */
export function problemName(type: string): ProblemName | null {
  const name = type.startsWith(prefix) ? type.slice(prefix.length) : '';
  return Object.hasOwn(problems, name) ? (name as ProblemName) : null;
}

/** A problem document (RFC 9457). Members beyond the standard's help to act on it. */
export const ProblemDocument = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    instance: z.string().optional(),
    /** Where in the request, as JSON pointers, with what to do. */
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });
export type ProblemDocument = z.infer<typeof ProblemDocument>;
