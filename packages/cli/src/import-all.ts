import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Client, describeFile } from '@otaplan/client';
import { gather, parseAll, readDeclared, Workspace } from '@otaplan/language';
import { isOver, type Plan, planStatusNames } from '@otaplan/model';
import { layOut } from './import-layout.ts';
import { CliError, exits, type Io } from './io.ts';
import { readPackages } from './known-packages.ts';
import { slashPath, uriOf } from './paths.ts';
import { filesBelow } from './sources.ts';
import { writeNew } from './text-files.ts';

/** What an import wrote. */
export interface Imported {
  /** Relative to the working directory. */
  readonly files: readonly string[];
  readonly plans: readonly string[];
  /** Plans that are over: they are history, and could not be deployed again. */
  readonly over: readonly string[];
  /** Names of packages that none of these plans needs. They stay where they are, and are not written. */
  readonly otherPackages: readonly string[];
  /** Package files that were found nowhere below the working directory. They have to be put there before anything is deployed. */
  readonly missing: readonly { readonly path: string; readonly sha256: string | null }[];
}

/**
 * Writes every plan that is not over into a folder. Before anything is written it is read back: what is written means exactly what
 * is deployed.
 */
export async function importAll(io: Io, client: Client, directory: string): Promise<Imported> {
  const { signal } = io;
  const folder = resolve(io.cwd, directory);
  const titles = await productTitles(client, signal);
  const plans: Plan[] = [];
  const over: string[] = [];
  for await (const { plan } of client.plans.list({}, { signal })) {
    if (isOver(planStatusNames.find((status) => status === plan.status) ?? 'inactivated')) over.push(plan.name);
    else plans.push((await client.plans.get(plan.id, { signal })).document);
  }
  // Oldest first: what came later stays on its own where it differs.
  plans.reverse();
  const packages = await readPackages(client, signal);
  const firmware = await findFirmware(io, plans);
  const missing = new Map<string, { path: string; sha256: string | null }>();
  const texts = layOut(plans, {
    titles,
    remarks: packages.remarks,
    pathOf: ({ name, sha256 }) => {
      const found = sha256 === null ? undefined : firmware.get(sha256);
      if (found !== undefined) return slashPath(folder, found);
      const path = `firmware/${name}`;
      missing.set(`${path} ${sha256}`, { path, sha256 });
      return path;
    },
  });
  await readBack(io, folder, texts, plans);
  const shownAs = (path: string) => slashPath(io.cwd, join(folder, path));
  const there = [...texts.keys()].find((path) => existsSync(join(folder, path)));
  if (there !== undefined) {
    throw new CliError(
      exits.no,
      `${shownAs(there)} exists. Choose another folder with --directory, or remove it first.`,
    );
  }
  for (const [path, text] of texts) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeNew(join(folder, path), shownAs(path), text);
  }
  return {
    files: [...texts.keys()].map(shownAs),
    plans: plans.map(({ name }) => name),
    over,
    otherPackages: packages.unusedBy(plans.flatMap(({ components }) => components)),
    missing: [...missing.values()],
  };
}

/** Names of products by their keys. */
export async function productTitles(client: Client, signal: AbortSignal): Promise<Map<string, string>> {
  const titles = new Map<string, string>();
  for await (const { productKey, productName } of client.products({ signal })) {
    if (productName) titles.set(productKey, productName);
  }
  return titles;
}

/** Files below the working directory that are package files of the plans, by digest. */
async function findFirmware(io: Io, plans: readonly Plan[]): Promise<Map<string, string>> {
  const wanted = new Set(
    plans.flatMap((plan) =>
      plan.components.flatMap((component) => component.package?.files.map(({ name }) => name) ?? []),
    ),
  );
  const found = new Map<string, string>();
  for (const path of filesBelow(io.cwd, (name) => wanted.has(name))) {
    const { sha256 } = await describeFile(path, 'firmware', io.signal);
    if (!found.has(sha256)) found.set(sha256, path);
  }
  return found;
}

/** Throws when what would be written does not mean what is deployed: an import must never change a plan unseen. */
async function readBack(
  io: Io,
  folder: string,
  texts: ReadonlyMap<string, string>,
  plans: readonly Plan[],
): Promise<void> {
  const byUri = new Map([...texts].map(([path, text]) => [uriOf(join(folder, path)), text]));
  const roots = new Map([...byUri].filter(([uri]) => uri.endsWith('.otaplan')));
  const { sources, world } = await gather(
    roots,
    {
      isInside: () => true,
      readText: async (uri) => {
        const value = byUri.get(uri);
        return value === undefined ? { kind: 'bad', reason: 'it is missing' } : { kind: 'good', value };
      },
      fileFacts: async () => ({ kind: 'notKnown' }),
    },
    { now: io.ambient.now(), zoneDataVersion: io.zoneData },
  );
  const read = readDeclared(new Workspace(parseAll(sources), world), [...roots.keys()]);
  const digests = new Map(read.plans.map((plan) => [plan.name, plan.digest]));
  const wrong = plans.find((plan) => digests.get(plan.name) !== plan.digest);
  if (wrong) {
    throw new CliError(
      exits.no,
      `Plan “${wrong.name}” cannot be written together with the others so that it means the same. Nothing was written; import it alone: otaplan import "${wrong.name}".`,
    );
  }
}
