import { ast, type Block, keptName, placeOf, rules, type SourceFile, zoneOf } from '@otaplan/language';
import { isZone } from '@otaplan/model';
import { type AstNode, AstUtils } from 'langium';
import { type CancellationToken, type Range, SemanticTokensBuilder } from 'vscode-languageserver';
import type { Session } from '../session.ts';
import type { Feature } from './feature.ts';

const types = ['class', 'property', 'variable', 'enumMember', 'string'] as const;
const modifiers = ['declaration', 'deprecated', 'unresolved'] as const;
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
      session.answering(async ({ textDocument }, token) => {
        const file = session.source(textDocument.uri)?.file;
        return file ? tokens(session, file, file.blocks, token) : { data: [] };
      }),
    );
    connection.languages.semanticTokens.onRange(
      session.answering(async ({ textDocument, range }, token) => {
        const file = session.source(textDocument.uri)?.file;
        return file ? tokens(session, file, blocksIn(file, range), token) : { data: [] };
      }),
    );
  },
};

function blocksIn(file: SourceFile, range: Range): readonly Block[] {
  const from = file.offsetAt({ line: range.start.line, character: 0 });
  const to = file.offsetAt({ line: range.end.line + 1, character: 0 });
  return file.blocks.filter(({ offset, text }) => offset + text.length >= from && offset <= to);
}

/** A word with a meaning. */
interface Word {
  readonly node: AstNode;
  readonly property: string | undefined;
  readonly type: Type;
  readonly modifiers: readonly Modifier[];
}

async function tokens(session: Session, file: SourceFile, blocks: readonly Block[], cancel: CancellationToken) {
  const builder = new SemanticTokensBuilder();
  for (const block of blocks) {
    const found = block.declarations
      .flatMap((declaration) => [...AstUtils.streamAst(declaration)])
      .flatMap((node) => [...wordsOf(session, file, node)])
      .map((word) => ({ ...word, place: placeOf(word.node, word.property) }))
      .sort((a, b) => a.place.start - b.place.start);
    for (const { place, type, modifiers: said } of found) {
      const { line, character } = file.range(place.start, place.start).start;
      const bits = said.reduce((sum, each) => sum | (1 << modifiers.indexOf(each)), 0);
      builder.push(line, character, place.end - place.start, types.indexOf(type), bits);
    }
    await session.pause(cancel, file);
  }
  return builder.build();
}

function* wordsOf(session: Session, file: SourceFile, node: AstNode): Iterable<Word> {
  const visible = session.project.workspace.visible(file);
  const word = (property: string, type: Type, ...said: readonly Modifier[]): Word => ({
    node,
    property,
    type,
    modifiers: said,
  });
  const reference = (property: string, type: Type, resolved: unknown) =>
    word(property, type, ...(resolved ? [] : (['unresolved'] as const)));
  if (ast.isProduct(node)) yield word('name', 'class', 'declaration');
  else if (ast.isComponent(node)) yield word('name', 'property', 'declaration');
  else if (ast.isDevices(node)) {
    yield word('name', 'variable', 'declaration');
    yield reference('product', 'class', visible.product(node.product));
  } else if (ast.isPlanProduct(node)) yield reference('product', 'class', visible.product(node.product));
  else if (ast.isTargetEntry(node) && node.name !== undefined) {
    yield reference('name', 'variable', visible.devices(node.name));
  } else if (ast.isUpgrade(node)) {
    const plan = AstUtils.getContainerOfType(node, ast.isPlan);
    const upgrade = plan && session.project.workspace.plan(plan).upgrades.find((each) => each.node === node);
    yield reference('component', 'property', upgrade?.component);
  } else if (ast.isAllow(node)) yield reference('code', 'enumMember', codes.has(node.code));
  else if (ast.isUpgradeText(node)) yield word('language', 'enumMember');
  else if (ast.isZone(node)) {
    const zone = zoneOf(node);
    const said: readonly Modifier[] =
      keptName(zone) !== undefined ? ['deprecated'] : isZone(zone) ? [] : ['unresolved'];
    if (said.length > 0) yield { node, property: undefined, type: 'string', modifiers: said };
  }
}

const codes: ReadonlySet<string> = new Set(rules.map(({ code }) => code));
