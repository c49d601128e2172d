import { ast, placeOf, type SourceFile } from '@otaplan/language';
import { type AstNode, AstUtils } from 'langium';
import { type Range, SemanticTokensBuilder } from 'vscode-languageserver';
import type { Session } from '../session.ts';
import type { Feature } from './feature.ts';

const types = ['class', 'property', 'variable', 'event', 'namespace', 'enumMember', 'number'] as const;
const modifiers = ['declaration', 'deprecated', 'unresolved', 'readonly'] as const;
type Type = (typeof types)[number];
type Modifier = (typeof modifiers)[number];

/** Names by what they name; those that name nothing, and zones of old, are told apart. */
export const semanticTokens: Feature = {
  capabilities: {
    semanticTokensProvider: {
      legend: { tokenTypes: [...types], tokenModifiers: [...modifiers] },
      full: true,
      range: true,
    },
  },
  register(connection, session) {
    connection.languages.semanticTokens.on(
      session.answering(({ textDocument }) => {
        const file = session.source(textDocument.uri)?.file;
        return file ? tokens(session, file) : { data: [] };
      }),
    );
    connection.languages.semanticTokens.onRange(
      session.answering(({ textDocument, range }) => {
        const file = session.source(textDocument.uri)?.file;
        return file ? tokens(session, file, range) : { data: [] };
      }),
    );
  },
};

function tokens(session: Session, file: SourceFile, range?: Range) {
  const found: { start: number; end: number; type: Type; modifiers: readonly Modifier[] }[] = [];
  const from = range ? file.offsetAt({ line: range.start.line, character: 0 }) : 0;
  const to = range ? file.offsetAt({ line: range.end.line + 1, character: 0 }) : file.text.length;
  for (const block of file.blocks) {
    if (block.offset + block.text.length < from || block.offset > to) continue;
    for (const declaration of block.declarations) {
      for (const node of AstUtils.streamAst(declaration)) {
        const token = tokenOf(session, file, node);
        if (!token) continue;
        const { start, end } = placeOf(node, token.property);
        found.push({ start, end, type: token.type, modifiers: token.modifiers });
      }
    }
  }
  found.sort((a, b) => a.start - b.start);
  const builder = new SemanticTokensBuilder();
  for (const { start, end, type, modifiers: said } of found) {
    const { line, character } = file.range(start, start).start;
    const bits = said.reduce((sum, each) => sum | (1 << modifiers.indexOf(each)), 0);
    builder.push(line, character, end - start, types.indexOf(type), bits);
  }
  return builder.build();
}

function tokenOf(
  session: Session,
  file: SourceFile,
  node: AstNode,
): { property: string; type: Type; modifiers: readonly Modifier[] } | undefined {
  const visible = session.project.workspace.visible(file);
  const known = (resolved: unknown): readonly Modifier[] => (resolved ? [] : ['unresolved']);
  if (ast.isProduct(node)) return { property: 'name', type: 'class', modifiers: ['declaration'] };
  if (ast.isComponent(node)) return { property: 'name', type: 'property', modifiers: ['declaration'] };
  if (ast.isDevices(node)) return { property: 'name', type: 'variable', modifiers: ['declaration', 'readonly'] };
  if (ast.isPlanProduct(node))
    return { property: 'product', type: 'class', modifiers: known(visible.product(node.product)) };
  if (ast.isTargetEntry(node) && node.name !== undefined) {
    return { property: 'name', type: 'variable', modifiers: known(visible.devices(node.name)) };
  }
  if (ast.isUpgrade(node)) {
    const plan = AstUtils.getContainerOfType(node, ast.isPlan);
    const upgrade = plan && session.project.workspace.plan(plan).upgrades.find((each) => each.node === node);
    return { property: 'component', type: 'property', modifiers: known(upgrade?.component) };
  }
  if (ast.isAllow(node)) return { property: 'code', type: 'enumMember', modifiers: [] };
  if (ast.isUpgradeText(node)) return { property: 'language', type: 'enumMember', modifiers: [] };
  return undefined;
}
