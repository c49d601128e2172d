import { basename, resolve } from 'node:path';
import { type Client, describeFile, isProblem, type LocalFile, type VersionPackage } from '@otaplan/client';
import { type ComponentType, componentTypes, hasPackageFileEnding } from '@otaplan/model';
import { type Command, Option } from 'commander';
import { addConnectionOptions, type ConnectionOptions, connect } from '../connection.ts';
import { CliError, exits, type Io } from '../io.ts';
import { shown, writeJson } from '../text/shown.ts';

interface Options extends ConnectionOptions {
  name?: string;
  type?: ComponentType;
  targetVersion?: string;
  from?: string;
  remarks: string;
  json?: boolean;
}
/** A package as it is to be at Developer Center. */
interface Wanted {
  readonly name: string;
  readonly type: ComponentType;
  readonly version: string;
  readonly sourceVersion: string | null;
  readonly remarks: string;
  readonly files: readonly LocalFile[];
}

export function define(command: Command, io: Io): void {
  command.action(() => command.help({ error: true }));
  const upload = command
    .command('upload')
    .description('upload the packages that an .otaplan file declares, or one from firmware files');
  addConnectionOptions(upload)
    .argument('<file...>', 'an .otaplan file, or the 1 to 5 files of one package')
    .option('--name <name>', 'name of the package (by default type and version)')
    .addOption(new Option('--type <type>', 'component type').choices(componentTypes))
    .option('--target-version <version>', 'version that the package installs')
    .option('--from <version>', 'source version, for a delta package')
    .option('--remarks <text>', 'remarks', '')
    .option('--json', 'print the packages as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  $ otaplan package upload catalog.otaplan\n  $ otaplan package upload modem.bin --type module --target-version 2.4.0',
    )
    .action(async (files: string[], options: Options) => {
      const wanted = files.every((file) => file.endsWith('.otaplan'))
        ? await declared(io, files)
        : [await single(io, files, options)];
      const client = await connect(io, options);
      try {
        const uploaded: VersionPackage[] = [];
        for (const one of wanted) uploaded.push(await ensure(io, client, one));
        if (options.json) await writeJson(io, uploaded);
      } finally {
        await client.close();
      }
    });
}

async function declared(io: Io, files: readonly string[]): Promise<Wanted[]> {
  const { findPlanFiles } = await import('../sources.ts');
  const { compileFiles } = await import('../compiled.ts');
  const { packageSources } = await import('../package-sources.ts');
  const { sources } = await compileFiles(io, findPlanFiles(io, files));
  const local = await packageSources(sources, io.signal);
  return sources.workspace.packages().flatMap((one) => {
    const { name, type, version, source: sourceVersion } = one;
    const source = local.get(name);
    if (type === undefined || version === undefined || !source) return [];
    if (source.files.length < one.files.length)
      throw new CliError(exits.usage, `Package “${name}” lacks files; put them where its declaration says.`);
    return [{ name, type, version, sourceVersion, ...source }];
  });
}

async function single(io: Io, files: readonly string[], options: Options): Promise<Wanted> {
  const { type, targetVersion: version } = options;
  if (!type || !version)
    throw new CliError(
      exits.usage,
      'A firmware file needs --type and --target-version (or upload an .otaplan file that declares it).',
    );
  const local: LocalFile[] = [];
  for (const file of files) {
    if (!hasPackageFileEnding(file))
      throw new CliError(exits.usage, `${file} has an ending that a package file cannot have.`);
    local.push(await describeFile(resolve(io.cwd, file), basename(file), io.signal));
  }
  const sourceVersion = options.from ?? null;
  const name = options.name ?? `${type} ${sourceVersion === null ? '' : `${sourceVersion} to `}${version}`;
  return { name, type, version, sourceVersion, remarks: options.remarks, files: local };
}

/** Creates the package unless it is there, and uploads the files that it lacks. */
async function ensure(io: Io, client: Client, wanted: Wanted): Promise<VersionPackage> {
  const { signal } = io;
  const { files, ...rest } = wanted;
  const create = () =>
    client.packages.create(
      { ...rest, files: files.map(({ name, size, sha256 }) => ({ name, size, sha256 })) },
      { signal },
    );
  let found = await client.packages.find(wanted, { signal });
  try {
    found ??= await create();
  } catch (error) {
    if (!isProblem(error, 'package-exists')) throw error;
    found = await client.packages.find(wanted, { signal });
    if (!found) throw error;
  }
  const same = files.every((file) =>
    found?.files.some((there) => there.name === file.name && there.sha256 === file.sha256),
  );
  if (!same || found.files.length !== files.length) {
    throw new CliError(
      exits.no,
      `Package “${shown(found.name)}” is there with another content. A package cannot be changed: give the new content a new version.`,
    );
  }
  if (found.complete) {
    await io.stderr.write(`Package “${shown(found.name)}” is already at Developer Center.\n`);
    return found;
  }
  for (const file of files) {
    if (found.files.some((there) => there.name === file.name && there.uploaded)) continue;
    found = await client.packages.upload(found.id, file, { signal });
  }
  await io.stderr.write(`Package “${shown(found.name)}” uploaded.\n`);
  return found;
}
