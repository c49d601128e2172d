import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Plan, planDigest } from '@otaplan/model';
import * as z from 'zod';
import { CliError, exits, type Io } from './io.ts';
import { shown } from './text/shown.ts';

/**
 * What somebody looked at and agreed to: which plans, as they were declared and as Developer Center had them. `deploy --preview`
 * does exactly that, or refuses.
 */
const SavedPreview = z.object({
  kind: z.literal('otaplan preview'),
  version: z.literal(1),
  /** Origin of the Developer Center that was asked. */
  server: z.string(),
  /** When it was asked. For people; nothing is decided by it. */
  at: z.string(),
  plans: z.array(
    z.object({
      name: z.string(),
      /** Of the plan as declared. */
      digest: z.string(),
      /** The plan of that name at Developer Center; `null`: there was none. */
      deployed: z.object({ id: z.string(), revision: z.int(), digest: z.string() }).nullable(),
      preview: z.unknown(),
    }),
  ),
});
export type SavedPreview = z.infer<typeof SavedPreview>;

/** The file's text. */
export function savedPreviewText(content: Omit<SavedPreview, 'kind' | 'version'>): string {
  return `${JSON.stringify({ kind: 'otaplan preview', version: 1, ...content }, null, 2)}\n`;
}

/** Reads a saved preview. Throws a CliError when it is none. */
export function readSavedPreview(io: Io, file: string): SavedPreview {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(resolve(io.cwd, file), 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is not JSON' : (error as NodeJS.ErrnoException).code;
    throw new CliError(exits.usage, `${file} cannot be read (${why}).`);
  }
  const parsed = SavedPreview.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new CliError(exits.usage, `${file} is no preview that “otaplan preview --out” wrote.`);
}

/**
 * Refuses when what is declared, or which Developer Center is meant, is not what the preview showed.
 * That the deployed plans are still the same is for the deployment itself to hold to, by their revision.
 */
export function holdToPreview(saved: SavedPreview, file: string, plans: readonly Plan[], server: string): void {
  const refuse = (what: string) =>
    new CliError(
      exits.no,
      `${what}, so this is not what ${file} shows. Nothing was done. Make a new preview and look at it.`,
    );
  if (saved.server !== server) throw refuse(`The preview is of ${shown(saved.server)}, and this is ${server}`);
  const previewed = new Map(saved.plans.map((plan) => [plan.name, plan]));
  for (const plan of plans) {
    const shownThere = previewed.get(plan.name);
    if (!shownThere) throw refuse(`Plan “${shown(plan.name)}” is not in the preview`);
    if (shownThere.digest !== planDigest(plan)) {
      throw refuse(`Plan “${shown(plan.name)}” has changed in the files since the preview`);
    }
  }
  const declared = new Set(plans.map(({ name }) => name));
  const missing = saved.plans.find(({ name }) => !declared.has(name));
  if (missing) throw refuse(`Plan “${shown(missing.name)}” of the preview is not in these files`);
}
