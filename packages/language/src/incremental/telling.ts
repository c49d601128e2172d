import type { Finding, Fix } from '../findings.ts';
import type { SourceFile } from '../syntax/source.ts';
import type { Acceptances } from './acceptances.ts';
import { byPlace } from './comparing.ts';
import type { Entry } from './entry.ts';
import type { FindingIndex } from './finding-index.ts';
import { type StoredFinding, tell } from './stored.ts';

/** A finding as it was told, with where its block began, and where all blocks of its file did. */
interface Told {
  readonly line: number;
  readonly character: number;
  readonly finding: Finding;
  beginnings: object;
}

/** What was told of a file: the same as long as nothing was found anew and its blocks begin where they did. */
interface ToldList {
  readonly version: number;
  readonly beginnings: object;
  readonly findings: readonly Finding[];
}

/** What findings are told by. */
export interface Found {
  readonly index: FindingIndex;
  readonly files: ReadonlyMap<string, SourceFile>;
  readonly acceptances: Acceptances;
  /** Whether a place is in what is in the files now; until all rules were run again, some may not be. */
  isHere(at: StoredFinding['at']): boolean;
  fixes(stored: StoredFinding, entry: Entry): readonly Fix[];
}

/**
 * Tells findings with the ranges that they have now. At a keystroke nearly all of them are those of before: a finding that
 * stays is the same object, and a list in which all stay is the same list.
 */
export class Telling {
  private readonly found: Found;
  private readonly told = new WeakMap<StoredFinding, Told>();
  private readonly lists = new Map<string, ToldList>();

  constructor(found: Found) {
    this.found = found;
  }

  /** The findings in a file that no plan accepts, by place. */
  in(uri: string): readonly Finding[] {
    const { index, files, acceptances } = this.found;
    const finders = index.in(uri);
    if (finders.size === 0) return [];
    const version = index.version(uri);
    const known = this.lists.get(uri);
    const beginnings = files.get(uri)?.beginnings;
    if (known?.version === version && known.beginnings === beginnings && !acceptances.areAny) return known.findings;
    const findings: Finding[] = [];
    // What a finding says of another file moves with that one.
    let alone = true;
    for (const entry of finders) {
      for (const stored of [...entry.findings, ...entry.allowFindings]) {
        const stands = stored.at.uri === uri && (stored.at.block === entry.block || this.found.isHere(stored.at));
        if (!stands || acceptances.of(stored).length > 0) continue;
        findings.push(this.tell(stored, entry));
        alone &&= stored.at.block !== undefined && stored.related.every(({ at }) => at.uri === uri);
      }
    }
    findings.sort(byPlace);
    if (beginnings && alone && !acceptances.areAny) this.lists.set(uri, { version, beginnings, findings });
    else this.lists.delete(uri);
    return findings;
  }

  /** Keeps nothing of what was told of a file: nobody is going to ask soon. */
  forget(uri: string): void {
    this.lists.delete(uri);
    for (const { findings, allowFindings } of this.found.index.in(uri))
      for (const stored of [...findings, ...allowFindings]) this.told.delete(stored);
  }

  /** A finding with the ranges that it has now. */
  tell(stored: StoredFinding, entry: Entry): Finding {
    const { files } = this.found;
    const { block, uri } = stored.at;
    const file = files.get(uri);
    const fixes = () => this.found.fixes(stored, entry);
    if (!block || !file || stored.related.length > 0) {
      const related = stored.related.filter(({ at }) => this.found.isHere(at));
      return tell({ ...stored, related }, files, fixes);
    }
    // As long as its block begins where it did, nothing of it is different.
    const known = this.told.get(stored);
    const { beginnings } = file;
    if (known?.beginnings === beginnings) return known.finding;
    const { line, character } = file.range(block.offset, block.offset).start;
    if (known?.line === line && known.character === character) {
      known.beginnings = beginnings;
      return known.finding;
    }
    const finding = tell(stored, files, fixes);
    this.told.set(stored, { line, character, finding, beginnings });
    return finding;
  }
}
