import type { Analysis } from './analysis.ts';
import type { Session } from './session.ts';
import { folderOf, isBelow } from './uris.ts';

/** Milliseconds of reading and parsing between two turns of the connection. */
const slice = 8;
const atOnce = 32;

/**
 * Brings the files of the opened folders in, and keeps up with what happens to them on disk. What an open document
 * imports comes first; the rest follows in slices.
 */
export class Loading {
  private readonly session: Session;
  private readonly analysis: Analysis;
  private round = 0;

  constructor(session: Session, analysis: Analysis) {
    this.session = session;
    this.analysis = analysis;
  }

  /** Reads all folders; again when they changed. */
  async folders(): Promise<void> {
    const { session, analysis } = this;
    this.round++;
    const { round } = this;
    analysis.loading = true;
    this.dropOutside();
    try {
      for (const folder of session.files.folders) {
        const found = await session.host.findFiles(folder);
        await this.readAll(
          found.filter((uri) => !session.project.file(uri)),
          () => round === this.round,
        );
      }
    } finally {
      if (round === this.round) {
        analysis.loading = false;
        analysis.goOn();
        session.refresh();
      }
    }
  }

  /** An open document may lie outside of all folders, and may import what was not read yet. */
  async importsOf(uri: string): Promise<void> {
    const { session } = this;
    this.countLoose();
    const file = session.project.file(uri);
    if (!file) return;
    const missing = session.project.workspace
      .imports(file)
      .filter((each) => !each.file && session.files.isInside(each.uri));
    if (missing.length > 0) await this.readAll([...new Set(missing.map((each) => each.uri))]);
  }

  /** A file or folder came or changed on disk. */
  async appeared(uri: string): Promise<void> {
    const { session } = this;
    this.stale(uri);
    if (uri.endsWith('.otaplan')) await this.read(uri, () => true);
    else if (!/\.[A-Za-z0-9_]+$/.test(uri)) await this.readAll(await session.host.findFiles(uri));
    this.analysis.goOn();
  }

  /** A file or folder is gone from disk. Open documents live on. */
  disappeared(uri: string): void {
    const { session, analysis } = this;
    this.stale(uri);
    for (const each of [...session.project.uris]) {
      if ((each === uri || isBelow(each, uri)) && !session.documents.get(each)) {
        session.project.remove(each);
        analysis.gone(each, session.clientUri(each));
      }
    }
    analysis.goOn();
  }

  /** A document was closed: from now on the file says what it holds. */
  async closed(uri: string, clientUri: string): Promise<void> {
    const { session, analysis } = this;
    this.countLoose();
    const inFolder = session.files.folders.some((folder) => isBelow(uri, folder));
    const answer = inFolder ? await session.host.readText(uri, session.files.folders) : undefined;
    if (session.documents.get(uri)) return;
    if (answer?.kind === 'good') session.project.set(uri, answer.value);
    else {
      session.project.remove(uri);
      analysis.gone(uri, clientUri);
    }
    analysis.goOn();
  }

  private stale(uri: string): void {
    const facts = this.session.files.changed(uri);
    if (facts.length > 0) this.session.whenFacts(facts);
  }

  private countLoose(): void {
    const { files, documents } = this.session;
    const loose = [...documents.uris]
      .filter((uri) => !files.folders.some((folder) => isBelow(uri, folder)))
      .map(folderOf);
    const before = files.looseFolders.join();
    files.looseFolders = [...new Set(loose)];
    if (files.looseFolders.join() !== before) this.session.whenFacts(['inside']);
  }

  private dropOutside(): void {
    const { session, analysis } = this;
    for (const uri of [...session.project.uris]) {
      if (session.files.isInside(uri) || session.documents.get(uri)) continue;
      session.project.remove(uri);
      analysis.gone(uri, uri);
    }
  }

  private async readAll(uris: readonly string[], stillWanted: () => boolean = () => true): Promise<void> {
    const { host } = this.session;
    let until = host.ticks() + slice;
    for (let at = 0; at < uris.length && stillWanted(); at += atOnce) {
      await Promise.all(
        uris.slice(at, at + atOnce).map(async (uri) => {
          await this.read(uri, stillWanted);
          if (host.ticks() < until) return;
          await this.session.turn();
          until = host.ticks() + slice;
        }),
      );
    }
  }

  private async read(uri: string, stillWanted: () => boolean): Promise<void> {
    const { session } = this;
    const { folders, looseFolders } = session.files;
    const answer = await session.host.readText(uri, [...folders, ...looseFolders]);
    if (!stillWanted() || session.documents.get(uri)) return;
    if (answer.kind === 'good') {
      session.project.set(uri, answer.value);
      this.analysis.read(uri);
    } else if (answer.kind === 'bad' && session.project.file(uri)) this.disappeared(uri);
  }
}
