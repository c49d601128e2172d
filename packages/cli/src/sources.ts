import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Catalogue, defaultParser, type SourceFile, Workspace } from '@otaplan/language';
import { configName } from './config-name.ts';
import { CliError, exits, type Io } from './io.ts';
import { nodeWorld } from './node-world.ts';
import { isWithin, slashPath, uriOf } from './paths.ts';

/** Sources as they lie on disk, parsed, with every file that one of them imports. */
export interface LoadedSources {
  readonly workspace: Workspace;
  /** Addresses of the files that were asked for, in order. */
  readonly roots: readonly string[];
  /** Path of a source relative to the working directory, with forward slashes. */
  pathOf(uri: string): string;
}

/** A source above this is not even read; the language's own limit is 16 MiB. */
const longestSource = 64 * 1024 * 1024;
const passedOver = new Set(['node_modules', 'dist', 'out']);

/** The `.otaplan` files that paths mean: files as they are, folders with everything below. Throws a CliError for what is not there. */
export function findPlanFiles(io: Io, paths: readonly string[]): string[] {
  const found = new Set<string>();
  for (const path of paths.length > 0 ? paths : ['.']) {
    const full = resolve(io.cwd, path);
    if (!existsSync(full)) throw new CliError(exits.usage, `${path} is not there.`);
    if (statSync(full).isDirectory()) for (const file of filesBelow(full, isPlanFile)) found.add(file);
    else found.add(full);
  }
  return [...found];
}

function isPlanFile(name: string): boolean {
  return name.endsWith('.otaplan');
}

/** Files below a folder whose name is wanted. Hidden folders, and those of builds and packages, are passed over. */
export function* filesBelow(folder: string, wanted: (name: string) => boolean): Generator<string> {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    // Links are not followed: they can lead out of the workspace or in circles.
    if (entry.isDirectory() && !entry.name.startsWith('.') && !passedOver.has(entry.name)) {
      yield* filesBelow(path, wanted);
    } else if (entry.isFile() && wanted(entry.name)) yield path;
  }
}

/** Reads a source. What is not UTF-8 arrives as replacement characters, which the language reports. */
export function readSource(path: string, shownAs: string): string {
  try {
    if (lstatSync(path).size > longestSource) throw new CliError(exits.usage, `${shownAs} is too large to be a plan.`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof CliError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    throw new CliError(exits.usage, `${shownAs} cannot be read (${code === 'EISDIR' ? 'it is a folder' : code}).`);
  }
}

/** The folder that counts as the workspace of a file: the nearest above with a repository or a configuration, else the given one. */
function workspaceOf(folder: string, otherwise: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git')) || existsSync(join(at, configName))) return at;
    if (dirname(at) === at) return otherwise;
  }
}

/**
 * Loads sources with their imports.
 * @param files absolute paths
 * @throws CliError when one of the files cannot be read
 */
export function loadSources(
  io: Io,
  files: readonly string[],
  options: { catalogue?: Catalogue; folder?: string } = {},
): LoadedSources {
  const cwd = realpathSync(options.folder ?? io.cwd);
  const real = files.map((file) => {
    try {
      return realpathSync(file);
    } catch {
      throw new CliError(exits.usage, `${slashPath(io.cwd, file)} is not there.`);
    }
  });
  const folders = new Set([workspaceOf(cwd, cwd)]);
  for (const file of real) if (!isWithin(cwd, file)) folders.add(workspaceOf(dirname(file), dirname(file)));
  const world = nodeWorld({
    now: io.ambient.now(),
    zoneData: io.zoneData,
    folders: [...folders],
    ...(options.catalogue ? { catalogue: options.catalogue } : {}),
  });
  const parser = defaultParser();
  const parsed = new Map<string, SourceFile>();
  const pathOf = (uri: string) => slashPath(cwd, fileURLToPath(uri));
  const roots = real.map((path) => uriOf(path));
  const queue = [...roots];
  for (let uri = queue.shift(); uri !== undefined; uri = queue.shift()) {
    if (parsed.has(uri)) continue;
    const file = parser.parse(uri, readSource(fileURLToPath(uri), pathOf(uri)));
    parsed.set(uri, file);
    for (const imported of new Workspace(parsed, world).imports(file)) {
      // An import that is missing or outside is the language's to report.
      if (!parsed.has(imported.uri) && world.isInside(imported.uri) && isFile(imported.uri)) queue.push(imported.uri);
    }
  }
  return { workspace: new Workspace(parsed, world), roots, pathOf };
}

function isFile(uri: string): boolean {
  try {
    return statSync(fileURLToPath(uri)).isFile();
  } catch {
    return false;
  }
}
