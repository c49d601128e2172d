import type { Finding } from '../findings.ts';
import * as ast from '../generated/ast.ts';
import type { PlanMeaning } from '../meaning/plan.ts';
import type { Workspace } from '../meaning/workspace.ts';
import type { Position, Range } from '../syntax/lines.ts';
import { type Block, blockOfNode, fileOf, type SourceFile } from '../syntax/source.ts';

interface Stretch {
  readonly uri: string;
  readonly range: Range;
}

/**
 * Tells which findings concern a plan: those in it, in the declarations that it uses, and in whatever might change what
 * its words stand for (an import of its file, a declaration that cannot be read). What is wrong with another plan, or with
 * a list that it does not name, is none of its business.
 */
export function concerning(plan: PlanMeaning, workspace: Workspace): (finding: Finding) => boolean {
  const visible = visibleFiles(plan.file, workspace);
  const stretches = [
    ...usedBy(plan).map((node) => stretchOf(fileOf(node), blockOfNode(node))),
    ...[...visible].flatMap((file) => unreadable(file, plan)),
    ...plan.file.blocks
      .filter(({ declarations: [first] }) => ast.isImport(first))
      .map((block) => stretchOf(plan.file, block)),
  ];
  // What no declaration covers, such as a file that is too large, hides whatever it held.
  const whole = new Set([...visible].filter(({ problems }) => problems.length > 0).map(({ uri }) => uri));
  const touches = (place: Stretch) =>
    whole.has(place.uri) || stretches.some(({ uri, range }) => uri === place.uri && overlaps(range, place.range));
  return (finding) => touches(finding) || finding.related.some(touches);
}

/** The plan's file and those that it imports. */
export function visibleFiles(file: SourceFile, workspace: Workspace): ReadonlySet<SourceFile> {
  return new Set([file, ...workspace.imports(file).flatMap(({ file: imported }) => imported ?? [])]);
}

/** The plan and the declarations that it names. */
function usedBy(plan: PlanMeaning): ast.Declaration[] {
  const { include = [], exclude = [] } = plan.targets ?? {};
  const lists = [...include, ...exclude].flatMap(({ devices }) => devices?.node ?? []);
  const packages = plan.upgrades.flatMap((upgrade) => upgrade.package?.node ?? []);
  return [plan.node, ...(plan.product ? [plan.product] : []), ...packages, ...lists];
}

/** Pieces of a file that could not be read, but for other plans: nobody can name a plan. */
function unreadable(file: SourceFile, plan: PlanMeaning): Stretch[] {
  const own = blockOfNode(plan.node);
  return file.blocks
    .filter((block) => block.broken && block !== own && !/^(?:\s|\/\/.*|\/\*[\s\S]*?\*\/)*plan\b/.test(block.text))
    .map((block) => stretchOf(file, block));
}

function stretchOf(file: SourceFile, { offset, text }: Block): Stretch {
  const blank = /^\s*/.exec(text)?.[0].length ?? 0;
  return { uri: file.uri, range: file.range(offset + blank, offset + text.length) };
}

function overlaps(a: Range, b: Range): boolean {
  return !isBefore(a.end, b.start) && !isBefore(b.end, a.start);
}

function isBefore(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}
