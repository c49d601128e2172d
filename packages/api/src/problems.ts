import * as z from 'zod';

/**
 * Every problem that the OTA management API answers with, by its stable name. The `type` of a problem document
 * (RFC 9457) is `urn:otaplan:problem:<name>`; `title` never changes, `detail` has the values at hand, `help` says what to do. Every
 * reply links to a page about its type, {@link problemPage}, which the service serves.
 */
export const problems = {
  'invalid-request': {
    status: 400,
    title: 'The request is not well-formed.',
    help: 'Put right what `errors` points at: JSON pointers into the body, `/query/…` or `/path/…`.',
  },
  'not-signed-in': {
    status: 401,
    title: 'The access token is missing, wrong or over.',
    help: 'Log in again and repeat the request with the new access token.',
  },
  'not-permitted': {
    status: 403,
    title: 'This access key may not do that.',
    help: 'Use an access key with the role that the detail names. A wrong `Host`, or a page of another site, is refused with this type as well.',
  },
  'not-found': {
    status: 404,
    title: 'There is no such thing here.',
    help: 'Check the id. What belongs to another account is not found either.',
  },
  'product-unknown': {
    status: 422,
    title: 'The product is not known or not permitted.',
    help: 'Register the product first, or check its key.',
  },
  'name-taken': {
    status: 409,
    title: 'The name is taken in this account.',
    help: 'Choose another name. Names are compared without regard to case and width.',
  },
  'package-exists': {
    status: 409,
    title: 'A package of this component type, target and source version exists.',
    help: 'Use the package that the detail names: content of a version never changes.',
  },
  'package-incomplete': {
    status: 409,
    title: 'The package still lacks files.',
    help: 'Upload the files that are declared and not here yet.',
  },
  'package-in-use': {
    status: 409,
    title: 'An activated plan uses the package.',
    help: 'Wait until the plan is over, or terminate it.',
  },
  'package-missing': {
    status: 422,
    title: 'A package that the plan needs is not at Developer Center.',
    help: 'Upload the package; `otaplan deploy` does it.',
  },
  'digest-mismatch': {
    status: 422,
    title: 'The content is not what was declared.',
    help: 'The bytes are not those that were declared. Build once, declare and upload the same file.',
  },
  'plan-invalid': {
    status: 422,
    title: 'The plan breaks a rule of Developer Center.',
    help: 'Put right what `errors` points at. `otaplan check` finds the same before anything is sent.',
  },
  'plan-frozen': {
    status: 409,
    title: 'An activated plan cannot be changed.',
    help: 'Save a new plan; activation froze this one.',
  },
  'wrong-status': {
    status: 409,
    title: 'The plan’s status does not allow this.',
    help: 'Read the plan: what may be done depends on its status.',
  },
  'period-over': {
    status: 409,
    title: 'The effective period is over.',
    help: 'Save a plan with an end in the future.',
  },
  'no-devices': {
    status: 409,
    title: 'The plan has no devices.',
    help: 'Register the devices, or widen the plan’s targets.',
  },
  'plan-conflict': {
    status: 409,
    title: 'Another activated plan wants the same components of the same devices.',
    help: 'End the plan that the detail names, or take its devices or components out of this one.',
  },
  'last-owner': {
    status: 409,
    title: 'An account keeps an owner key that does not expire.',
    help: 'Make another owner key first, or rotate this one.',
  },
  'first-account': {
    status: 409,
    title: 'The first account cannot be closed.',
    help: 'It opens and closes the others. Revoke its access keys instead, all but one of an owner.',
  },
  'account-open': {
    status: 409,
    title: 'The account is open.',
    help: 'Close it first. Then make sure that nobody misses it, and delete it.',
  },
  'key-replaced': {
    status: 409,
    title: 'The access key was replaced already.',
    help: 'Rotate the key that took its place.',
  },
  'retry-refused': {
    status: 409,
    title: 'The plan cannot be retried.',
    help: 'The detail says why. A manual plan is retried by its end user alone.',
  },
  stale: {
    status: 412,
    title: 'It was changed since it was read.',
    help: 'Read it again, and decide anew with what it is now.',
  },
  'precondition-missing': {
    status: 428,
    title: 'This edit needs If-Match.',
    help: 'Send the ETag that you read as `If-Match`.',
  },
  'key-reused': {
    status: 422,
    title: 'The Idempotency-Key was used for another request.',
    help: 'Make a new Idempotency-Key for every new request.',
  },
  'key-in-progress': {
    status: 409,
    title: 'The first request with this Idempotency-Key is still under way.',
    help: 'Repeat the same request in a moment; it is answered when the first is done.',
  },
  'too-large': {
    status: 413,
    title: 'The body is larger than allowed.',
    help: 'Send less at once: lists in parts, reports in smaller arrays.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests.',
    help: 'Wait as long as `Retry-After` says.',
  },
  unavailable: {
    status: 503,
    title: 'Developer Center cannot answer now.',
    help: 'Repeat the request after what `Retry-After` says. It is safe with the same Idempotency-Key.',
  },
  'storage-full': {
    status: 507,
    title: 'Developer Center has no room left.',
    help: 'Free some room where Developer Center keeps its data. What was acknowledged is kept.',
  },
  internal: {
    status: 500,
    title: 'Developer Center failed; nothing was changed.',
    help: 'Look for the `instance` in the log of Developer Center.',
  },
} as const satisfies Record<string, { status: number; title: string; help: string }>;
export type ProblemName = keyof typeof problems;
export const problemNames = Object.keys(problems) as ProblemName[];

const prefix = 'urn:otaplan:problem:';

/** The `type` of a problem. */
export function problemType(name: ProblemName): string {
  return prefix + name;
}

/** Path of the page about a problem's type. */
export function problemPage(name: string): string {
  return `/ota/v1/problems/${name}`;
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
