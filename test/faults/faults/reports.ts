import { type Center, keysOf, productKey, secretOf, way } from '../center.ts';
import type { Fault } from '../fault.ts';

/** One device with a plan that it has asked for. */
async function oneDevice(center: Center, count = 1): Promise<{ planId: string; keys: string[] }> {
  const keys = keysOf(count);
  await center.register(keys);
  const planId = await center.activate('2.0.0');
  for (const key of keys) await center.request(key, '1.0.0');
  return { planId, keys };
}

const is = (wrong: string[], what: string, value: unknown, wanted: unknown) => {
  if (JSON.stringify(value) !== JSON.stringify(wanted)) wrong.push(`${what}: ${JSON.stringify(value)}`);
};

export const repeated: Fault = {
  of: 'devices',
  looksAt: [],
  name: 'the same report 100 times; reports in reverse; success with the old version',
  async run(center) {
    const { planId, keys } = await oneDevice(center, 3);
    const [first = '', second = '', third = ''] = keys;
    const wrong: string[] = [];
    for (let time = 0; time < 100; time++) await center.report(first, planId, 'planReceived');
    is(wrong, 'after 100 repeats', await center.statuses(planId, first), ['planReceived']);
    for (const status of way.toReversed()) await center.report(second, planId, status);
    is(wrong, 'in reverse', await center.statuses(planId, second), ['planReceived']);
    for (const status of way) await center.report(third, planId, status);
    await center.versions(third, '1.0.0');
    is(wrong, 'old version', await center.statuses(planId, third), ['upgradeFailed']);
    await center.report(third, planId, 'upgrading');
    is(wrong, 'a late report', await center.statuses(planId, third), ['upgradeFailed']);
    await center.report(third, 'nosuchplan', 'upgrading');
    await center.report(third, planId, 'upgrading', { attempt: 7 });
    await center.report(third, planId, 'upgrading', { identifier: 'NONE' });
    is(wrong, 'unknown things', await center.statuses(planId, third), ['upgradeFailed']);
    const { json } = await center.call('GET', `/ota/v1/plans/${planId}/devices/${first}/log?limit=500`);
    if (json.items.length > 10) wrong.push(`100 repeats wrote ${json.items.length} lines.`);
    return { tried: 110, lost: 0, wrong };
  },
};

export const poison: Fault = {
  of: 'devices',
  looksAt: [],
  name: 'poison: NUL, deep JSON, NaN, -1 and 101 %, SQL, HTML, ANSI, CSV, lone surrogate, 10 MB',
  async run(center) {
    const { planId, keys } = await oneDevice(center);
    const [key = ''] = keys;
    const wrong: string[] = [];
    await center.report(key, planId, 'planReceived');
    const report = (more: object) => ({ id: 'x', kind: 'status', planId, identifier: 'FOTA', attempt: 1, ...more });
    const causes = ["'; DROP TABLE plan; --", '<script>alert(1)</script>', '\u001b[31mred', '=1+1', 'a\nb', '\u0000'];
    const reports: unknown[] = [
      ...causes.map((cause) => report({ status: 'downloadFailed', cause })),
      ...[-1, 101, 1e308, '5'].map((progress) => report({ status: 'downloading', progress })),
      report({ status: 'upgradeSucceeded' }),
      report({ status: 'constructor' }),
      { __proto__: null },
      null,
      7,
    ];
    for (const one of reports) {
      const { status } = await center.device(key, 'POST', 'reports', { reports: [one] });
      if (status >= 500) wrong.push(`${JSON.stringify(one).slice(0, 60)} was answered with ${status}.`);
    }
    const bodies = [
      `{"reports":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
      `{"reports":[{"id":"\\ud800","kind":"status","planId":"${planId}","identifier":"\\ud800","attempt":1,"status":"downloading"}]}`,
      '{"reports":[{"progress":NaN}]}',
      '{"reports":[',
      `{"reports":["${'x'.repeat(10_000_000)}"]}`,
    ];
    for (const body of bodies) {
      try {
        const { status } = await center.device(key, 'POST', 'reports', body);
        if (status >= 500) wrong.push(`${body.slice(0, 40)}… was answered with ${status}.`);
      } catch {
        // A body far too large is hung up on.
      }
    }
    is(wrong, 'after poison', await center.statuses(planId, key), ['planReceived']);
    return { tried: reports.length + bodies.length, lost: 0, wrong };
  },
};

export const reconnects: Fault = {
  of: 'devices',
  looksAt: [],
  name: '10,000 reconnects at once',
  async run(center) {
    const { keys } = await oneDevice(center, 200);
    const wrong: string[] = [];
    const count = 10_000;
    let [next, failed] = [0, 0];
    await Promise.all(
      Array.from({ length: 500 }, async () => {
        for (;;) {
          const index = next++;
          if (index >= count) return;
          const key = keys[index % keys.length] ?? '';
          const path = `/device/v1/products/${productKey}/devices/${key}/plan`;
          try {
            // Each on a connection of its own.
            const { status } = await center.send('GET', path, `Device ${secretOf(key)}`, undefined, {
              Connection: 'close',
            });
            if (status !== 200) failed++;
          } catch {
            failed++;
          }
        }
      }),
    );
    if (failed > 0) wrong.push(`${failed} of ${count} had no answer.`);
    return { tried: count, lost: 0, wrong };
  },
};
