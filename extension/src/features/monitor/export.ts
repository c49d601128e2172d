import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client, PlanDevice, PlanOverview } from '@otaplan/client';
import type { DeviceStatus } from '@otaplan/model';
import * as vscode from 'vscode';
import { segment } from '../../infrastructure/documents.ts';
import { Dismissed } from '../../infrastructure/errors.ts';
import type { Host } from '../../infrastructure/host.ts';
import { withProgress } from '../../infrastructure/progress.ts';
import { csv, json } from './device-files.ts';

async function* counted(devices: AsyncIterable<PlanDevice>, onCount: (count: number) => void) {
  let count = 0;
  for await (const device of devices) {
    yield device;
    if (++count % 500 === 0) onCount(count);
  }
}

/** Which devices are exported; without anything all of the plan. */
export interface ExportChoice {
  readonly status?: string;
  /** A part of the device key. */
  readonly search?: string;
  /** Failed devices of this cause alone. */
  readonly cause?: string;
}

/** Writes devices of a plan to a file, page by page: any number of them. */
export async function exportDevices(host: Host, client: Client, overview: PlanOverview, choice: ExportChoice) {
  const { plan, devices } = overview;
  const { status } = choice;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const name = `${segment(plan.name)}${status === undefined ? '' : `-${status}`}.csv`;
  const target = await vscode.window.showSaveDialog({
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, name) } : {}),
    filters: { CSV: ['csv'], JSON: ['json'] },
  });
  if (!target) throw new Dismissed();
  const total = status === undefined ? devices.total : devices[status as DeviceStatus];
  await withProgress(host.ambient, vscode.l10n.t('Exporting devices of “{0}”', plan.name), async (report, signal) => {
    const query = { limit: 500, ...choice };
    const list = counted(client.plans.devices(plan.id, query, { signal }), (count) =>
      report(`${count.toLocaleString()}/${total.toLocaleString()}`, count / Math.max(1, total)),
    );
    const text = target.fsPath.endsWith('.json') ? json(list) : csv(list);
    // Whole or not at all: an export that was cancelled leaves nothing behind that looks complete.
    const partial = `${target.fsPath}.part`;
    try {
      await pipeline(Readable.from(text), createWriteStream(partial), { signal });
      await rename(partial, target.fsPath);
    } finally {
      await rm(partial, { force: true });
    }
  });
  const open = vscode.l10n.t('Open');
  void vscode.window
    .showInformationMessage(vscode.l10n.t('Exported to {0}.', target.fsPath), open)
    .then((chosen) => (chosen === open ? vscode.window.showTextDocument(target) : undefined));
}
