import type { Sources } from './check.ts';
import { defaultParser } from './default-parser.ts';
import { Workspace } from './meaning/workspace.ts';
import type { SourceFile, SourceParser } from './syntax/source.ts';
import type { Answer, Catalogue, FileFacts, World } from './world.ts';

/** What a host can do for a check: look at files. Everything else here is pure. */
export interface Host {
  /** Whether a file lies in the folders that the user opened. Others are never read. */
  isInside(uri: string): boolean;
  /** Text of a file; `bad` when it does not exist or cannot be read. */
  readText(uri: string): Promise<Answer<string>>;
  /** Size and SHA-256 of a file. Not called when `facts` is false. */
  fileFacts(uri: string): Promise<Answer<FileFacts>>;
}

export interface GatherOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly zoneDataVersion: string;
  readonly catalogue?: Catalogue;
  /** Whether to read package files for their digests; without it nothing is known of them. Default: true. */
  readonly facts?: boolean;
  readonly parser?: SourceParser;
}

/** Sources with everything that they name, ready for `check` and `compile`. */
export interface Gathered {
  readonly sources: Sources;
  readonly world: World;
}

/**
 * The asynchronous edge: beginning with some files, reads those they import, the lists they name and the facts of package
 * files, in as many rounds as it takes. What could not be read is known as such, and imports of it are findings.
 * @param roots text by address; findings are wanted for these
 */
export async function gather(
  roots: ReadonlyMap<string, string>,
  host: Host,
  options: GatherOptions,
): Promise<Gathered> {
  const parser = options.parser ?? defaultParser();
  const parsed = new Map<string, SourceFile>();
  const asked = new Set<string>(roots.keys());
  let texts = new Map(roots);
  while (texts.size > 0) {
    for (const [uri, text] of texts) parsed.set(uri, parser.parse(uri, text));
    const wanted = namedFiles(parsed, host).imports.filter((uri) => !asked.has(uri) && host.isInside(uri));
    for (const uri of wanted) asked.add(uri);
    const answers = await Promise.all(wanted.map(async (uri) => [uri, await host.readText(uri)] as const));
    texts = new Map(answers.flatMap(([uri, answer]) => (answer.kind === 'good' ? [[uri, answer.value] as const] : [])));
  }
  const named = namedFiles(parsed, host);
  const lists = await answersFor(named.lists, host, (uri) => host.readText(uri));
  const facts = await answersFor(options.facts === false ? [] : named.packageFiles, host, (uri) => host.fileFacts(uri));
  const { now, zoneDataVersion, catalogue } = options;
  const world: World = {
    now,
    zoneDataVersion,
    isInside: (uri) => host.isInside(uri),
    readText: (uri) => lists.get(uri) ?? { kind: 'notKnown' },
    fileFacts: (uri) => facts.get(uri) ?? { kind: 'notKnown' },
    ...(catalogue ? { catalogue } : {}),
  };
  const files = new Map([...parsed].map(([uri, file]) => [uri, file.text]));
  return { sources: { files, roots: [...roots.keys()] }, world };
}

/** The files that sources name: what a host has to look at, or to watch. */
export function namedFiles(
  files: ReadonlyMap<string, SourceFile>,
  { isInside }: Pick<Host, 'isInside'>,
): { imports: string[]; lists: string[]; packageFiles: string[] } {
  const workspace = new Workspace(files, {
    now: 0,
    zoneDataVersion: '',
    isInside,
    readText: () => ({ kind: 'notKnown' }),
    fileFacts: () => ({ kind: 'notKnown' }),
  });
  const imports = [...files.values()].flatMap((file) => workspace.imports(file).map(({ uri }) => uri));
  const lists = workspace.deviceLists().flatMap(({ fileUri }) => fileUri ?? []);
  const packageFiles = workspace.packages().flatMap((declared) => declared.files.map(({ uri }) => uri));
  return { imports: [...new Set(imports)], lists: [...new Set(lists)], packageFiles: [...new Set(packageFiles)] };
}

async function answersFor<T>(
  uris: readonly string[],
  host: Host,
  ask: (uri: string) => Promise<Answer<T>>,
): Promise<Map<string, Answer<T>>> {
  const inside = uris.filter((uri) => host.isInside(uri));
  return new Map(await Promise.all(inside.map(async (uri) => [uri, await ask(uri)] as const)));
}
