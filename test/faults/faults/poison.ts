import { deviceTopic, mqttName } from '@otaplan/api';
import mqtt from 'mqtt';
import type { Center } from '../center.ts';
import { keysOf, productKey, secretOf } from '../documents.ts';
import type { Fault, Outcome } from '../fault.ts';

const hostile: readonly string[] = [
  "'; DROP TABLE plan; --",
  '" OR 1=1 --',
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '\u001b[31mred\u001b[0m \u009b2J',
  '=HYPERLINK("http://example.invalid")',
  '+1+1',
  '-1+1',
  '@SUM(A1)',
  'two\r\nlines\u2028three',
  'nul \u0000 bell \u0007',
  'lone \ud800 surrogate',
  '\u202egnp.exe',
  '../../etc/passwd',
  '__proto__',
  'x'.repeat(100_000),
];
const numbers: readonly unknown[] = [-1, 101, 1e308, -1e308, '5', null, [], {}, true];
const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

/** Reports of which none may do anything but be ignored, or count as what they say. */
function reports(planId: string): unknown[] {
  const status = (more: object) => ({ id: 'x', kind: 'status', planId, identifier: 'FOTA', attempt: 1, ...more });
  return [
    ...hostile.flatMap((text) => [
      status({ status: 'downloadFailed', cause: text }),
      status({ status: text }),
      status({ status: 'downloading', id: text }),
      status({ status: 'downloading', identifier: text }),
      status({ status: 'downloading', planId: text }),
      { id: 'x', kind: 'versions', components: [{ identifier: text, type: 'module', version: '1' }] },
      { id: 'x', kind: 'versions', components: [{ identifier: 'FOTA', type: text, version: '1' }] },
      { id: 'x', kind: text },
    ]),
    ...numbers.flatMap((value) => [
      status({ status: 'downloading', progress: value, attempt: 9 }),
      status({ status: 'downloading', attempt: value === 1 ? 2 : value }),
      { id: 'x', kind: 'versions', components: [], battery: value === null ? 'x' : value, signal: 1 },
      { id: 'x', kind: 'versions', components: value === true ? 7 : { length: 9 } },
    ]),
    status({ status: 'upgradeSucceeded' }),
    status({ status: 'constructor' }),
    { id: 'x', kind: 'versions', components: Array(1000).fill({ identifier: 'A', type: 'mcu', version: '1' }) },
    null,
    7,
    'report',
    [],
  ];
}

/** Bodies that are no reports at all. */
function bodies(planId: string): (string | Uint8Array)[] {
  return [
    `{"reports":${deep(20_000)}}`,
    `{"reports":[${deep(20_000)}]}`,
    `{"reports":[{"id":"\\ud800","kind":"status","planId":"${planId}","identifier":"\\ud800","attempt":1,"status":"downloading"}]}`,
    '{"reports":[{"progress":NaN}]}',
    '{"reports":[{"progress":Infinity}]}',
    '{"reports":[',
    '{"reports":{"length":1}}',
    '{"__proto__":{"reports":[]}}',
    '',
    'null',
    '\u0000',
    new Uint8Array([0xff, 0xfe, 0x00]),
    `{"reports":["${'x'.repeat(10_000_000)}"]}`,
    `{"reports":[{"id":"x","kind":"status","planId":"${planId}","identifier":"FOTA","attempt":1,"status":"downloadFailed","cause":"${'x'.repeat(10_000_000)}"}]}`,
  ];
}

async function poisoned(
  center: Center,
  send: (key: string, body: string | Uint8Array) => Promise<number>,
): Promise<Outcome> {
  const [key = '', other = ''] = keysOf(2);
  await center.register([key, other]);
  const planId = await center.activate('2.0.0');
  await center.request(key, '1.0.0');
  await center.report(key, planId, 'planReceived');
  const wrong: string[] = [];
  const all = reports(planId);
  const told = async (what: string, body: string | Uint8Array) => {
    const status = await send(key, body);
    if (status >= 500) wrong.push(`${what.slice(0, 80)} was answered with ${status}.`);
  };
  for (const one of all) await told(JSON.stringify(one) ?? '', JSON.stringify({ reports: [one] }));
  for (const body of bodies(planId)) await told(String(body), body);
  const stands = await center.statuses(planId, key);
  if (stands.join() !== 'planReceived') wrong.push(`After all of that it stands at ${stands}.`);
  // Neighbours, and the device itself, are heard as ever.
  await center.request(other, '1.0.0');
  await center.report(other, planId, 'planReceived');
  await center.report(key, planId, 'upgradeConfirmed');
  const after = [await center.statuses(planId, key), await center.statuses(planId, other)].join();
  if (after !== 'upgradeConfirmed,planReceived') wrong.push(`Then they stand at ${after}.`);
  return { tried: all.length + bodies(planId).length, lost: 0, wrong: wrong.slice(0, 10) };
}

export const poison: Fault = {
  of: 'devices',
  looksAt: ['I3', 'I7'],
  name: 'poison: 10 MB field, NUL, deep JSON, NaN, -1 and 101 %, SQL, HTML, ANSI, CSV formula, lone surrogate',
  run: (center) =>
    poisoned(center, async (key, body) => {
      try {
        return (await center.device(key, 'POST', 'reports', body)).status;
      } catch {
        // A body far too large is hung up on.
        return 0;
      }
    }),
};

export const poisonOverMqtt: Fault = {
  of: 'devices',
  looksAt: ['I3', 'I7'],
  name: 'MQTT: the same poison, and topics of others',
  async run(center) {
    await center.speakMqtt();
    const outcome = await poisoned(center, (key, body) => published(center, key, body));
    const [key = '', other = ''] = keysOf(2);
    const wrong = [...outcome.wrong];
    const client = await connected(center, key);
    const forged = JSON.stringify({ reports: [{ id: 'f', kind: 'versions', components: [] }] });
    client.publish(deviceTopic({ productKey, deviceKey: other }, 'reports'), forged, { qos: 1 }, () => {});
    await new Promise<void>((closed) => client.once('close', () => closed()));
    return { ...outcome, tried: outcome.tried + 1, wrong };
  },
};

async function connected(center: Center, key: string) {
  const name = mqttName({ productKey, deviceKey: key });
  const settings = { protocolVersion: 4, clientId: name, username: name, password: secretOf(key) } as const;
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${center.mqttPort}`, { ...settings, reconnectPeriod: 0 });
  client.on('error', () => {});
  return client;
}

/** Publishes, and waits for the results, the problem, or the end of the connection. @returns the status that it stands for */
async function published(center: Center, key: string, body: string | Uint8Array): Promise<number> {
  const client = await connected(center, key);
  const device = { productKey, deviceKey: key };
  try {
    await client.subscribeAsync([deviceTopic(device, 'results'), deviceTopic(device, 'problem')], { qos: 1 });
    return await new Promise<number>((resolve) => {
      client.once('close', () => resolve(0));
      client.on('message', (topic, payload) => {
        if (topic === deviceTopic(device, 'results')) resolve(200);
        else resolve(Number((JSON.parse(payload.toString()) as { status: number }).status));
      });
      client.publish(deviceTopic(device, 'reports'), Buffer.from(body), { qos: 1 }, () => {});
    });
  } finally {
    await client.endAsync(true);
  }
}
