/** Where the words of one node stand, in offsets of its block. */
export class NodePlaces {
  start = 0;
  end = 0;
  private readonly names: string[] = [];
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private readonly words: string[] = [];
  private readonly wordStarts: number[] = [];

  add(name: string, start: number, end: number): void {
    this.names.push(name);
    this.starts.push(start);
    this.ends.push(end);
  }
  addWord(word: string, start: number): void {
    this.words.push(word);
    this.wordStarts.push(start);
  }

  /** The words of a property: of its first value, or of the `index`-th (the last, where there are fewer). */
  property(name: string, index = 0): { readonly start: number; readonly end: number } | undefined {
    let found = -1;
    let left = index;
    for (let i = 0; i < this.names.length && left >= 0; i++) {
      if (this.names[i] !== name) continue;
      found = i;
      left--;
    }
    return found === -1 ? undefined : { start: this.starts[found] ?? 0, end: this.ends[found] ?? 0 };
  }
  /** The first time that a keyword of the node stands there. */
  keyword(word: string): { readonly start: number; readonly end: number } | undefined {
    const start = this.wordStarts[this.words.indexOf(word)];
    return start === undefined ? undefined : { start, end: start + word.length };
  }
}

/** The places of a block's nodes, by their number. */
export type Places = NodePlaces[];
