import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { PlanPreview } from '@otaplan/client';
import type { Plan } from '@otaplan/model';
import type { Command } from 'commander';
import { compileFiles } from '../compiled.ts';
import { addConnectionOptions, type ConnectionOptions, connect } from '../connection.ts';
import { CliError, exits, type Io } from '../io.ts';
import { savedPreviewText } from '../saved-preview.ts';
import { findPlanFiles } from '../sources.ts';
import { shown, table, writeJson } from '../text/shown.ts';

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
          if (!options.json) await io.stdout.write(describe(plan, preview));
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

const ways: Readonly<Record<string, string>> = {
  upgrade: 'upgraded',
  atTarget: 'no update required',
  noWay: 'no way to the target',
  notReported: 'version not reported',
};

/** Whether the plan brings the package of a component along. */
function declares(plan: Plan, identifier: string): boolean {
  return plan.components.some((component) => component.identifier === identifier && component.package !== null);
}

/** Why activation would be refused, after a deployment has uploaded what the plan brings along. */
function refusalsOf(plan: Plan, preview: PlanPreview): PlanPreview['refusals'] {
  const lacking = preview.packages.filter(({ present, identifier }) => !present && !declares(plan, identifier));
  return preview.refusals.filter(({ problem }) => problem !== 'package-missing' || lacking.length > 0);
}

function describe(plan: Plan, preview: PlanPreview): string {
  const { devices } = preview;
  const lines = [`Plan “${shown(plan.name)}”`];
  const unknown =
    devices.unknown > 0
      ? `, ${devices.unknown} not known there (${devices.unknownFirst.map(shown).join(', ')}${devices.unknown > devices.unknownFirst.length ? ', …' : ''})`
      : '';
  lines.push(
    `  Devices: ${devices.matched} matched, ${devices.online} of them online, ${devices.excluded} excluded${unknown}.`,
  );
  for (const component of preview.components) {
    lines.push(`  ${shown(component.identifier)} to ${shown(component.target)}:`);
    const rows = component.versions.map((v) => [
      `    ${shown(v.version ?? '–')}`,
      String(v.devices),
      ways[v.way] ?? shown(v.way),
    ]);
    lines.push(table(rows).trimEnd());
  }
  for (const conflict of preview.conflicts) {
    lines.push(
      `  Conflict: plan “${shown(conflict.planName)}” wants ${shown(conflict.identifier)} of ${conflict.devices} of these devices.`,
    );
  }
  for (const content of preview.packages.filter((p) => !p.present)) {
    const how = declares(plan, content.identifier) ? 'not there yet; deploying uploads it' : 'not there';
    lines.push(`  Package for ${shown(content.identifier)} ${shown(content.version)} is ${how}.`);
  }
  if (preview.windows.length > 0) {
    lines.push(`  Push windows (zone data ${shown(preview.zoneData)}):`);
    const rows = preview.windows.map((w) => [
      `    ${w.date}`,
      shown(w.local),
      `UTC ${w.fromUtc} to ${w.toUtc}`,
      `${w.minutes} min${w.clockChange ? ', clock change' : ''}`,
    ]);
    lines.push(table(rows).trimEnd());
  }
  for (const [i, wave] of preview.waves.entries()) {
    if (preview.waves.length > 1)
      lines.push(`  Wave ${i + 1}: up to ${wave.percent} %, ${wave.devices} devices, from ${wave.opensUtc}.`);
  }
  for (const refusal of refusalsOf(plan, preview))
    lines.push(`  Activation would be refused: ${shown(refusal.detail)}`);
  return `${lines.join('\n')}\n`;
}
