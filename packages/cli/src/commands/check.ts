import { checkWorkspace } from '@otaplan/language';
import { type Command, Option } from 'commander';
import { exits, type Io } from '../io.ts';
import { findPlanFiles, loadSources } from '../sources.ts';
import { type FindingFormat, findingFormats, printFindings } from '../text/findings.ts';
import { colorsFor } from '../text/shown.ts';

export function define(command: Command, io: Io, exit: (code: number) => void): void {
  command
    .argument('[path...]', 'files or folders', ['.'])
    .addOption(new Option('--format <format>', 'how findings are printed').choices(findingFormats).default('text'))
    .option('--json', 'the same as --format json')
    .option('--strict', 'warnings count as errors')
    .option('--online', 'also ask Developer Center')
    .option('--server <url>', 'address of Developer Center, for --online')
    .option('--connection <name>', 'a connection of otaplan.config.json, for --online')
    .addHelpText('after', '\nExample:\n  $ otaplan check plans/ --format github')
    .action(async (paths: string[], options: Options) => {
      const files = findPlanFiles(io, paths);
      const catalogue = options.online ? await onlineCatalogue(io, files, options) : undefined;
      const { workspace, roots, pathOf } = loadSources(io, files, catalogue ? { catalogue } : {});
      const result = checkWorkspace(workspace, { roots });
      const format = options.json ? 'json' : options.format;
      const textOf = (file: string) => {
        const uri = roots.find((root) => pathOf(root) === file);
        return uri === undefined ? undefined : workspace.files.get(uri)?.text;
      };
      const colors = colorsFor(io, io.stdout);
      await printFindings(io, result, { format, pathOf, colors, files: roots.map(pathOf), textOf });
      const bad = result.findings.some(
        ({ severity }) => severity === 'error' || (options.strict === true && severity === 'warning'),
      );
      exit(bad ? exits.no : exits.done);
    });
}

interface Options {
  format: FindingFormat;
  json?: boolean;
  strict?: boolean;
  online?: boolean;
  server?: string;
  connection?: string;
}

async function onlineCatalogue(io: Io, files: readonly string[], options: Options) {
  const { connect } = await import('../connection.ts');
  const { readCatalogue } = await import('../catalogue.ts');
  const { workspace } = loadSources(io, files);
  const client = await connect(io, options);
  try {
    return await readCatalogue(client, workspace, io.signal);
  } finally {
    await client.close();
  }
}
