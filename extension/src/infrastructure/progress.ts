import type { Ambient } from '@otaplan/client';
import * as vscode from 'vscode';

/** Says how far work has come; `share` is its whole from 0 to 1, where it is known. */
export type Report = (words: string, share?: number) => void;

/** Progress of work shorter than this is never shown. */
const quietMilliseconds = 1000;

/**
 * Runs work that can be cancelled. A notification with *Cancel* appears only after a second of real work.
 * @param ambient gives the timer
 * @param title what is being done, with its object
 */
export async function withProgress<T>(
  ambient: Ambient,
  title: string,
  work: (report: Report, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  let words = '';
  let share = 0;
  let show: (() => void) | undefined;
  const done = work((text, at) => {
    words = text;
    share = at ?? share;
    show?.();
  }, abort.signal);
  const callOff = ambient.after(quietMilliseconds, () => {
    void vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      async (progress, cancellation) => {
        cancellation.onCancellationRequested(() => abort.abort(new vscode.CancellationError()));
        let shown = 0;
        show = () => {
          progress.report({ message: words, increment: Math.max(0, share - shown) * 100 });
          shown = Math.max(shown, share);
        };
        show();
        await done.then(undefined, () => undefined);
      },
    );
  });
  try {
    return await done;
  } finally {
    callOff();
  }
}
