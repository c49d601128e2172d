import { deviceStatusNames, planStatusNames } from '@otaplan/model';
import * as vscode from 'vscode';
import { ask, choose } from '../../infrastructure/choices.ts';
import type { Connections } from '../../infrastructure/connections.ts';
import { Dismissed, OperationError } from '../../infrastructure/errors.ts';
import type { Host } from '../../infrastructure/host.ts';
import type { Lives } from '../../infrastructure/live.ts';
import { withProgress } from '../../infrastructure/progress.ts';
import { deviceWords, planWords } from '../../infrastructure/status-words.ts';
import type { Targets } from '../../infrastructure/targets.ts';
import { type Filter, noFilter, type SortOrder, withEntry } from './filters.ts';

export interface FilteringOptions {
  readonly host: Host;
  readonly connections: Connections;
  readonly lives: Lives;
  readonly targets: Targets;
  readonly filter: () => Filter;
  readonly setFilter: (change: Partial<Filter>) => Promise<void>;
}

/** The questions by which a person chooses what the Upgrade Monitor shows. */
export function filtering({ host, connections, lives, targets, filter, setFilter }: FilteringOptions) {
  async function pickMany(
    title: string,
    values: readonly string[],
    chosen: readonly string[],
    words: (value: string) => string,
  ) {
    const items = values.map((value) => ({ label: words(value), value, picked: chosen.includes(value) }));
    const picked = await vscode.window.showQuickPick(items, { title, canPickMany: true });
    if (!picked) throw new Dismissed();
    return picked.length === values.length ? [] : picked.map(({ value }) => value);
  }

  /** Failed devices of one cause, of those that Developer Center counts. */
  async function byCause(argument?: unknown): Promise<void> {
    const { connection, overview } = await targets.plan(
      argument,
      vscode.l10n.t('Failure causes of which plan?'),
      ({ devices }) => devices.upgradeFailed > 0,
    );
    const { id, name } = overview.plan;
    const reading = vscode.l10n.t('Reading the failure causes of “{0}”', name);
    const { failures } = await withProgress(host.ambient, reading, async (_, signal) =>
      (await connections.client(connection)).plans.statistics(id, { signal }),
    );
    const { deviceCause } = filter();
    if (failures.length === 0 && deviceCause[id] === undefined) {
      throw new OperationError('nothingToDo', vscode.l10n.t('No device of this plan failed.'));
    }
    const causes = failures.map(({ cause, components }) => ({
      label: causeWords(cause),
      description: vscode.l10n.t('{0} devices', components.toLocaleString(vscode.env.language)),
      value: cause,
    }));
    const all = { label: vscode.l10n.t('All causes'), value: undefined };
    const cause = await choose<string | undefined>(
      vscode.l10n.t('Failed devices of “{0}” by cause', name),
      deviceCause[id] === undefined ? causes : [all, ...causes],
    );
    await setFilter({ deviceCause: withEntry(deviceCause, id, cause) });
  }

  async function ofEverything(): Promise<void> {
    const now = filter();
    const some = (values: readonly unknown[]) => (values.length === 0 ? '' : String(values.length));
    const what = await choose(vscode.l10n.t('Filter and sort the Upgrade Monitor'), [
      { label: vscode.l10n.t('Plan status'), description: some(now.planStatuses), value: 'planStatuses' as const },
      { label: vscode.l10n.t('Product'), description: some(now.products), value: 'products' as const },
      {
        label: vscode.l10n.t('Device status'),
        description: some(now.deviceStatuses),
        value: 'deviceStatuses' as const,
      },
      {
        label: vscode.l10n.t('Failure cause'),
        description: Object.values(now.deviceCause).map(causeWords).join(', '),
        value: 'cause' as const,
      },
      { label: vscode.l10n.t('Plan name'), description: now.text, value: 'text' as const },
      { label: vscode.l10n.t('Sort'), description: sortWords(now.sort), value: 'sort' as const },
      { label: vscode.l10n.t('Clear filter'), value: 'clear' as const },
    ]);
    switch (what) {
      case 'planStatuses': {
        const title = vscode.l10n.t('Plan status');
        return setFilter({ planStatuses: await pickMany(title, planStatusNames, now.planStatuses, planWords) });
      }
      case 'deviceStatuses': {
        const title = vscode.l10n.t('Device status');
        return setFilter({ deviceStatuses: await pickMany(title, deviceStatusNames, now.deviceStatuses, deviceWords) });
      }
      case 'products': {
        const all = new Set(lives.all().flatMap((live) => live.plans().map(({ plan }) => plan.product)));
        const title = vscode.l10n.t('Product');
        return setFilter({ products: await pickMany(title, [...all].sort(), now.products, (value) => value) });
      }
      case 'cause':
        return byCause();
      case 'text':
        return setFilter({ text: await ask({ prompt: vscode.l10n.t('Part of a plan’s name'), value: now.text }) });
      case 'sort': {
        const orders: readonly SortOrder[] = ['newest', 'name', 'failures'];
        const items = orders.map((value) => ({ label: sortWords(value), value }));
        return setFilter({ sort: await choose(vscode.l10n.t('Sort plans by'), items) });
      }
      case 'clear':
        return setFilter({ ...noFilter, sort: now.sort });
    }
  }

  return {
    /** @param argument a row of a plan: then by its failure causes */
    filter: (argument?: unknown) => (isRowOfPlan(argument) ? byCause(argument) : ofEverything()),
    async search(argument: unknown): Promise<void> {
      const { overview } = await targets.plan(argument, vscode.l10n.t('Devices of which plan?'), () => true);
      const { deviceSearch } = filter();
      const text = await ask({
        title: overview.plan.name,
        prompt: vscode.l10n.t('Part of a device key; empty shows all'),
        value: deviceSearch[overview.plan.id] ?? '',
        validateInput: (value) =>
          /^[A-Za-z0-9]{0,32}$/.test(value.trim())
            ? undefined
            : vscode.l10n.t('A device key has letters and digits only.'),
      });
      await setFilter({ deviceSearch: withEntry(deviceSearch, overview.plan.id, text.trim() || undefined) });
    },
  };
}

/** A device may fail without saying why. */
export function causeWords(cause: string): string {
  return cause === '' ? vscode.l10n.t('no cause given') : cause;
}

function isRowOfPlan(argument: unknown): boolean {
  return typeof argument === 'object' && argument !== null && 'planId' in argument;
}

function sortWords(sort: SortOrder): string {
  switch (sort) {
    case 'newest':
      return vscode.l10n.t('newest first');
    case 'name':
      return vscode.l10n.t('name');
    case 'failures':
      return vscode.l10n.t('most failures first');
  }
}
