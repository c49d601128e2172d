import type { Answer, FileFacts } from '@otaplan/language';
import type { Host } from './host.ts';
import { folderOf, isBelow } from './uris.ts';

const notKnown = { kind: 'notKnown' } as const;

/**
 * Files beside the sources: device lists and package files. They are read off the path of a keystroke: who asks gets
 * what is known, and is called back when more is.
 */
export class SideFiles {
  private readonly host: Host;
  private readonly arrived: (fact: string) => void;
  private readonly texts = new Map<string, Answer<string>>();
  private readonly facts = new Map<string, Answer<FileFacts>>();
  private readonly underWay = new Map<string, Promise<void>>();
  /** Folders that the user opened, and those of documents that were opened outside of them. */
  folders: readonly string[] = [];
  looseFolders: readonly string[] = [];

  /** @param arrived told when something is known that was not: `text <uri>` or `facts <uri>` */
  constructor(host: Host, arrived: (fact: string) => void) {
    this.host = host;
    this.arrived = arrived;
  }

  isInside(uri: string): boolean {
    return [...this.folders, ...this.looseFolders].some((folder) => isBelow(uri, folder));
  }

  text(uri: string): Answer<string> {
    return this.ask(this.texts, 'text', uri, (folders) => this.host.readText(uri, folders));
  }
  factsOf(uri: string): Answer<FileFacts> {
    return this.ask(this.facts, 'facts', uri, (folders) => this.host.fileFacts(uri, folders));
  }

  /** A file, or a folder with all that is in it, changed on disk: what was known of it is not known any more. */
  changed(uri: string): string[] {
    const stale = (name: string, map: Map<string, unknown>) =>
      [...map.keys()].flatMap((known) => {
        if (known !== uri && !isBelow(known, uri)) return [];
        map.delete(known);
        return [`${name} ${known}`];
      });
    return [...stale('text', this.texts), ...stale('facts', this.facts)];
  }

  /** Comes when everything that was asked for so far is known; at once when nothing is being read. */
  async arrivals(): Promise<boolean> {
    const reads = [...this.underWay.values()];
    await Promise.all(reads);
    return reads.length > 0;
  }

  forgetAll(): string[] {
    const all = [
      ...[...this.texts.keys()].map((uri) => `text ${uri}`),
      ...[...this.facts.keys()].map((uri) => `facts ${uri}`),
    ];
    this.texts.clear();
    this.facts.clear();
    return all;
  }

  private ask<T>(
    known: Map<string, Answer<T>>,
    name: string,
    uri: string,
    read: (folders: readonly string[]) => Promise<Answer<T>>,
  ): Answer<T> {
    const answer = known.get(uri);
    if (answer) return answer;
    const fact = `${name} ${uri}`;
    if (!this.underWay.has(fact)) {
      const folders =
        this.folders.length > 0 || this.looseFolders.length > 0
          ? [...this.folders, ...this.looseFolders]
          : [folderOf(uri)];
      const done = (value: Answer<T>) => {
        this.underWay.delete(fact);
        known.set(uri, value);
        this.arrived(fact);
      };
      const reading = read(folders).then(done, (error: unknown) => done({ kind: 'bad', reason: String(error) }));
      this.underWay.set(fact, reading);
    }
    return notKnown;
  }
}
