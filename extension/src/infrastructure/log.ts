import * as vscode from 'vscode';
import { withoutSecrets } from './secrets.ts';

/** A component's own lines in the extension's log. */
export interface ComponentLog {
  info(message: string): void;
  warn(message: string): void;
  debug(message: string): void;
  /** A known error is logged by its words; of an unexpected one the stack too. */
  error(message: string, error?: unknown): void;
}

export interface Log extends vscode.Disposable {
  /** Lines of a component: each begins with its name. */
  of(component: string): ComponentLog;
  show(): void;
}

/** The extension's log: one LogOutputChannel, to which every line comes without secrets and on one line. */
export function createLog(): Log {
  const channel = vscode.window.createOutputChannel('Otaplan', { log: true });
  const line = (component: string, text: string) =>
    `${component}: ${withoutSecrets(text).replace(/[\r\n]+\s*/g, ' ⏎ ')}`;
  return {
    of: (component) => ({
      info: (message) => channel.info(line(component, message)),
      warn: (message) => channel.warn(line(component, message)),
      debug: (message) => channel.debug(line(component, message)),
      error: (message, error) => {
        channel.error(line(component, message));
        if (error instanceof Error && error.name === 'Error' && error.stack)
          channel.debug(line(component, error.stack));
      },
    }),
    show: () => channel.show(true),
    dispose: () => channel.dispose(),
  };
}
