import type { Finding } from '@otaplan/language';
import { type Diagnostic, DiagnosticSeverity, DiagnosticTag } from 'vscode-languageserver';
import type { Session } from './session.ts';

/** Milliseconds of work between two turns of the connection. */
const slice = 5;
/** Checks that cost more than this wait a little for the next keystroke. */
const costly = 12;

/** Milliseconds within which rules about all files are run at once with the others. */
const brief = 1;
const settlingPause = 120;
/** Milliseconds after a keystroke in which nothing but its own document is checked. */
const restPause = 60;

const severities = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
} as const;
const tags = { unnecessary: DiagnosticTag.Unnecessary, deprecated: DiagnosticTag.Deprecated } as const;

/**
 * Decides what is checked when, and says what was found. A document that was edited comes first and waits for nothing
 * else; everything that looked at it follows in slices, which stop when the next edit arrives. Findings are sent for open
 * documents, and for files that have some or had.
 */
export class Analysis {
  private readonly session: Session;
  private readonly edited = new Set<string>();
  /** What was sent last: as text, and for open documents as it was made. */
  private readonly shown = new Map<string, string | readonly Diagnostic[]>();
  /** A finding that stays is told by the same object, as long as it stays where it is. */
  private readonly told = new WeakMap<Finding, Diagnostic>();
  private scheduled = false;
  private callOff: (() => void) | undefined;
  private lastCost = 0;
  private lastSettling = 0;
  private callOffSettling: (() => void) | undefined;
  private callOffGoing: (() => void) | undefined;
  private changedPlans = new Set<string>();
  private calmTimer: (() => void) | undefined;
  /** While files are still being read, rules about all of them have to wait. */
  loading = true;
  /** Told, after a pause, which files may mean something else now. */
  whenCalm: (uris: readonly string[]) => void = () => undefined;

  constructor(session: Session) {
    this.session = session;
    session.canonical.whenFound = (uri) => this.publish(uri);
  }

  /** A document was opened or edited: check it before anything else. */
  touch(uri: string): void {
    this.edited.add(uri);
    if (this.scheduled) return;
    this.scheduled = true;
    this.callOff?.();
    if (this.lastCost > costly) {
      this.callOff = this.session.host.after(Math.min(this.lastCost / 2, 60), () => this.first());
    } else this.session.host.soon(() => this.first());
  }

  /** Something else changed; go on with whatever is to be checked. */
  goOn(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.session.host.soon(() => this.rest());
  }

  /** A document or file is gone: what was said of it is taken back. */
  gone(uri: string, clientUri: string): void {
    this.edited.delete(uri);
    if (!this.shown.delete(uri)) return;
    this.session.send(this.session.connection.sendDiagnostics({ uri: clientUri, diagnostics: [] }));
  }

  /** Goes on when typing stops for a moment: what else is to be checked has time until then. */
  private goOnLater(): void {
    this.callOffGoing?.();
    this.callOffGoing = this.session.host.after(restPause, () => this.goOn());
  }

  /** Checks everything now, for who cannot wait. */
  finish(): void {
    this.session.flush();
    const { checked } = this.session.project.checkSome(() => false);
    const touched = this.loading ? [] : this.session.project.settle();
    for (const uri of new Set([...checked, ...touched])) this.publish(uri);
  }

  private first(): void {
    const { session } = this;
    const { project, host } = session;
    this.scheduled = false;
    const began = host.ticks();
    session.flush();
    const edited = [...this.edited];
    this.edited.clear();
    for (const uri of edited) project.check(uri);
    const together = project.isQuiet && !this.loading && this.lastSettling < brief;
    const others = together ? this.settle() : new Set<string>();
    for (const uri of edited) this.publish(uri, true);
    for (const uri of others) if (!edited.includes(uri)) this.publish(uri);
    this.lastCost = host.ticks() - began;
    this.changed(edited);
    if (!together) this.goOnLater();
  }

  /** Runs the rules that look at all files together. */
  private settle(): Set<string> {
    const { project, host } = this.session;
    const began = host.ticks();
    const touched = project.settle();
    this.lastSettling = host.ticks() - began;
    return touched;
  }

  private rest(): void {
    const { project, host } = this.session;
    this.scheduled = false;
    if (this.edited.size > 0) {
      this.first();
      return;
    }
    if (this.loading) return;
    const until = host.ticks() + slice;
    const { quiet, checked } = project.checkSome(() => host.ticks() >= until);
    for (const uri of new Set(checked)) this.publish(uri);
    this.changed(checked);
    if (!quiet) this.goOn();
    else if (this.lastSettling < brief) for (const uri of this.settle()) this.publish(uri);
    else {
      // Looking at all files together takes a while: it waits until the typing stops for a moment.
      this.callOffSettling?.();
      this.callOffSettling = host.after(settlingPause, () => {
        if (!project.isQuiet || this.loading) return;
        for (const uri of this.settle()) this.publish(uri);
      });
    }
  }

  private publish(uri: string, always = false): void {
    const { session } = this;
    const open = session.documents.get(uri);
    const found = session.findings(uri);
    if (!open && found.length === 0 && !this.shown.has(uri)) return;
    const diagnostics = found.map((finding) => this.diagnostic(finding));
    if (!always && same(this.shown.get(uri) ?? [], diagnostics)) return;
    if (open) this.shown.set(uri, diagnostics);
    else if (diagnostics.length === 0) this.shown.delete(uri);
    else this.shown.set(uri, JSON.stringify(diagnostics));
    const version = open ? { version: open.text.version } : {};
    session.send(session.connection.sendDiagnostics({ uri: session.clientUri(uri), ...version, diagnostics }));
  }

  /** A finding as LSP tells it. */
  diagnostic(finding: Finding): Diagnostic {
    const known = this.told.get(finding);
    if (known) return known;
    const made = this.tell(finding);
    this.told.set(finding, made);
    return made;
  }

  private tell(finding: Finding): Diagnostic {
    const { session } = this;
    const { rulesUrl } = session.options;
    return {
      range: finding.range,
      severity: severities[finding.severity],
      code: finding.code,
      ...(rulesUrl === undefined ? {} : { codeDescription: { href: `${rulesUrl}#${finding.code.toLowerCase()}` } }),
      source: 'otaplan',
      message: finding.message,
      ...(finding.tags.length === 0 ? {} : { tags: finding.tags.map((tag) => tags[tag]) }),
      ...(finding.related.length === 0
        ? {}
        : {
            relatedInformation: finding.related.map(({ uri, range, message }) => ({
              location: { uri: session.clientUri(uri), range },
              message,
            })),
          }),
    };
  }

  private changed(uris: readonly string[]): void {
    for (const uri of uris) this.changedPlans.add(uri);
    if (this.changedPlans.size === 0) return;
    this.calmTimer?.();
    this.calmTimer = this.session.host.after(400, () => {
      const calm = [...this.changedPlans];
      this.changedPlans.clear();
      this.whenCalm(calm);
    });
  }
}

/** Whether diagnostics are those that were sent. */
function same(sent: string | readonly Diagnostic[], now: readonly Diagnostic[]): boolean {
  if (typeof sent === 'string') return sent === JSON.stringify(now);
  if (sent.length !== now.length) return false;
  return sent.every((each, index) => each === now[index]) || JSON.stringify(sent) === JSON.stringify(now);
}
