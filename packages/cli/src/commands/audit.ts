import { type Command, InvalidArgumentError } from 'commander';
import { addConnectionOptions, type ConnectionOptions, connect } from '../connection.ts';
import type { Io } from '../io.ts';
import { shown, writeJsonLine } from '../text/shown.ts';

export function define(command: Command, io: Io): void {
  addConnectionOptions(command)
    .option('--limit <count>', 'how many entries, newest first', count, 100)
    .option('--json', 'print one JSON document per line')
    .addHelpText('after', '\nExample:\n  $ otaplan audit --limit 20')
    .action(async (options: ConnectionOptions & { limit: number; json?: boolean }) => {
      const client = await connect(io, options);
      try {
        let left = options.limit;
        for await (const entry of client.audit({ signal: io.signal })) {
          if (left-- === 0) break;
          if (options.json) await writeJsonLine(io, entry);
          else {
            const { time, who, action, subject, detail } = entry;
            const about = detail === '' ? '' : `: ${shown(detail)}`;
            await io.stdout.write(`${time}  ${shown(who)}  ${action} “${shown(subject)}”${about}\n`);
          }
        }
      } finally {
        await client.close();
      }
    });
}

function count(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('A count is a whole number from 1 on.');
  return Number(text);
}
