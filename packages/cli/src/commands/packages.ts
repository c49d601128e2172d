import type { VersionPackage } from '@otaplan/client';
import type { Command } from 'commander';
import { addConnectionOptions, type ConnectionOptions, connect } from '../connection.ts';
import type { Io } from '../io.ts';
import { shown, table, writeJson } from '../text/shown.ts';

export function define(command: Command, io: Io): void {
  addConnectionOptions(command)
    .option('--json', 'print an array as JSON')
    .addHelpText('after', '\nExample:\n  $ otaplan packages --json')
    .action(async (options: ConnectionOptions & { json?: boolean }) => {
      const client = await connect(io, options);
      try {
        const found: VersionPackage[] = [];
        for await (const one of client.packages.list({}, { signal: io.signal })) found.push(one);
        if (options.json) return await writeJson(io, found);
        if (found.length === 0) return await io.stdout.write('There are no packages.\n');
        const rows = found.map((p) => [
          shown(p.name),
          p.type,
          p.sourceVersion === null
            ? `${shown(p.version)} full`
            : `${shown(p.sourceVersion)} → ${shown(p.version)} delta`,
          `${p.files.length} file${p.files.length === 1 ? '' : 's'}`,
          p.complete ? '' : 'incomplete',
        ]);
        await io.stdout.write(table(rows));
      } finally {
        await client.close();
      }
    });
}
