import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { printPlan } from '@otaplan/language';
import type { Command } from 'commander';
import { addConnectionOptions, type ConnectionOptions, connect, findPlan } from '../connection.ts';
import { type Imported, importAll, productTitles } from '../import-all.ts';
import { CliError, exits, type Io } from '../io.ts';
import { readPackages } from '../known-packages.ts';
import { shown, writeJson } from '../text/shown.ts';
import { writeNew } from '../text-files.ts';

interface Options extends ConnectionOptions {
  output?: string;
  all?: boolean;
  directory: string;
  json?: boolean;
}

export function define(command: Command, io: Io): void {
  addConnectionOptions(command)
    .argument('[plan]', 'name or id of the plan')
    .option('-o, --output <file>', 'write to a new file instead of stdout')
    .option(
      '--all',
      'every plan that is not over, with products, packages and device lists, as files that work together',
    )
    .option('-d, --directory <folder>', 'with --all: where the files are written', '.')
    .option('--json', 'print {plan, text} as JSON; with --all {files, plans, over, otherPackages, missing}')
    .addHelpText(
      'after',
      '\nExample:\n  $ otaplan import "Water meter 2.4" -o spring.otaplan\n  $ otaplan import --all --directory plans',
    )
    .action(async (argument: string | undefined, options: Options) => {
      if ((argument === undefined) !== (options.all === true)) {
        throw new CliError(exits.usage, 'Say which plan, or --all.');
      }
      if (options.output !== undefined && existsSync(resolve(io.cwd, options.output))) {
        throw new CliError(exits.no, `${options.output} exists. Choose another name, or remove it first.`);
      }
      const client = await connect(io, options);
      try {
        if (argument === undefined) return await tell(io, await importAll(io, client, options.directory), options);
        const { plan } = await findPlan(client, argument, io.signal);
        const { document } = await client.plans.get(plan.id, { signal: io.signal });
        const { remarks } = await readPackages(client, io.signal);
        const title = (await productTitles(client, io.signal)).get(document.product);
        const text = printPlan(document, { remarks, ...(title === undefined ? {} : { title }) });
        if (options.json) await writeJson(io, { plan: plan.name, text });
        if (options.output === undefined) return options.json ? undefined : await io.stdout.write(text);
        writeNew(resolve(io.cwd, options.output), options.output, text);
        await io.stderr.write(`${options.output} written.\n`);
      } finally {
        await client.close();
      }
    });
}

async function tell(io: Io, imported: Imported, { json }: Options): Promise<void> {
  const { files, plans, over, otherPackages, missing } = imported;
  if (json) await writeJson(io, imported);
  else for (const file of files) await io.stdout.write(`${shown(file)}\n`);
  await io.stderr.write(
    `${plans.length === 1 ? '1 plan' : `${plans.length} plans`} written${over.length > 0 ? `; ${over.length} that are over were left out` : ''}.\n`,
  );
  if (otherPackages.length > 0) {
    await io.stderr.write(
      `Packages that no plan needs, and that were left out: ${otherPackages.map(shown).join(', ')}.\n`,
    );
  }
  for (const { path, sha256 } of missing) {
    await io.stderr.write(
      `Put the package file ${shown(path)} there (SHA-256 ${sha256 ?? 'not known'}) before you deploy.\n`,
    );
  }
}
