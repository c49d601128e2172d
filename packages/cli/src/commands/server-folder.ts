import { join, resolve } from 'node:path';
import {
  askForBackup,
  backupDatabase,
  backupFolder,
  type CopiedFiles,
  openBucketFiles,
  restoreDatabase,
  restoreFolder,
  StartError,
  systemClock,
  verifyDatabase,
  verifyFolder,
} from '@otaplan/developer-center';
import type { Command } from 'commander';
import { CliError, exits, type Io } from '../io.ts';
import { writeJsonLine } from '../text/shown.ts';
import { checkDatabase, checkFiles } from './server-addresses.ts';

interface Options {
  data?: string;
  json?: true;
}

/** What is done with a data folder beside running a server on it: `verify`, `backup`, `restore`. */
export function defineFolderCommands(server: Command, io: Io, exit: (code: number) => void): void {
  const add = (name: string, summary: string, example: string) =>
    server
      .command(name)
      .summary(summary)
      .description(summary)
      .option('--data <dir>', 'the data folder (default: otaplan-data)')
      .option('--json', 'print one JSON document')
      .addHelpText('after', `\nExample:\n  $ otaplan server ${example}`);
  // The parent knows both options too, and takes them wherever they stand.
  const parent = () => server.opts<{ data: string; database?: string; files?: string; json?: true }>();
  const folder = (options: Options) => resolve(io.cwd, options.data ?? parent().data);
  const database = () => {
    const { database: url } = parent();
    if (url !== undefined) checkDatabase(url);
    return url;
  };
  const kept = () => {
    const { files } = parent();
    if (files === undefined) return undefined;
    checkFiles(files);
    return openBucketFiles(files, io.env, systemClock);
  };
  const json = (options: Options) => options.json ?? parent().json ?? false;

  add(
    'verify',
    'look at everything in a data folder or backup while no server runs on it, or in a PostgreSQL database at any time: counters, statuses, logs, checksums, package files (with --files, those in the S3 store)',
    'verify --data ./data',
  ).action(async (options: Options) => {
    const data = folder(options);
    const url = database();
    const found = await told(async () =>
      url === undefined ? await verifyFolder(data, kept()) : await verifyDatabase(url, data, kept()),
    );
    const sound = found.problems.length === 0;
    if (json(options)) await writeJsonLine(io, { sound, ...found });
    else {
      for (const problem of found.problems) await io.stdout.write(`${problem}\n`);
      const held = `${found.plans} plans, ${found.planDevices} devices in them, ${found.logLines} log lines, ${found.packageFiles} package files`;
      await io.stdout.write(
        sound
          ? `Everything holds: ${held}.\n`
          : `${found.problems.length} problems in ${held}. Stop the server and restore the last backup that “verify” finds sound.\n`,
      );
    }
    if (!sound) exit(exits.no);
  });

  add(
    'backup',
    'copy a data folder, or a PostgreSQL database by its pg_dump, as it is at one moment, also while servers run; the copy appears when it is whole. Package files in an S3 store are not copied',
    'backup ./backup --data ./data',
  )
    .argument('<dir>', 'where to; must not exist yet')
    .action(async (dir: string, options: Options) => {
      const [data, target] = [folder(options), resolve(io.cwd, dir)];
      const url = database();
      const { running, copied, notCopied } = await told(async () =>
        url === undefined
          ? await backUp(data, target)
          : { running: false, ...(await backupDatabase(url, data, target)) },
      );
      if (json(options))
        await writeJsonLine(io, { backup: target, running, packageFiles: copied, packageFilesNotCopied: notCopied });
      else {
        await io.stdout.write(`Backed up to ${target}${running ? ' by the running server' : ''}.\n`);
        if (notCopied > 0)
          await io.stdout.write(
            `Not in it: ${notCopied} of ${copied + notCopied} package files, which are not in ${join(data, 'files')}. If they are in an S3 store, keep that by its own means (versioning, replication).\n`,
          );
      }
    });

  add(
    'restore',
    'make a data folder from a backup, which is verified first; with --database, an empty database and the data folder; with --files, the package files stay in the S3 store',
    'restore ./backup --data ./restored',
  )
    .argument('<dir>', 'the backup')
    .action(async (dir: string, options: Options) => {
      const [backup, data] = [resolve(io.cwd, dir), folder(options)];
      const url = database();
      await told(async () =>
        url === undefined
          ? await restoreFolder(backup, data, kept())
          : await restoreDatabase(backup, url, data, kept()),
      );
      if (json(options)) await writeJsonLine(io, { restored: data });
      else await io.stdout.write(`Restored to ${data}. Start it with “otaplan server --data ${data}”.\n`);
    });
}

/** @returns also whether a running server made it */
async function backUp(data: string, target: string): Promise<CopiedFiles & { running: boolean }> {
  try {
    return { running: false, ...(await backupFolder(data, target)) };
  } catch (error) {
    if (!(error instanceof StartError) || error.failure !== 'locked') throw error;
    return { running: true, ...(await askForBackup(data, target)) };
  }
}

async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StartError) throw new CliError(exits.no, error.message);
    throw error;
  }
}
