/** Something that was worked out from facts, and is to be worked out again when one of them changes. */
export interface Reader {
  /** The facts that it looked at, each once. There are as many readers as declarations: a list is a fifth of a set. */
  facts: Fact[];
}

/** A fact that somebody looked at. */
interface Fact {
  readonly name: string;
  readonly readers: Set<Reader>;
}

/**
 * Notes who looked at which fact. A fact is a name such as `devices pilot` or `text file:///lists/a.csv`; whoever
 * changes it says so, and is told who had looked.
 */
export class Tracker {
  private readonly known = new Map<string, Fact>();
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
    if (!reader) return;
    const known = this.known.get(fact);
    if (known?.readers.has(reader)) return;
    const looked = known ?? { name: fact, readers: new Set() };
    if (!known) this.known.set(fact, looked);
    looked.readers.add(reader);
    reader.facts.push(looked);
  }

  /** Whether anybody looked at a fact. */
  isRead(fact: string): boolean {
    return this.known.has(fact);
  }

  /** Who looked at a fact (of those that are wanted). They are forgotten as its readers. */
  take(fact: string, wanted?: (reader: Reader) => boolean): readonly Reader[] {
    const known = this.known.get(fact);
    if (!known) return [];
    const { readers } = known;
    const taken = wanted ? [...readers].filter(wanted) : [...readers];
    for (const reader of taken) {
      readers.delete(reader);
      reader.facts.splice(reader.facts.indexOf(known), 1);
    }
    if (readers.size === 0) this.known.delete(fact);
    return taken;
  }

  /** Forgets all that a reader looked at. */
  forget(reader: Reader): void {
    for (const { name, readers } of reader.facts) {
      readers.delete(reader);
      if (readers.size === 0) this.known.delete(name);
    }
    reader.facts = [];
  }

  /** Every fact that somebody looked at. */
  get facts(): Iterable<string> {
    return this.known.keys();
  }
}
