import { ast, fileOf, relativePath, type SourceFile } from '@otaplan/language';
import { CompletionItemKind, type TextEdit } from 'vscode-languageserver';
import type { Asked, Offer } from './offer.ts';

/** Products that can be named, those of other files with the import that it takes. */
export function products({ session, file }: Asked): Offer[] {
  const { workspace } = session.project;
  const visible = workspace.visible(file).products;
  const here = [...visible.values()].map((node) => productOffer(node, 0));
  const others = workspace.products().filter((node) => !visible.has(node.name) && fileOf(node) !== file);
  return [...here, ...others.map((node) => withImport(productOffer(node, 5), file, fileOf(node)))];
}

function productOffer(node: ast.Product, rank: number): Offer {
  const key = node.statements.find(ast.isProductKey)?.value;
  const title = node.statements.find(ast.isProductTitle)?.value;
  return { label: node.name, kind: CompletionItemKind.Class, detail: [title, key].filter(Boolean).join(' · '), rank };
}

export function components({ session, file, plan }: Asked): Offer[] {
  const declared = plan?.product
    ? plan.components
    : [...session.project.workspace.visible(file).products.values()].flatMap((node) =>
        node.statements.filter(ast.isComponent),
      );
  const upgraded = new Set(plan?.upgrades.map(({ node }) => node.component));
  return declared.map((node) => ({
    label: node.name,
    kind: CompletionItemKind.Field,
    detail: `${node.type} "${node.identifier}"`,
    rank: upgraded.has(node.name) ? 5 : 0,
  }));
}

/** Lists that can be included or excluded: those of the plan's product first. */
export function lists({ session, file, plan, typing }: Asked): Offer[] {
  const { workspace } = session.project;
  const visible = workspace.visible(file);
  const used = new Set(typing.words);
  const offer = (node: ast.Devices, rank: number): Offer => {
    const { keys, known } = workspace.devices(node);
    const count = known ? `${keys.length} ${keys.length === 1 ? 'device' : 'devices'}` : 'number not known';
    return { label: node.name, kind: CompletionItemKind.Variable, detail: `${count} of ${node.product}`, rank };
  };
  const fits = (node: ast.Devices) => plan?.product === undefined || node.product === plan.product.name;
  const here = [...visible.lists.values()]
    .filter(({ name }) => !used.has(name))
    .map((node) => offer(node, fits(node) ? 0 : 6));
  const others = workspace
    .deviceLists()
    .map(({ node }) => node)
    .filter((node) => !visible.lists.has(node.name) && fits(node) && fileOf(node) !== file);
  return [...here, ...others.map((node) => withImport(offer(node, 5), file, fileOf(node)))];
}

/** The same offer, with the edit that imports the file where it is declared. */
export function withImport(offer: Offer, file: SourceFile, declaredIn: SourceFile): Offer {
  const path = relativePath(file.uri, declaredIn.uri);
  return { ...offer, detail: `${offer.detail ?? ''} · adds import "${path}"`, edits: [importEdit(file, path)] };
}

/** Adds an import below the others, or at the top of the file. */
export function importEdit(file: SourceFile, path: string): TextEdit {
  const last = [...file.text.matchAll(/^import\s+"[^"\n]*"[^\n]*$/gm)].at(-1);
  const at = last ? last.index + last[0].length : 0;
  const text = `import ${JSON.stringify(path)}`;
  return { range: file.range(at, at), newText: last ? `\n${text}` : `${text}\n\n` };
}
