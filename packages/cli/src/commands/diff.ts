import { type Comparison, comparisonMarkdown, differs } from '@otaplan/model';
import { type Command, Option } from 'commander';
import { compareDeployed, compareSides, declaredIn } from '../comparison.ts';
import { addConnectionOptions, type ConnectionOptions, connect } from '../connection.ts';
import { exits, type Io } from '../io.ts';
import { comparisonText } from '../text/difference.ts';
import { writeJson } from '../text/shown.ts';

interface Options extends ConnectionOptions {
  base?: string;
  from?: string;
  deployed?: boolean;
  format: 'text' | 'json' | 'markdown';
  json?: boolean;
  exitCode?: boolean;
}

export function define(command: Command, io: Io, exit: (code: number) => void): void {
  addConnectionOptions(command)
    .argument('[path...]', 'files or folders; every plan below this folder without')
    .addOption(
      new Option(
        '--base <gitrev>',
        'compare with a revision of the repository (HEAD without any of the three)',
      ).conflicts(['deployed', 'from']),
    )
    .option(
      '--deployed',
      'compare with what is at Developer Center; without paths, plans that no file declares are told too',
    )
    .addOption(new Option('--from <path>', 'compare with another file or folder').conflicts('deployed'))
    .addOption(
      new Option('--format <format>', 'how it is printed').choices(['text', 'json', 'markdown']).default('text'),
    )
    .option('--json', 'the same as --format json')
    .option('--exit-code', 'exit 1 when something differs')
    .addHelpText('after', '\nExample:\n  $ otaplan diff plans/ --base origin/main --format markdown')
    .action(async (paths: string[], options: Options) => {
      const comparison = await compare(io, paths, options);
      await print(io, comparison, options.json ? 'json' : options.format);
      exit(options.exitCode && differs(comparison) ? exits.no : exits.done);
    });
}

async function compare(io: Io, paths: readonly string[], options: Options): Promise<Comparison> {
  const wanted = paths.length > 0 ? paths : ['.'];
  if (options.deployed) {
    const after = declaredIn(io, wanted);
    const client = await connect(io, options);
    try {
      return await compareDeployed(io, client, after, paths.length === 0);
    } finally {
      await client.close();
    }
  }
  if (options.from !== undefined) {
    return compareSides(declaredIn(io, [options.from]), declaredIn(io, wanted), options.from);
  }
  const { declaredAt } = await import('../git.ts');
  const revision = options.base ?? 'HEAD';
  return compareSides(await declaredAt(io, revision, wanted), declaredIn(io, wanted), `revision ${revision}`);
}

async function print(io: Io, comparison: Comparison, format: Options['format']): Promise<void> {
  switch (format) {
    case 'json':
      return await writeJson(io, [
        ...comparison.plans,
        ...comparison.packages,
        ...comparison.notes.map((note) => ({ note })),
      ]);
    case 'markdown':
      return await io.stdout.write(comparisonMarkdown(comparison));
    case 'text':
      return await io.stdout.write(comparisonText(comparison));
  }
}
