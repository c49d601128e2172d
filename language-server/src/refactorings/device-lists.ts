import { ast, blockOfNode, keysOf, placeOf, quote, resolvePath } from '@otaplan/language';
import { AstUtils } from 'langium';
import { CodeActionKind, type TextEdit, type WorkspaceEdit } from 'vscode-languageserver';
import { count } from '../describe.ts';
import { type Asked, type Refactoring, replacing } from './refactoring.ts';

/** More keys than this are not written into a text from a file, and not into a statement. */
const mostInBlock = 10_000;
const mostInStatement = 100;

/** A list of devices in another form: sorted, in a file of its own, back in the text. */
export function* deviceListForms(asked: Asked): Iterable<Refactoring> {
  const { session, file, cursor } = asked;
  const { node } = cursor;
  if (!ast.isDevices(node)) return;
  const start = placeOf(node, 'product').end;
  const { end } = placeOf(node);
  if (node.list === undefined) {
    const { keys } = keysOf(node);
    const lines = sortedLines(node, file.text, start);
    if (lines) {
      yield {
        title: 'Sort the list and remove repeats',
        kind: CodeActionKind.RefactorRewrite,
        edit: replacing(session, file, start, end, ` {\n${lines.join('')}}`),
      };
    }
    if (keys.length > 0 && asked.createsFiles) {
      const { path, edits } = toFile(asked, node.name, keys);
      yield {
        title: `Move the devices to “${path}”`,
        kind: CodeActionKind.RefactorExtract,
        edit: withFile(asked, edits, [{ range: file.range(start, end), newText: ` from ${quote(path)}` }]),
      };
    }
  } else {
    const { keys, known } = session.project.workspace.devices(node);
    if (known && keys.length <= mostInBlock) {
      yield {
        title: `Write the ${count(keys.length, 'device')} of “${node.list}” here`,
        kind: CodeActionKind.RefactorInline,
        edit: replacing(session, file, start, end, ` {\n${keys.map((key) => `  ${key}\n`).join('')}}`),
      };
    }
  }
}

/**
 * The lines of a list (whose head ends at `start`) in order and without repeats; `undefined` when that is how it is. A comment above a key or beside it
 * goes with the key (that of a repeat to the first one); one after the last key stays the last.
 */
function sortedLines(node: ast.Devices, text: string, start: number): string[] | undefined {
  const { keys, starts, comments } = keysOf(node);
  const sorted = [...new Set(keys)].sort();
  if (sorted.join() === keys.join()) return undefined;
  const { offset } = blockOfNode(node);
  const above = new Map<string, string[]>();
  const beside = new Map<string, string[]>();
  const opening: string[] = [];
  const tail: string[] = [];
  const put = (to: Map<string, string[]>, key: string, comment: string) =>
    to.set(key, [...(to.get(key) ?? []), comment]);
  for (const comment of comments) {
    const next = starts.findIndex((at) => at > comment.start);
    const last = next === -1 ? keys.length - 1 : next - 1;
    const lastEnd = (starts[last] ?? start - offset) + (keys[last]?.length ?? 0);
    const key = keys[last];
    const nextKey = next === -1 ? undefined : keys[next];
    const line = comment.text.trimEnd();
    const isOpening = last === -1 && !text.slice(start, offset + comment.start).includes('\n');
    const isBeside = key !== undefined && !text.slice(offset + lastEnd, offset + comment.start).includes('\n');
    if (isOpening) opening.push(`  ${line}\n`);
    else if (isBeside) put(beside, key, line);
    else if (nextKey !== undefined) put(above, nextKey, line);
    else tail.push(`  ${line}\n`);
  }
  return [
    ...opening,
    ...sorted.flatMap((key) => {
      const words = beside.get(key) ?? [];
      // A comment to the end of the line can only be the last of several.
      const last = words.filter((word) => word.startsWith('//'));
      const before = words.filter((word) => !word.startsWith('//'));
      const own = [...before, ...last.slice(0, 1)];
      return [
        ...[...(above.get(key) ?? []), ...last.slice(1)].map((line) => `  ${line}\n`),
        `  ${key}${own.length > 0 ? `  ${own.join(' ')}` : ''}\n`,
      ];
    }),
    ...tail,
  ];
}

