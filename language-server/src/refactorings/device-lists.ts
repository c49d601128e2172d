import { ast, blockOfNode, keysOf, placeOf, resolvePath } from '@otaplan/language';
import { AstUtils } from 'langium';
import { CodeActionKind, type WorkspaceEdit } from 'vscode-languageserver';
import { type Asked, type Refactoring, replacing } from './refactoring.ts';

/** A list of devices in another form: sorted, in a file of its own, back in the text. */
export function* deviceListForms(asked: Asked): Iterable<Refactoring> {
  const { session, file, cursor } = asked;
  const { node } = cursor;
  if (!ast.isDevices(node)) return;
  const head = { start: placeOf(node).start, end: placeOf(node, 'product').end };
  const whole = placeOf(node);
  if (node.list === undefined) {
    const { keys, comments } = keysOf(node);
    const sorted = [...new Set(keys)].sort();
    if (sorted.join() !== keys.join() && comments.length === 0) {
      yield {
        title: 'Sort the list and remove repeats',
        kind: CodeActionKind.RefactorRewrite,
        edit: replacing(session, file, head.end, whole.end, ` {\n${sorted.map((key) => `  ${key}\n`).join('')}}`),
      };
    }
    if (keys.length > 0) yield toCsv(asked, node, keys);
  } else {
    const { keys, known } = session.project.workspace.devices(node);
    if (known && keys.length <= 10_000) {
      yield {
        title: `Write the ${keys.length} devices of “${node.list}” here`,
        kind: CodeActionKind.RefactorInline,
        edit: replacing(session, file, head.end, whole.end, ` {\n${keys.map((key) => `  ${key}\n`).join('')}}`),
      };
    }
  }
}

function toCsv({ session, file }: Asked, node: ast.Devices, keys: readonly string[]): Refactoring {
  const path = `lists/${node.name}.csv`;
  const uri = resolvePath(file.uri, path);
  const text = `device_key\n${keys.map((key) => `${key}\n`).join('')}`;
  const start = placeOf(node, 'product').end;
  const edit: WorkspaceEdit = {
    documentChanges: [
      { kind: 'create', uri, options: { overwrite: false, ignoreIfExists: false } },
      { textDocument: { uri, version: null }, edits: [{ range: nowhere, newText: text }] },
      {
        textDocument: {
          uri: session.clientUri(file.uri),
          version: session.documents.get(file.uri)?.text.version ?? null,
        },
        edits: [{ range: file.range(start, placeOf(node).end), newText: ` from "${path}"` }],
      },
    ],
  };
  return { title: `Move the devices to “${path}”`, kind: CodeActionKind.RefactorExtract, edit };
}

const nowhere = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** The quoted keys of an `include` or `exclude` as a list with a name. */
export function* extractList({ session, file, cursor }: Asked): Iterable<Refactoring> {
  const statement = AstUtils.getContainerOfType(
    cursor.node,
    (node): node is ast.Include | ast.Exclude => ast.isInclude(node) || ast.isExclude(node),
  );
  const plan = AstUtils.getContainerOfType(cursor.node, ast.isPlan);
  const product = plan && session.project.workspace.plan(plan).product;
  if (!statement || !plan || !product) return;
  const keys = statement.entries.flatMap(({ key }) => key ?? []);
  if (keys.length === 0) return;
  const names = session.project.workspace.visible(file).lists;
  let name = 'devices_1';
  for (let number = 2; names.has(name); number++) name = `devices_${number}`;
  const others = statement.entries.flatMap((entry) => (entry.name === undefined ? [] : [entry.name]));
  const block = blockOfNode(plan);
  const entries = statement.entries;
  const first = placeOf(statement, 'entries', 0).start;
  const last = placeOf(statement, 'entries', entries.length - 1).end;
  const start = placeOf(plan).start;
  const list = `devices ${name} of ${product.name} {\n${keys.map((key) => `  ${key}\n`).join('')}}\n\n`;
  yield {
    title: `Make a list of ${keys.length === 1 ? 'this device' : `these ${keys.length} devices`}`,
    kind: CodeActionKind.RefactorExtract,
    edit: {
      changes: {
        [session.clientUri(file.uri)]: [
          { range: file.range(Math.max(start, block.offset), Math.max(start, block.offset)), newText: list },
          { range: file.range(first, last), newText: [...others, name].join(', ') },
        ],
      },
    },
  };
}
