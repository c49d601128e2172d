import { Command } from 'commander';
import { commandTable } from './command-table.ts';
import type { Io } from './io.ts';

const intro = `# The \`otaplan\` command

Generated from the command table (\`packages/cli/src/command-table.ts\`) and the commands' own help; edits here are lost.

Everywhere: \`--json\` prints one JSON document (or JSON lines, where a command says *stream* or *per line*) on stdout and nothing else
there; messages and progress go to stderr; \`NO_COLOR\` is obeyed. Ctrl-C cancels cleanly, twice at once.

| exit | means |
|---|---|
| 0 | done |
| 1 | the answer is no: errors found, differences with \`--exit-code\`, refused, some devices refused |
| 2 | wrong usage, or a file that cannot be read |
| 3 | could not reach or sign in |
| 4 | the outcome is not known: run \`otaplan status\` |
| 130 | interrupted |

Which Developer Center is meant: \`--connection NAME\` of \`otaplan.config.json\`, \`--server URL\` or \`OTAPLAN_SERVER\`, the default
connection. The access key: \`OTAPLAN_ACCESS_KEY\` and \`OTAPLAN_ACCESS_SECRET\`, or the system keychain after \`otaplan login\`; never an argument.
`;

/** The reference of all commands (docs/command.md), made of what \`--help\` prints. Nothing is run. */
export async function renderCommandReference(io: Io): Promise<string> {
  const program = new Command('otaplan').configureOutput({ getOutHelpWidth: () => 110 });
  const sections: string[] = [];
  for (const { name, summary, load } of commandTable) {
    const command = program.command(name).summary(summary).description(summary);
    (await load()).define(command, io, () => {});
    sections.push(...sectionsOf(command, `otaplan ${name}`));
  }
  const rows = commandTable.map(({ name, summary }) => `| [\`${name}\`](#otaplan-${name}) | ${summary} |`);
  const overview = `| command | does |\n|---|---|\n${rows.join('\n')}\n`;
  return [intro, overview, ...sections].join('\n');
}

/** A command and those below it. */
function sectionsOf(command: Command, title: string): string[] {
  let help = '';
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
    getOutHelpWidth: () => 110,
  });
  command.outputHelp();
  const own = `## ${title}\n\n\`\`\`\n${help.trimEnd()}\n\`\`\`\n`;
  return [own, ...command.commands.flatMap((each) => sectionsOf(each, `${title} ${each.name()}`))];
}
