import type { PlanPreview } from '@otaplan/client';
import type { Plan } from '@otaplan/model';
import type { Command } from 'commander';
import { compileFiles } from '../compiled.ts';
import { addConnectionOptions, type ConnectionOptions, connect } from '../connection.ts';
import { exits, type Io } from '../io.ts';
import { findPlanFiles } from '../sources.ts';
import { shown, table, writeJson } from '../text/shown.ts';

export function define(command: Command, io: Io, exit: (code: number) => void): void {
  addConnectionOptions(command)
    .argument('<file>', 'file with plans')
    .option('--plan <name>', 'only the plan of this name')
    .option('--json', 'print an array of {plan, preview}')
    .addHelpText('after', '\nExample:\n  $ otaplan preview spring.otaplan')
    .action(async (file: string, options: ConnectionOptions & { plan?: string; json?: boolean }) => {
      const { plans } = await compileFiles(
        io,
        findPlanFiles(io, [file]),
        options.plan === undefined ? {} : { plan: options.plan },
      );
      const client = await connect(io, options);
      try {
        const previews: { plan: string; preview: PlanPreview }[] = [];
        for (const plan of plans) {
          const preview = await client.plans.preview(plan, { signal: io.signal });
          previews.push({ plan: plan.name, preview });
          if (!options.json) await io.stdout.write(describe(plan, preview));
        }
        if (options.json) await writeJson(io, previews);
        exit(previews.some(({ preview }) => preview.refusals.length > 0) ? exits.no : exits.done);
      } finally {
        await client.close();
      }
    });
}

const ways: Readonly<Record<string, string>> = {
  upgrade: 'upgraded',
  atTarget: 'no update required',
  noWay: 'no way to the target',
  notReported: 'version not reported',
};

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
    lines.push(`  Package for ${shown(content.identifier)} ${shown(content.version)} is not there yet.`);
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
  for (const refusal of preview.refusals) lines.push(`  Activation would be refused: ${shown(refusal.detail)}`);
  return `${lines.join('\n')}\n`;
}
