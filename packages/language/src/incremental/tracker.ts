/** Something that was worked out from facts, and is to be worked out again when one of them changes. */
export interface Reader {
  /** Names of the facts that it looked at. */
  readonly facts: Set<string>;
}

/**
 * Notes who looked at which fact. A fact is a name such as `devices pilot` or `text file:///lists/a.csv`; whoever
 * changes it says so, and is told who had looked.
 */
export class Tracker {
  private readonly readers = new Map<string, Set<Reader>>();
  private current: Reader | undefined;

  /** Runs a piece of work on behalf of a reader. */
  within<T>(reader: Reader | undefined, work: () => T): T {
    const before = this.current;
    this.current = reader;
    try {
      return work();
    } finally {
      this.current = before;
    }
  }

  /** Notes that whoever is at work looked at a fact. */
  read(fact: string): void {
    const reader = this.current;
    if (!reader || reader.facts.has(fact)) return;
    reader.facts.add(fact);
    const readers = this.readers.get(fact);
    if (readers) readers.add(reader);
    else this.readers.set(fact, new Set([reader]));
  }

  /** Whether anybody looked at a fact. */
  isRead(fact: string): boolean {
    return this.readers.has(fact);
  }

  /** Who looked at a fact (of those that are wanted). They are forgotten as its readers. */
  take(fact: string, wanted?: (reader: Reader) => boolean): readonly Reader[] {
    const readers = this.readers.get(fact);
    if (!readers) return [];
    const taken = wanted ? [...readers].filter(wanted) : [...readers];
    if (taken.length === readers.size) this.readers.delete(fact);
    else for (const reader of taken) readers.delete(reader);
    for (const reader of taken) reader.facts.delete(fact);
    return taken;
  }

  /** Forgets all that a reader looked at. */
  forget(reader: Reader): void {
    for (const fact of reader.facts) {
      const readers = this.readers.get(fact);
      readers?.delete(reader);
      if (readers?.size === 0) this.readers.delete(fact);
    }
    reader.facts.clear();
  }

  /** Every fact that somebody looked at. */
  get facts(): Iterable<string> {
    return this.readers.keys();
  }
}
