import { isComponentIdentifier, isProductKey, limits, utf8Bytes } from '@otaplan/model';
import * as ast from '../../generated/ast.ts';
import type { ImportMeaning, Workspace } from '../../meaning/workspace.ts';
import { fileOf, placeOf, type SourceFile } from '../../syntax/source.ts';
import { on, type Problem, rule } from '../rule.ts';
import { shown } from '../wording.ts';

export const sem023 = rule({
  code: 'SEM023',
  severity: 'error',
  title: 'Declared twice, or of the wrong form',
  sentence:
    'A name, a component and a component identifier must be declared once, and keys and identifiers must have their form.',
  why: 'With two of a name nobody can tell which one a plan means.',
  bad: 'devices pilot of water_meter { … }\ndevices pilot of water_meter { … }',
  good: 'devices pilot of water_meter { … }\ndevices berlin of water_meter { … }',
  on: 'product',
  check: partsOf,
  also: [
    on('workspace', function* (workspace) {
      for (const file of workspace.files.values()) yield* declarations(file, workspace);
    }),
  ],
});

/** Products and lists that one file declares twice, or that it declares or imports although another import brings them. */
function* declarations(file: SourceFile, workspace: Workspace): Iterable<Problem> {
  const first = new Map<string, Declared>();
  const own = file.declared('Product', 'Devices');
  for (const node of own) {
    const [identity, what] = described(node);
    const before = first.get(identity);
    if (!before) first.set(identity, node);
    else {
      const message = `${what} is declared twice. Give one of them another name.`;
      yield { at: placeOf(node, 'name'), message, related: [{ at: placeOf(before, 'name'), message: 'the first' }] };
    }
  }
  // Most files import one catalogue and declare no names of their own: nothing can clash there.
  const imports = workspace.imports(file);
  if (own.length === 0 && imports.length < 2) return;
  const seen = new Set<SourceFile>([file]);
  for (const imported of imports) {
    if (!imported.file || seen.has(imported.file)) continue;
    seen.add(imported.file);
    yield* clashes(imported, imported.file, first);
  }
}

function* clashes(imported: ImportMeaning, from: SourceFile, first: Map<string, Declared>): Iterable<Problem> {
  for (const node of from.declared('Product', 'Devices')) {
    const [identity, what] = described(node);
    const before = first.get(identity);
    if (!before) first.set(identity, node);
    else if (fileOf(before) !== from) {
      yield {
        at: placeOf(imported.node, 'path'),
        message: `${what} is declared in ${shown(imported.node.path)} and elsewhere. Rename one of them.`,
        related: [
          { at: placeOf(node, 'name'), message: 'the one imported here' },
          { at: placeOf(before, 'name'), message: 'the other' },
        ],
      };
    }
  }
}

type Declared = ast.Product | ast.Devices;

function described(node: Declared): [string, string] {
  const what = ast.isProduct(node) ? 'product' : 'list';
  return [`${what} ${node.name}`, `The ${what} \`${node.name}\``];
}

function* partsOf(product: ast.Product): Iterable<Problem> {
  const key = product.statements.find(ast.isProductKey);
  if (key && !isProductKey(key.value)) {
    const message = `${shown(key.value)} is not a product key. Copy the ProductKey, of letters and digits, from Developer Center.`;
    yield { at: placeOf(key, 'value'), message };
  }
  const names = new Map<string, ast.Component>();
  const identifiers = new Map<string, ast.Component>();
  for (const component of product.statements.filter(ast.isComponent)) {
    const { name, identifier } = component;
    const sameName = names.get(name);
    if (sameName) {
      const message = `The component \`${name}\` is declared twice. Give one of them another name.`;
      yield {
        at: placeOf(component, 'name'),
        message,
        related: [{ at: placeOf(sameName, 'name'), message: 'the first' }],
      };
    } else names.set(name, component);
    const sameIdentifier = identifiers.get(identifier);
    const at = placeOf(component, 'identifier');
    if (!isComponentIdentifier(identifier)) {
      const bytes = utf8Bytes(identifier);
      const most = limits.identifierBytes;
      const wrong =
        bytes > most ? `has ${bytes} bytes, over ${most}` : bytes === 0 ? 'is empty' : 'holds a control character';
      yield { at, message: `The component identifier ${wrong}. Write the one that the device reports.` };
    } else if (sameIdentifier) {
      const message = `The component identifier ${shown(identifier)} is used twice. Write the one that the device reports for \`${name}\`.`;
      yield { at, message, related: [{ at: placeOf(sameIdentifier, 'identifier'), message: 'the first' }] };
    } else identifiers.set(identifier, component);
  }
}
