import * as vscode from 'vscode';

/** Read-only documents that are made here and not on disk: plans in canonical text, previews. */
export interface Documents extends vscode.Disposable {
  /** Keeps a text under an address, and tells whoever shows it. */
  put(path: string, text: string): vscode.Uri;
}

const scheme = 'otaplan-text';
/**
 * So many are kept, also when VS Code closed them: a preview beside the editor reads its document again whenever it comes into sight,
 * and closes it in between.
 */
const most = 24;

export function createDocuments(): Documents {
  const texts = new Map<string, string>();
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const registered = vscode.Disposable.from(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: (uri) => texts.get(uri.toString()) ?? '',
    }),
  );
  return {
    put(path, text) {
      const uri = vscode.Uri.from({ scheme, path: `/${path}` });
      // the youngest last
      texts.delete(uri.toString());
      texts.set(uri.toString(), text);
      for (const oldest of texts.keys()) {
        if (texts.size <= most) break;
        texts.delete(oldest);
      }
      changed.fire(uri);
      return uri;
    },
    dispose: () => registered.dispose(),
  };
}

/** A name as one segment of a path. */
export function segment(name: string): string {
  return name.replace(/[/\\?#\p{Cc}]/gu, '-');
}

/** Text that came from outside, as Markdown that shows it as it is. */
export function plainMarkdown(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[\\`*_{}[\]()#+\-.!|<>~&:@]/g, '\\$&');
}
