import type { ClientError, FailureKind } from '@otaplan/client';
import * as vscode from 'vscode';
import type { Log } from './log.ts';

/** What a person can do about an error: a button with its words, and what it runs. */
export interface Offer {
  readonly title: string;
  readonly command: string;
  readonly args?: readonly unknown[];
}

/** A picker was dismissed, a question answered with no: nothing is shown. */
export class Dismissed extends Error {
  override readonly name = 'Dismissed';
}

export type OperationErrorCode =
  | 'workspaceNotTrusted'
  | 'needsNode'
  | 'noConnection'
  | 'notSignedIn'
  | 'notOfSettings'
  | 'noPlanHere'
  | 'planHasErrors'
  | 'planNotDeployed'
  | 'noBase'
  | 'noRepository'
  | 'staleDocument'
  | 'localServerFailed'
  | 'localServerGone'
  | 'nodeTooOld'
  | 'nothingToDo'
  | 'languageServerSilent';

/** An operation that cannot be done, by name, with what to offer next. The message is for a person. */
export class OperationError extends Error {
  override readonly name = 'OperationError';
  readonly code: OperationErrorCode;
  readonly offers: readonly Offer[];
  constructor(code: OperationErrorCode, message: string, offers: readonly Offer[] = []) {
    super(message);
    this.code = code;
    this.offers = offers;
  }
}

/** What helps against a failure of the client. The compiler insists on an answer for every kind. */
function offersFor(kind: FailureKind): readonly Offer[] {
  const signIn = { title: vscode.l10n.t('Sign In'), command: 'otaplan.signIn' };
  const refresh = { title: vscode.l10n.t('Refresh'), command: 'otaplan.refreshMonitor' };
  const connection = { title: vscode.l10n.t('Switch Connection'), command: 'otaplan.switchConnection' };
  switch (kind) {
    case 'signInRefused':
    case 'notPermitted':
      return [signIn];
    case 'outcomeUnknown':
      return [refresh];
    case 'unreachable':
    case 'certificate':
    case 'notAnOtaplanServer':
    case 'redirected':
      return [connection];
    case 'problem':
    case 'cloudCode':
    case 'badReply':
    case 'busy':
    case 'timedOut':
    case 'file':
    case 'cancelled':
      return [];
  }
}

/** By its name and not by its class: the browser build has no client. */
export function isClientError(error: unknown): error is ClientError {
  return error instanceof Error && error.name === 'ClientError' && 'failure' in error;
}

/** Whether an error only says that somebody called it off. */
export function isCancellation(error: unknown): boolean {
  return (
    error instanceof Dismissed ||
    error instanceof vscode.CancellationError ||
    (isClientError(error) && error.kind === 'cancelled') ||
    (error instanceof Error && error.name === 'AbortError')
  );
}

/** The words of an error for a person, without secrets and without a stack. */
export function sayError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Runs an action where its errors end: logged with the component's name, told to the person unless they called it off. */
export type Boundary = <T>(component: string, action: () => Promise<T> | T) => Promise<T | undefined>;

/**
 * The one place where errors are shown. Features throw; they hold no try/catch for display.
 * The message is not awaited: a command is over when its work is.
 */
export function createBoundary(log: Log): Boundary {
  return async (component, action) => {
    try {
      return await action();
    } catch (error) {
      if (isCancellation(error)) return undefined;
      log.of(component).error(sayError(error), error);
      void show(error);
      return undefined;
    }
  };
}

async function show(error: unknown): Promise<void> {
  const known = error instanceof OperationError || isClientError(error);
  const offers: Offer[] =
    error instanceof OperationError ? [...error.offers] : isClientError(error) ? [...offersFor(error.kind)] : [];
  if (!known) offers.push({ title: vscode.l10n.t('Show Log'), command: 'otaplan.showExtensionLog' });
  const message = known
    ? sayError(error)
    : vscode.l10n.t('Otaplan met an error that it did not expect: {0}', sayError(error));
  const chosen = await vscode.window.showErrorMessage(message, ...offers.map((offer) => offer.title));
  const offer = offers.find((candidate) => candidate.title === chosen);
  if (offer) await vscode.commands.executeCommand(offer.command, ...(offer.args ?? []));
}
