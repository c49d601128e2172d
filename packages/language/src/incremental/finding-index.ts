import type { Block } from '../syntax/source.ts';
import { type Entry, none } from './entry.ts';
import type { StoredFinding } from './stored.ts';

/** Where findings stand: who has some in a file, and who speaks of a block that is not its own. */
export class FindingIndex {
  private readonly findersIn = new Map<string, Set<Entry>>();
  private readonly mentioning = new Map<Block, Set<Entry>>();
  private readonly versions = new Map<string, number>();

  /** Puts an entry's findings in the place of those it had. */
  place(entry: Entry, findings: readonly StoredFinding[], allowFindings: readonly StoredFinding[] = none): void {
    for (const uri of urisOf(entry)) {
      this.findersIn.get(uri)?.delete(entry);
      this.change(uri);
    }
    for (const block of entry.mentions) this.mentioning.get(block)?.delete(entry);
    entry.findings = findings.length === 0 ? none : findings;
    entry.allowFindings = allowFindings;
    for (const uri of urisOf(entry)) {
      addTo(this.findersIn, uri, entry);
      this.change(uri);
    }
    const places = findings.flatMap(({ at, related }) => [at.block, ...related.map((each) => each.at.block)]);
    const others = places.filter((block): block is Block => block !== undefined && block !== entry.block);
    entry.mentions = others.length === 0 ? none : [...new Set(others)];
    for (const block of entry.mentions) addTo(this.mentioning, block, entry);
  }

  /** Who has findings in a file. */
  in(uri: string): ReadonlySet<Entry> {
    return this.findersIn.get(uri) ?? nobody;
  }

  /** Another number whenever the findings in a file may be others; where its blocks begin is not counted. */
  version(uri: string): number {
    return this.versions.get(uri) ?? 0;
  }
  private change(uri: string): void {
    this.versions.set(uri, this.version(uri) + 1);
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
    for (const entry of mentioning) for (const uri of urisOf(entry)) this.change(uri);
    return mentioning;
  }
}

const nowhere: ReadonlySet<string> = new Set();
const nobody: ReadonlySet<Entry> = new Set();

/** The files in which an entry has findings: mostly one, its own. */
function urisOf({ findings, allowFindings }: Entry): ReadonlySet<string> {
  if (findings.length === 0 && allowFindings.length === 0) return nowhere;
  const uris = new Set<string>();
  for (const { at } of findings) uris.add(at.uri);
  for (const { at } of allowFindings) uris.add(at.uri);
  return uris;
}

/** Adds an entry to those that a key has. */
export function addTo<K>(map: Map<K, Set<Entry>>, key: K, entry: Entry): void {
  const entries = map.get(key);
  if (entries) entries.add(entry);
  else map.set(key, new Set([entry]));
}
