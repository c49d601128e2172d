import * as vscode from 'vscode';
import { type Documents, segment } from './documents.ts';

/** Two sides of a plan in canonical text, and what is to be said of them. */
export interface PlanSides {
  /** Where both come from, such as a connection's name: part of the addresses. */
  readonly folder: string;
  readonly plan: string;
  /** `null`: there was none, or there is none any more. */
  readonly before: string | null;
  readonly after: string | null;
  /** Title of the diff. */
  readonly title: string;
}

/** Opens VS Code's diff on the two sides. */
export async function showDiff(documents: Documents, sides: PlanSides): Promise<void> {
  const name = `${segment(sides.plan)}.otaplan`;
  const folder = segment(sides.folder);
  const left = documents.put(`${folder}/${name}`, sides.before ?? '');
  const right = documents.put(`${folder}/local/${name}`, sides.after ?? '');
  const options = { preview: true, viewColumn: vscode.ViewColumn.One };
  await vscode.commands.executeCommand('vscode.diff', left, right, sides.title, options);
}

/** Shows a page of Markdown beside the editor. */
export async function showPage(documents: Documents, folder: string, name: string, markdown: string): Promise<void> {
  const page = documents.put(`${segment(folder)}/${segment(name)}.md`, markdown);
  await vscode.commands.executeCommand('markdown.showPreviewToSide', page);
}
