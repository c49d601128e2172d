/**
 * How long it takes to read a plan of many devices: counts, pages at any depth, failed ones, statistics; alone, and while reports come
 * in. `--devices N` (300,000), `--store sqlite|postgres`.
 */
import { parseArgs } from 'node:util';
import { quantile } from './measure.ts';
import { deviceKeys, open, prepare, productKey, statuses, statusReport } from './reports-load.ts';
import { benchStore } from './stores.ts';

const { values } = parseArgs({
  options: { devices: { type: 'string', default: '300000' }, store: { type: 'string', default: 'sqlite' } },
});
const rounds = 40;
/** Milliseconds for counts and pages, as a median; but for these, which have no goal. */
const goal = 5;
const free: ReadonlySet<string> = new Set(['a page of a search', 'statistics with causes']);
/** Devices that report while others read. */
const reporting = 200;

const store = await benchStore(values.store);
try {
  const keys = deviceKeys(Number(values.devices));
  console.log(`preparing ${keys.length} devices …`);
  // Those that asked come first; the rest is registered only.
  const asking = keys.slice(0, Math.min(keys.length, 20_000));
  const planId = await prepare(store.open, keys, asking);
  const { center, close } = await open(store.open);
  const last = statuses.at(-1) ?? 'upgrading';
  const failing = asking.slice(0, -4000);
  for (let from = 0; from < failing.length; from += 1000) {
    await Promise.all(
      failing
        .slice(from, from + 1000)
        .map((deviceKey, index) =>
          center.deviceReports({ productKey, deviceKey }, [
            ...statuses.map((status) => statusReport(planId, status)),
            { ...statusReport(planId, last), status: 'upgradeFailed', cause: `Error ${index % 30}` },
          ]),
        ),
    );
  }
  const failed = { limit: 100, status: 'upgradeFailed' };
  // One alone behind all that have not begun.
  await center.deviceReports({ productKey, deviceKey: keys.at(-1) ?? '' }, [
    { id: 'request', kind: 'request', components: [{ identifier: 'FOTA', type: 'module', version: '1.0.0' }] },
    statusReport(planId, 'planReceived'),
  ]);
  const reads: Readonly<Record<string, () => Promise<unknown>>> = {
    'summary with all counts': () => center.getPlanSummary(planId),
    'first page of devices': () => center.listPlanDevices(planId, { limit: 100 }),
    'a page at the end': () => center.listPlanDevices(planId, { limit: 100, cursor: String(keys.length - 150) }),
    'first page of failed devices': () => center.listPlanDevices(planId, failed),
    'a deep page of failed devices': () =>
      center.listPlanDevices(planId, { ...failed, cursor: String(failing.length - 150) }),
    'first page of those not upgraded': () => center.listPlanDevices(planId, { limit: 100, status: 'notUpgraded' }),
    'a deep page of those not upgraded': () =>
      center.listPlanDevices(planId, { limit: 100, status: 'notUpgraded', cursor: String(keys.length - 150) }),
    'the last one upgrading, far behind': () =>
      center.listPlanDevices(planId, { limit: 100, status: 'upgrading', cursor: String(asking.length) }),
    'a page of a search': () => center.listPlanDevices(planId, { limit: 100, search: '0299' }),
    'statistics with causes': () => center.getPlanStatistics(planId),
  };
  const measure = async (about: string) => {
    console.log(about);
    for (const [name, work] of Object.entries(reads)) {
      const times: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const begin = performance.now();
        await work();
        times.push(performance.now() - begin);
        // Others have their turn, as between two requests.
        await new Promise((resolve) => setImmediate(resolve));
      }
      const [half, p99] = [quantile(times, 0.5), quantile(times, 0.99).toFixed(1)];
      const verdict = free.has(name) ? '' : half < goal ? `under ${goal} ms` : `MISSED: ${goal} ms`;
      console.log(`  ${name.padEnd(36)} ${half.toFixed(1)} ms (p99 ${p99}) ${verdict}`);
    }
  };
  await measure(`alone, ${values.store}, ${keys.length} devices, median of ${rounds} (p99):`);

  let reports = 0;
  let ingesting = true;
  const began = performance.now();
  const ingest = async (share: number) => {
    // Progress of a download goes on for as long as it is asked to.
    for (let index = share; ingesting; index += reporting) {
      const deviceKey = asking[failing.length + (index % 4000)] ?? '';
      const status = statuses[Math.floor(index / 4000) % statuses.length] ?? last;
      await center.deviceReports({ productKey, deviceKey }, [statusReport(planId, status)]);
      reports++;
    }
  };
  const load = Promise.all(Array.from({ length: reporting }, (_, share) => ingest(share)));
  await measure('while reports come in:');
  ingesting = false;
  await load;
  console.log(
    `  ${Math.round((reports / (performance.now() - began)) * 1000)} reports/s came in meanwhile, one a call`,
  );
  await close();
} finally {
  await store.end();
}
