import type { ProblemDocument, ProblemName } from '@otaplan/api';

/** Why a call did not do what it should, by name. `server` is the origin that was called, without secrets. */
export type Failure =
  /** Nothing was sent: the name is not known, nothing listens, no route. */
  | { readonly kind: 'unreachable'; readonly server: string; readonly cause: string }
  /** The server's certificate cannot be trusted; nothing was sent. */
  | { readonly kind: 'certificate'; readonly server: string; readonly cause: string }
  | { readonly kind: 'signInRefused'; readonly server: string; readonly code: number; readonly detail: string }
  | { readonly kind: 'notPermitted'; readonly server: string; readonly detail: string }
  | {
      readonly kind: 'problem';
      readonly server: string;
      /** `null`: a problem that this client does not know. */
      readonly name: ProblemName | null;
      readonly document: ProblemDocument;
    }
  /** An error code in the envelope of the published cloud API. */
  | { readonly kind: 'cloudCode'; readonly server: string; readonly code: number; readonly detail: string }
  /** The server does not have the OTA management API. */
  | { readonly kind: 'notAnOtaplanServer'; readonly server: string }
  | { readonly kind: 'redirected'; readonly server: string; readonly to: string }
  | { readonly kind: 'badReply'; readonly server: string; readonly call: string; readonly detail: string }
  | { readonly kind: 'busy'; readonly server: string; readonly status: number; readonly retryAt: number | null }
  | { readonly kind: 'timedOut'; readonly server: string; readonly call: string; readonly seconds: number }
  /** Sent, and no answer: it may have been done or not. */
  | { readonly kind: 'outcomeUnknown'; readonly server: string; readonly call: string; readonly cause: string }
  | { readonly kind: 'file'; readonly path: string; readonly detail: string }
  | { readonly kind: 'cancelled' };

export type FailureKind = Failure['kind'];

/** The one error that the client throws; `failure` says which it is. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(sayFailure(failure));
    this.failure = failure;
  }
  get kind(): FailureKind {
    return this.failure.kind;
  }
}

/** Whether an error is the problem of a certain name. */
export function isProblem(error: unknown, name: ProblemName): boolean {
  return error instanceof ClientError && error.failure.kind === 'problem' && error.failure.name === name;
}

/** Whether an error is a failure of a certain kind. */
export function isFailure(error: unknown, kind: FailureKind): boolean {
  return error instanceof ClientError && error.kind === kind;
}

/** What happened, where, and what to do, in one or two sentences. Holds no secret. */
export function sayFailure(failure: Failure): string {
  switch (failure.kind) {
    case 'unreachable':
      return `${failure.server} cannot be reached (${failure.cause}). Check the address, the network and the proxy.`;
    case 'certificate':
      return `The certificate of ${failure.server} is not trusted (${failure.cause}). Check the address, or name your own authority in NODE_EXTRA_CA_CERTS.`;
    case 'signInRefused':
      return `${failure.server} refused the access key (${failure.code}: ${failure.detail}). Check the access key and its secret.`;
    case 'notPermitted':
      return `This access key may not do that at ${failure.server}: ${failure.detail}`;
    case 'problem':
      return sayProblem(failure.document);
    case 'cloudCode':
      return `${failure.server} answered with code ${failure.code}: ${failure.detail}`;
    case 'notAnOtaplanServer':
      return `${failure.server} does not manage upgrade plans (it has no /ota/v1). Use the address of a Developer Center that does, such as one started with “otaplan server”.`;
    case 'redirected':
      return `${failure.server} sends to ${failure.to}. The access token does not follow to another address; use that one if you trust it.`;
    case 'badReply':
      return `${failure.server} gave an answer to ${failure.call} that cannot be used: ${failure.detail} Check that the address is that of Developer Center.`;
    case 'busy':
      return `${failure.server} is too busy to answer (${failure.status}). ${
        failure.retryAt === null
          ? 'Try again later.'
          : `Try again after ${new Date(failure.retryAt).toISOString().replace(/\.\d+Z/, 'Z')}.`
      }`;
    case 'timedOut':
      return `${failure.server} did not answer ${failure.call} within ${failure.seconds} s. Try again, or check the network.`;
    case 'outcomeUnknown':
      return `It is not known whether ${failure.call} was done at ${failure.server} (${failure.cause}). Look at its status before you repeat it.`;
    case 'file':
      return `${failure.path} cannot be uploaded: ${failure.detail}`;
    case 'cancelled':
      return 'Cancelled.';
  }
}

function sayProblem(document: ProblemDocument): string {
  const details = document.errors?.map((error) => error.detail).filter((text) => text !== document.detail) ?? [];
  return [document.title, document.detail, ...details.slice(0, 5)].filter(Boolean).join(' ');
}
