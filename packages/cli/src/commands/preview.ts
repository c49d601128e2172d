import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { PlanPreview } from '@otaplan/client';
import type { Command } from 'commander';
import { compileFiles } from '../compiled.ts';
import { addConnectionOptions, type ConnectionOptions, connect } from '../connection.ts';
import { CliError, exits, type Io } from '../io.ts';
import { savedPreviewText } from '../saved-preview.ts';
import { findPlanFiles } from '../sources.ts';
import { previewText, refusalsOf } from '../text/preview.ts';
import { writeJson } from '../text/shown.ts';

interface Options extends ConnectionOptions {
  plan?: string;
  out?: string;
  json?: boolean;
}

export function define(command: Command, io: Io, exit: (code: number) => void): void {
  addConnectionOptions(command)
    .argument('<file...>', 'files or folders with plans')
    .option('--plan <name>', 'only the plan of this name')
    .option('--out <file>', 'also save it, so that “deploy --preview FILE” does exactly this or refuses')
    .option('--json', 'print an array of {plan, preview}')
    .addHelpText('after', '\nExample:\n  $ otaplan preview spring.otaplan')
    .action(async (files: string[], options: Options) => {
      const { plans } = await compileFiles(
        io,
        findPlanFiles(io, files),
        options.plan === undefined ? {} : { plan: options.plan },
      );
      const client = await connect(io, options);
      try {
        const at = new Date(io.ambient.now()).toISOString();
        const previews: { plan: string; digest: string; preview: PlanPreview }[] = [];
        let refused = false;
        for (const plan of plans) {
          const preview = await client.plans.preview(plan, { signal: io.signal });
          previews.push({ plan: plan.name, digest: plan.digest, preview });
          refused ||= refusalsOf(plan, preview).length > 0;
          if (!options.json) await io.stdout.write(previewText(plan, preview));
        }
        if (options.out !== undefined) {
          const saved = previews.map(({ plan: name, digest, preview }) => {
            const { deployed } = preview;
            const seen = deployed && { id: deployed.id, revision: deployed.revision, digest: deployed.digest };
            return { name, digest, deployed: seen, preview };
          });
          save(io, options.out, savedPreviewText({ server: client.server, at, plans: saved }));
          await io.stderr.write(`${options.out} written.\n`);
        }
        if (options.json) await writeJson(io, previews);
        exit(refused ? exits.no : exits.done);
      } finally {
        await client.close();
      }
    });
}

function save(io: Io, file: string, text: string): void {
  try {
    writeFileSync(resolve(io.cwd, file), text);
  } catch (error) {
    throw new CliError(exits.usage, `${file} cannot be written (${(error as NodeJS.ErrnoException).code}).`);
  }
}
