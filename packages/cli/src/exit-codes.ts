import type { Failure } from '@otaplan/client';
import { type ExitCode, exits } from './io.ts';

/** The exit code that a failure of a call ends with. */
export function exitOf(failure: Failure): ExitCode {
  switch (failure.kind) {
    case 'unreachable':
    case 'certificate':
    case 'signInRefused':
    case 'notAnOtaplanServer':
    case 'redirected':
    case 'badReply':
    case 'busy':
    case 'timedOut':
      return exits.unreachable;
    case 'notPermitted':
    case 'problem':
    case 'cloudCode':
      return exits.no;
    case 'file':
      return exits.usage;
    case 'outcomeUnknown':
      return exits.unknown;
    case 'cancelled':
      return exits.interrupted;
  }
}