/** A list file with a name that is free, and what makes it. */
function toFile({ file, listFiles }: Asked, name: string, keys: readonly string[]) {
  let path = `lists/${name}.csv`;
  for (let number = 2; listFiles.has(path.slice('lists/'.length)); number++) path = `lists/${name}-${number}.csv`;
  const uri = resolvePath(file.uri, path);
  const edits: NonNullable<WorkspaceEdit['documentChanges']> = [
    { kind: 'create', uri, options: { overwrite: false, ignoreIfExists: false } },
    {
      textDocument: { uri, version: null },
      edits: [{ range: nowhere, newText: `device_key\n${keys.map((key) => `${key}\n`).join('')}` }],
    },
  ];
  return { path, edits };
}

const nowhere = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

function withFile(
  { session, file }: Asked,
  made: NonNullable<WorkspaceEdit['documentChanges']>,
  edits: TextEdit[],
): WorkspaceEdit {
  const textDocument = {
    uri: session.clientUri(file.uri),
    version: session.documents.get(file.uri)?.text.version ?? null,
  };
  return { documentChanges: [...made, { textDocument, edits }] };
}

/** The quoted keys of an `include` or `exclude` as a list with a name, in the text or in a file; and a short list back. */
export function* extractList(asked: Asked): Iterable<Refactoring> {
  const { session, file, cursor } = asked;
  const statement = AstUtils.getContainerOfType(
    cursor.node,
    (node): node is ast.Include | ast.Exclude => ast.isInclude(node) || ast.isExclude(node),
  );
  const plan = AstUtils.getContainerOfType(cursor.node, ast.isPlan);
  const product = plan && session.project.workspace.plan(plan).product;
  if (!statement || !plan || !product) return;
  yield* inlined(asked, plan);
  const keys = [...new Set(statement.entries.flatMap(({ key }) => key ?? []))];
  if (keys.length === 0) return;
  const names = session.project.workspace.visible(file).lists;
  let name = 'devices_1';
  for (let number = 2; names.has(name); number++) name = `devices_${number}`;
  const others = statement.entries.flatMap((entry) => (entry.name === undefined ? [] : [entry.name]));
  const first = placeOf(statement, 'entries', 0).start;
  const last = placeOf(statement, 'entries', statement.entries.length - 1).end;
  const { start } = placeOf(plan);
  const edits = (list: string): TextEdit[] => [
    { range: file.range(start, start), newText: `${list}\n\n` },
    { range: file.range(first, last), newText: [...others, name].join(', ') },
  ];
  const head = `devices ${name} of ${product.name}`;
  const them = keys.length === 1 ? 'this device' : `these ${keys.length} devices`;
  yield {
    title: `Make a list of ${them}`,
    kind: CodeActionKind.RefactorExtract,
    edit: {
      changes: { [session.clientUri(file.uri)]: edits(`${head} {\n${keys.map((key) => `  ${key}\n`).join('')}}`) },
    },
  };
  if (!asked.createsFiles) return;
  const { path, edits: made } = toFile(asked, name, keys);
  yield {
    title: `Make a list of ${them} in “${path}”`,
    kind: CodeActionKind.RefactorExtract,
    edit: withFile(asked, made, edits(`${head} from ${quote(path)}`)),
  };
}

/** A list that a statement names, written out there. */
function* inlined({ session, file, cursor }: Asked, plan: ast.Plan): Iterable<Refactoring> {
  const { node } = cursor;
  if (!ast.isTargetEntry(node) || node.name === undefined) return;
  const { include = [], exclude = [] } = session.project.workspace.plan(plan).targets ?? {};
  const list = [...include, ...exclude].find((target) => target.node === node)?.devices;
  if (!list?.known || list.keys.length === 0 || list.keys.length > mostInStatement) return;
  const place = placeOf(node);
  yield {
    title: `Write the ${count(list.keys.length, 'device')} of \`${node.name}\` here`,
    kind: CodeActionKind.RefactorInline,
    edit: replacing(session, file, place.start, place.end, list.keys.map((key) => quote(key)).join(', ')),
  };
}
