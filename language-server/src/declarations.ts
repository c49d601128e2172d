import { gather, namedFiles, parseAll, readDeclared, Workspace } from '@otaplan/language';
import type { DeclarationsParams, DeclarationsResult, DeclaredWire, EarlierFile } from './protocol.ts';
import type { Session } from './session.ts';
import { normalUri } from './uris.ts';

const missing = { kind: 'bad', reason: 'it is missing' } as const;

/**
 * What the files of a change declared before and declare now: those that changed, and those that look into one of them. The others
 * mean the same on both sides, and are not read again.
 */
export async function declarations(session: Session, { earlier }: DeclarationsParams): Promise<DeclarationsResult> {
  const before = new Map(earlier.map((file) => [normalUri(file.uri), file]));
  const meant = [...affected(session, new Set(before.keys()))];
  const came = [...before].filter(([uri, file]) => uri.endsWith('.otaplan') && file.text !== null).map(([uri]) => uri);
  const roots = [...new Set([...meant, ...came])].sort();
  const gone = earlier.flatMap(({ uri, gone }) => (gone ? [[normalUri(uri), { uri, text: null }] as const] : []));
  return { before: await read(session, roots, before), after: await read(session, roots, new Map(gone)) };
}

/** Sources that are among the changed files, name one of them, or import a source that does. */
function affected(session: Session, changed: ReadonlySet<string>): Set<string> {
  const { workspace } = session.project;
  const host = { isInside: (uri: string) => session.files.isInside(uri) };
  const direct = new Set<string>();
  const importers = new Map<string, readonly string[]>();
  for (const [uri, file] of workspace.files) {
    const named = namedFiles(new Map([[uri, file]]), host);
    importers.set(uri, named.imports);
    const names = [...named.imports, ...named.lists, ...named.packageFiles];
    if (changed.has(uri) || names.some((each) => changed.has(each))) direct.add(uri);
  }
  const all = new Set(direct);
  for (const [uri, imports] of importers) if (imports.some((each) => direct.has(each))) all.add(uri);
  return all;
}

/** Reads the roots with some files as they were in the place of those that are here. */
async function read(
  session: Session,
  roots: readonly string[],
  instead: ReadonlyMap<string, EarlierFile>,
): Promise<DeclaredWire> {
  const { project, host, files, parser } = session;
  const folders = [...files.folders, ...files.looseFolders];
  const textHere = (uri: string) => project.file(uri)?.text ?? null;
  const texts = roots.flatMap((uri) => {
    const earlier = instead.get(uri);
    const text = earlier ? earlier.text : textHere(uri);
    return text === null ? [] : [[uri, text] as const];
  });
  const gathered = await gather(
    new Map(texts),
    {
      isInside: (uri) => files.isInside(uri),
      async readText(uri) {
        const earlier = instead.get(uri);
        const text = earlier ? earlier.text : textHere(uri);
        if (text !== null) return { kind: 'good', value: text };
        return earlier ? missing : host.readText(uri, folders);
      },
      async fileFacts(uri) {
        const earlier = instead.get(uri);
        if (!earlier) return host.fileFacts(uri, folders);
        return earlier.facts ? { kind: 'good', value: earlier.facts } : { kind: 'notKnown' };
      },
    },
    { now: session.now, zoneDataVersion: host.zoneDataVersion, parser },
  );
  const workspace = new Workspace(parseAll(gathered.sources, parser), gathered.world);
  return readDeclared(
    workspace,
    texts.map(([uri]) => uri),
  );
}
