import { canonicalSteps, type Finding } from '@otaplan/language';
import type { Session } from './session.ts';

/** Milliseconds after a document was opened or saved; formatting on save is through by then. */
const pause = 300;
const slice = 5;

/**
 * Says of documents as they were opened or saved whether they are in canonical format (SYN012). Not while typing: at the
 * next edit what was said is taken back until the document is saved again.
 */
export class CanonicalForm {
  private readonly session: Session;
  private readonly said = new Map<string, { readonly version: number; readonly finding: Finding }>();
  private readonly waiting = new Map<string, () => void>();
  /** Told of a document of which something else is to be said now. */
  whenFound: (uri: string) => void = () => undefined;

  constructor(session: Session) {
    this.session = session;
  }

  /** Looks at a document soon, unless it changes before. */
  look(uri: string): void {
    const document = this.session.documents.get(uri);
    if (!document) return;
    const { version } = document.text;
    this.waiting.get(uri)?.();
    this.waiting.set(
      uri,
      this.session.host.after(pause, () => {
        this.waiting.delete(uri);
        const file = this.session.source(uri)?.file;
        if (file && this.isAt(uri, version)) this.goOn(uri, version, canonicalSteps(file));
      }),
    );
  }

  /** What is said of a document as it is now. */
  finding(uri: string): Finding | undefined {
    const said = this.said.get(uri);
    return said && this.isAt(uri, said.version) ? said.finding : undefined;
  }

  closed(uri: string): void {
    this.waiting.get(uri)?.();
    this.waiting.delete(uri);
    this.said.delete(uri);
  }

  private goOn(uri: string, version: number, steps: ReturnType<typeof canonicalSteps>): void {
    const { host } = this.session;
    const until = host.ticks() + slice;
    while (this.isAt(uri, version)) {
      const step = steps.next();
      if (step.done) {
        if (step.value) this.said.set(uri, { version, finding: step.value });
        else this.said.delete(uri);
        this.whenFound(uri);
        return;
      }
      if (host.ticks() < until) continue;
      host.soon(() => this.goOn(uri, version, steps));
      return;
    }
  }

  private isAt(uri: string, version: number): boolean {
    return this.session.documents.get(uri)?.text.version === version;
  }
}
