/** How long it takes to read a plan of many devices: counts, first and last pages, failed ones, statistics. `--devices N` (300,000). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openSqliteStore } from '@otaplan/developer-center/sqlite';
import { deviceKeys, open, prepare, productKey, statuses, statusReport } from './reports-load.ts';

const { values } = parseArgs({ options: { devices: { type: 'string', default: '300000' } } });
const folder = mkdtempSync(path.join(tmpdir(), 'otaplan-bench-'));
const openStore = async () => openSqliteStore(folder);
try {
  const keys = deviceKeys(Number(values.devices));
  console.log(`preparing ${keys.length} devices …`);
  // Those that asked come first; the rest is registered only.
  const asking = keys.slice(0, 20_000);
  const planId = await prepare(openStore, keys, asking);
  const { center, close } = await open(openStore);
  const last = statuses.at(-1) ?? 'upgrading';
  for (let from = 0; from < asking.length; from += 1000) {
    await Promise.all(
      asking
        .slice(from, from + 1000)
        .map((deviceKey, index) =>
          center.deviceReports({ productKey, deviceKey }, [
            ...statuses.map((status) => statusReport(planId, status)),
            { ...statusReport(planId, last), status: 'upgradeFailed', cause: `Error ${index % 30}` },
          ]),
        ),
    );
  }
  const time = async (name: string, work: () => Promise<unknown>) => {
    const times: number[] = [];
    for (let round = 0; round < 15; round++) {
      const begin = performance.now();
      await work();
      times.push(performance.now() - begin);
    }
    times.sort((a, b) => a - b);
    console.log(`${name.padEnd(44)} ${times[7]?.toFixed(1)} ms (worst ${times[14]?.toFixed(1)})`);
  };
  await time('summary', () => center.getPlanSummary(planId));
  await time('first page of devices', () => center.listPlanDevices(planId, { limit: 100 }));
  await time('a page at the end', () =>
    center.listPlanDevices(planId, { limit: 100, cursor: String(keys.length - 150) }),
  );
  await time('first page of failed devices', () =>
    center.listPlanDevices(planId, { limit: 100, status: 'upgradeFailed' }),
  );
  await time('first page of those not upgraded', () =>
    center.listPlanDevices(planId, { limit: 100, status: 'notUpgraded' }),
  );
  await time('search', () => center.listPlanDevices(planId, { limit: 100, search: '0299' }));
  await time('statistics', () => center.getPlanStatistics(planId));
  await close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
