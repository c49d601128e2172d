/** What lies in a database, as far as files and keys beside it must agree with it. */
export interface Inspection {
  /** Sentences about the database itself; none: sound. */
  readonly problems: readonly string[];
  readonly plans: number;
  readonly planDevices: number;
  readonly logLines: number;
  /** Uploaded files of packages. */
  readonly files: readonly {
    readonly packageName: string;
    readonly name: string;
    readonly sha256: string;
    readonly size: number;
  }[];
  readonly accessKeys: readonly { readonly key: string; readonly secret: string }[];
  /** Secrets that replicas share in the database, by name. */
  readonly secrets: ReadonlyMap<string, string>;
}

/** Problems beyond this many are counted, not told. */
const mostTold = 100;

/** Gathers what is found, however much it is. */
export class Problems {
  readonly #told: string[] = [];
  #untold = 0;

  readonly tell = (problem: string): void => {
    if (this.#told.length < mostTold) this.#told.push(problem);
    else this.#untold++;
  };

  all(): string[] {
    return this.#untold === 0 ? [...this.#told] : [...this.#told, `And ${this.#untold} more problems.`];
  }
}
