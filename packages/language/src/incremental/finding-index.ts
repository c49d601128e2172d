import type { Block } from '../syntax/source.ts';
import type { Entry } from './entry.ts';
import type { StoredFinding } from './stored.ts';

/** Where findings stand: who has some in a file, and who speaks of a block that is not its own. */
export class FindingIndex {
  private readonly findersIn = new Map<string, Set<Entry>>();
  private readonly mentioning = new Map<Block, Set<Entry>>();

  /** Puts an entry's findings in the place of those it had. */
  place(entry: Entry, findings: readonly StoredFinding[], allowFindings: readonly StoredFinding[] = []): void {
    for (const { at } of [...entry.findings, ...entry.allowFindings]) this.findersIn.get(at.uri)?.delete(entry);
    for (const block of entry.mentions) this.mentioning.get(block)?.delete(entry);
    entry.findings = findings;
    entry.allowFindings = allowFindings;
    for (const { at } of [...findings, ...allowFindings]) addTo(this.findersIn, at.uri, entry);
    const places = findings.flatMap(({ at, related }) => [at.block, ...related.map((each) => each.at.block)]);
    entry.mentions = [...new Set(places.filter((block) => block !== undefined && block !== entry.block))] as Block[];
    for (const block of entry.mentions) addTo(this.mentioning, block, entry);
  }

  /** Who has findings in a file. */
  in(uri: string): Iterable<Entry> {
    return this.findersIn.get(uri) ?? [];
  }

  /** The files in which anybody has or had findings, sorted. */
  get uris(): readonly string[] {
    return [...this.findersIn.keys()].sort();
  }

  /** Everybody who has findings. */
  get all(): ReadonlySet<Entry> {
    return new Set([...this.findersIn.values()].flatMap((finders) => [...finders]));
  }

  /** Who spoke of a block that goes: each is to look again. */
  takeMentioning(block: Block): Iterable<Entry> {
    const mentioning = this.mentioning.get(block) ?? [];
    this.mentioning.delete(block);
    return mentioning;
  }
}

/** Adds an entry to those that a key has. */
export function addTo<K>(map: Map<K, Set<Entry>>, key: K, entry: Entry): void {
  const entries = map.get(key);
  if (entries) entries.add(entry);
  else map.set(key, new Set([entry]));
}
