import type { Finding } from '@otaplan/language';
import { type Diagnostic, DiagnosticSeverity, DiagnosticTag } from 'vscode-languageserver';
import { Pause } from './pause.ts';
import type { Session } from './session.ts';

/** Milliseconds of work between two turns of the connection. */
const slice = 5;
/** Checks that cost more than this wait a little for the next keystroke. */
const costly = 12;
/** Milliseconds after which a file of which not everything is checked yet is told a first time; each time twice as many. */
const firstShare = 50;
/** Milliseconds after typing until features of the editor look again. */
const calmPause = 400;
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
  /** A finding that stays is told by the same object, as long as it stays where it is; so is a list. */
  private readonly told = new WeakMap<Finding, Diagnostic>();
  private readonly toldLists = new WeakMap<readonly Finding[], Diagnostic[]>();
  private scheduled = false;
  private callOff: (() => void) | undefined;
  private lastCost = 0;
  private lastSettling = 0;
  /** Whether everything was checked once. */
  private wasThrough = false;
  private readonly going: Pause;
  private readonly settling: Pause;
  private readonly calm: Pause;
  private changedPlans = new Set<string>();
  /** When an unfinished file is told next, and after how long again. */
  private nextShare = { at: 0, pause: firstShare };
  /** While files are still being read, rules about all of them have to wait. */
  loading = true;
  /** Told, after a pause, which files may mean something else now. */
  whenCalm: (uris: readonly string[]) => void = () => undefined;

  constructor(session: Session) {
    this.session = session;
    session.canonical.whenFound = (uri) => this.publish(uri);
    this.going = new Pause(session.host, () => this.goOn());
    this.settling = new Pause(session.host, () => {
      if (!session.project.isQuiet) this.goOn();
      else if (!this.loading) for (const uri of this.settle()) this.publish(uri);
    });
    this.calm = new Pause(session.host, () => {
      const calm = [...this.changedPlans];
      this.changedPlans.clear();
      this.whenCalm(calm);
    });
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

  /**
   * A file was read, and others are to come. It is checked before them where it can be: it takes much less memory then,
   * and what was found in it is told early.
   */
  read(uri: string): void {
    const { project, host } = this.session;
    const until = host.ticks() + slice;
    if (!project.checkNew(uri, () => host.ticks() >= until)) return;
    this.publish(uri);
    this.changed([uri]);
  }

  /** A document or file is gone: what was said of it is taken back. */
  gone(uri: string, clientUri: string): void {
    this.edited.delete(uri);
    if (!this.shown.delete(uri)) return;
    this.session.send(this.session.connection.sendDiagnostics({ uri: clientUri, diagnostics: [] }));
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
    if (together) return;
    // When typing stops for a moment: what else is to be checked has time until then.
    if (project.isQuiet) this.settling.begin(restPause + settlingPause);
    else this.going.begin(restPause);
  }

  /** Runs the rules that look at all files together. */
  private settle(): Set<string> {
    const { project, host } = this.session;
    const began = host.ticks();
    const touched = project.settle();
    this.lastSettling = host.ticks() - began;
    if (!this.wasThrough) host.opened?.();
    this.wasThrough = true;
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
    const unfinished = quiet ? undefined : checked.at(-1);
    for (const uri of new Set(checked)) if (uri !== unfinished || this.shareIsDue()) this.publish(uri);
    this.changed(checked);
    if (!quiet) {
      this.goOn();
      return;
    }
    this.nextShare = { at: 0, pause: firstShare };
    if (this.lastSettling < brief) for (const uri of this.settle()) this.publish(uri);
    // Looking at all files together takes a while: it waits until the typing stops for a moment.
    else this.settling.begin(settlingPause);
  }

  /**
   * Whether it is time to tell what is known of a file so far. All of it is sent every time, so the pauses grow: the
   * thousands of findings of a large file are sent a few times rather than some hundred.
   */
  private shareIsDue(): boolean {
    const now = this.session.host.ticks();
    const { at, pause } = this.nextShare;
    if (at === 0) this.nextShare = { at: now + pause, pause };
    if (at === 0 || now < at) return false;
    this.nextShare = { at: now + 2 * pause, pause: 2 * pause };
    return true;
  }

  private publish(uri: string, always = false): void {
    const { session } = this;
    const open = session.documents.get(uri);
    const found = session.findings(uri);
    if (!open && found.length === 0 && !this.shown.has(uri)) return;
    const diagnostics = this.diagnostics(found);
    if (!always && same(this.shown.get(uri) ?? [], diagnostics)) return;
    if (open) this.shown.set(uri, diagnostics);
    else if (diagnostics.length === 0) this.shown.delete(uri);
    else this.shown.set(uri, JSON.stringify(diagnostics));
    const version = open ? { version: open.text.version } : {};
    session.send(session.connection.sendDiagnostics({ uri: session.clientUri(uri), ...version, diagnostics }));
    if (!open) session.project.rest(uri);
  }

  private diagnostics(found: readonly Finding[]): Diagnostic[] {
    const known = this.toldLists.get(found);
    if (known) return known;
    const made = found.map((finding) => this.diagnostic(finding));
    this.toldLists.set(found, made);
    return made;
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
    if (this.changedPlans.size > 0) this.calm.begin(calmPause);
  }
}

/** Whether diagnostics are those that were sent. */
function same(sent: string | readonly Diagnostic[], now: readonly Diagnostic[]): boolean {
  if (typeof sent === 'string') return sent === JSON.stringify(now);
  if (sent === now) return true;
  return (
    sent.length === now.length &&
    sent.every((each, index) => each === now[index] || JSON.stringify(each) === JSON.stringify(now[index]))
  );
}
