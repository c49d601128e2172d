import type { SourceFile } from '../syntax/source.ts';
import type { Tracker } from './tracker.ts';

/** The fact that these files are there and no others. */
export const allFiles = 'all files';

/** The files of a workspace, noting who looks whether one is there. */
export class TrackedFiles implements ReadonlyMap<string, SourceFile> {
  private readonly files: ReadonlyMap<string, SourceFile>;
  private readonly tracker: Tracker;

  constructor(files: ReadonlyMap<string, SourceFile>, tracker: Tracker) {
    this.files = files;
    this.tracker = tracker;
  }

  private look(): ReadonlyMap<string, SourceFile> {
    this.tracker.read(allFiles);
    return this.files;
  }
  get size(): number {
    return this.look().size;
  }
  get(uri: string): SourceFile | undefined {
    return this.look().get(uri);
  }
  has(uri: string): boolean {
    return this.look().has(uri);
  }
  keys(): MapIterator<string> {
    return this.look().keys();
  }
  values(): MapIterator<SourceFile> {
    return this.look().values();
  }
  entries(): MapIterator<[string, SourceFile]> {
    return this.look().entries();
  }
  [Symbol.iterator](): MapIterator<[string, SourceFile]> {
    return this.look()[Symbol.iterator]();
  }
  forEach(work: (file: SourceFile, uri: string, files: ReadonlyMap<string, SourceFile>) => void): void {
    this.look().forEach(work);
  }
}
