import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import type { Center } from '../center.ts';
import { keysOf, planTo, sha256 } from '../documents.ts';
import type { Fault } from '../fault.ts';
import { flipBit } from '../flip.ts';

export const otherAccounts: Fault = {
  of: 'security',
  looksAt: ['I8'],
  name: 'a viewer tries to write; one account reads another’s',
  async run(center) {
    await center.register(keysOf(2));
    const planId = await center.activate('2.0.0');
    const wrong: string[] = [];
    const viewer = (await center.call('POST', '/ota/v1/keys', { name: 'Wall', role: 'viewer' })).json;
    const looks = await center.logIn(viewer.key, viewer.secret);
    if ((await center.send('GET', `/ota/v1/plans/${planId}`, looks)).status !== 200)
      wrong.push('A viewer cannot look.');
    const writes: [string, string, unknown][] = [
      ['POST', '/ota/v1/plans', { document: planTo('3.0.0', 0) }],
      ['POST', `/ota/v1/plans/${planId}/terminate`, {}],
      ['POST', `/ota/v1/plans/${planId}/retry`, { allFailed: true }],
      ['POST', '/ota/v1/keys', { name: 'More', role: 'owner' }],
      ['POST', '/ota/v1/products', { products: [{ productKey: 'p1other', name: 'Other' }] }],
    ];
    for (const [method, where, body] of writes) {
      const { status } = await center.send(method, where, looks, body);
      if (status !== 403) wrong.push(`${method} ${where} by a viewer: ${status}.`);
    }
    const account = (await center.call('POST', '/ota/v1/accounts', { name: 'Others' })).json;
    const others = await center.logIn(account.key.key, account.key.secret);
    const reads = ['', '/summary', '/devices', '/statistics', `/devices/${keysOf(1)[0]}/log`, '/events'];
    for (const what of reads) {
      const { status } = await center.send('GET', `/ota/v1/plans/${planId}${what}`, others);
      if (status !== 404) wrong.push(`${what || 'The plan'} of another account: ${status}.`);
    }
    for (const list of ['plans', 'packages', 'products', 'audit']) {
      const { status, json } = await center.send('GET', `/ota/v1/${list}`, others);
      if (status === 200 && json.items.some((item: unknown) => JSON.stringify(item).includes('p1faults')))
        wrong.push(`The list of ${list} shows another account’s.`);
    }
    const ends = await center.send('POST', `/ota/v1/plans/${planId}/terminate`, others, {});
    if (ends.status !== 404) wrong.push(`Another account’s owner terminates: ${ends.status}.`);
    return { tried: writes.length + reads.length + 5, lost: 0, wrong };
  },
};

function withHeaders(center: Center, headers: Record<string, string>): Promise<number> {
  const { hostname, port } = new URL(center.url);
  return new Promise((resolve, reject) => {
    const call = request({ hostname, port, path: '/ota/v1/plans', headers }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    });
    call.on('error', reject);
    call.end();
  });
}

export const otherHosts: Fault = {
  of: 'security',
  looksAt: [],
  name: 'DNS rebinding, a call of another site’s page, and who is reached from elsewhere',
  async run(center) {
    const Authorization = await center.token();
    const { host } = new URL(center.url);
    const wrong: string[] = [];
    const refused: Record<string, string>[] = [
      { Host: 'evil.example' },
      { Host: `evil.example:${new URL(center.url).port}` },
      { Host: `${host}.evil.example` },
      { Host: `user@${host}` },
      { Host: host, Origin: 'https://evil.example' },
      { Host: host, Origin: 'null' },
      { Host: host, 'Sec-Fetch-Site': 'cross-site' },
    ];
    for (const headers of refused) {
      const status = await withHeaders(center, { ...headers, Authorization });
      // 400: what is no host and port is no request of HTTP.
      if (status !== 403 && status !== 400) wrong.push(`${JSON.stringify(headers)} was answered with ${status}.`);
    }
    if ((await withHeaders(center, { Host: host, Authorization })) !== 200) wrong.push('Its own name is refused.');
    if (!/^127\./.test(new URL(center.url).hostname)) wrong.push(`It listens on ${new URL(center.url).hostname}.`);
    return { tried: refused.length + 2, lost: 0, wrong };
  },
};

export const swappedFile: Fault = {
  of: 'security',
  looksAt: ['I1'],
  name: 'a package file is swapped after its check; one is damaged at Developer Center and downloaded',
  async run(center) {
    const [key = ''] = keysOf(1);
    await center.register([key]);
    const wrong: string[] = [];
    const [checked, swapped] = [randomBytes(5000), randomBytes(5000)];
    const files = [{ name: 'fw.bin', size: checked.length, sha256: sha256(checked) }];
    const about = { name: 'FOTA 2.0.0', type: 'module', version: '2.0.0', sourceVersion: null, files };
    const { json } = await center.call('POST', '/ota/v1/packages', about);
    const put = (bytes: Uint8Array) =>
      center.call('PUT', `/ota/v1/packages/${json.id}/files/fw.bin`, bytes, {
        'Content-Type': 'application/octet-stream',
      });
    const refused = await put(swapped);
    if (refused.status !== 422) wrong.push(`The swapped file was answered with ${refused.status}.`);
    if ((await put(checked)).status !== 200) wrong.push('The right one is refused.');
    const made = await center.call('POST', '/ota/v1/plans', { document: planTo('2.0.0', 0) });
    const planId = made.json.plan.id;
    await center.call('POST', `/ota/v1/plans/${planId}/activate`, {});
    await center.request(key, '1.0.0');
    for (const status of ['planReceived', 'upgradeConfirmed']) await center.report(key, planId, status);
    const plan = await center.device(key, 'GET', 'plan');
    const { url } = plan.json.plan.components[0].address.files[0];
    const whole = Buffer.from(await (await fetch(url)).arrayBuffer());
    if (!whole.equals(checked)) wrong.push('What is downloaded is not what was uploaded.');
    await center.stop();
    const stored = path.join(center.folder, 'files', sha256(checked).slice(0, 2), sha256(checked));
    flipBit(stored, 2500);
    await center.start();
    const damaged = await fetch(url)
      .then(async (answer) => (answer.ok ? Buffer.from(await answer.arrayBuffer()) : null))
      .catch(() => null);
    if (damaged !== null && damaged.length === checked.length) wrong.push('Damaged bytes are served as if whole.');
    await center.stop();
    if ((await center.problems()).length === 0) wrong.push('Verification does not find them.');
    flipBit(stored, 2500);
    await center.start();
    return { tried: 2, lost: 0, wrong };
  },
};

export const canary: Fault = {
  of: 'security',
  looksAt: ['I8'],
  name: 'planted secrets and names with new lines are looked for in logs, errors, arguments and files',
  async run(center) {
    await center.stop();
    center.args.push('--log', 'info');
    await center.start();
    const wrong: string[] = [];
    const [key = ''] = keysOf(1);
    await center.register([key]);
    const token = await center.token();
    const planId = await center.activate('2.0.0');
    await center.request(key, '1.0.0');
    // Wrong in every way that makes it speak of them.
    await center.send('GET', `/ota/v1/plans/${token}`, token);
    await center.send('GET', '/ota/v1/plans', 'QJWT canary-of-a-token');
    await center.send('GET', `/ota/v1/plans?limit=canary-of-a-limit&password=canary-of-a-query`, token);
    await center.send('GET', '/v2/quecauth/accessKeyAuthrize/accessKeyLogin?username=a&password=canary-of-a-query', '');
    await center.send('POST', `/device/v1/products/p1faults/devices/${key}/reports`, 'Device canary-of-a-secret', '{"');
    const document = { ...planTo('3.0.0', 0), name: 'one\n{"level":"info","forged":true}\r\ntwo' };
    await center.call('POST', '/ota/v1/plans', { document });
    await center.report(key, planId, 'upgradeFailed', { cause: 'three\n{"level":"info","forged":true}' });
    if (/canary-of-a-(token|query|secret)/.test(center.said)) wrong.push('The log has a planted secret.');
    if (/^\{"level":"info","forged"/m.test(center.said)) wrong.push('A name made a line of the log.');
    if (process.platform === 'linux' && center.process?.pid) {
      const given = readFileSync(`/proc/${center.process.pid}/cmdline`, 'utf8');
      const password = center.database === null ? null : decodeURIComponent(new URL(center.database).password);
      if (password !== null && given.includes(password)) wrong.push('The arguments have the password of the database.');
    }
    await center.stop();
    for (const file of filesUnder(center.folder)) {
      const text = readFileSync(file, 'latin1');
      if (text.includes(`secret-of-${key}`)) wrong.push(`${path.basename(file)} has the secret of a device.`);
      if (text.includes(token)) wrong.push(`${path.basename(file)} has an access token.`);
      if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
        wrong.push(`${path.basename(file)} can be read by others.`);
    }
    await center.start();
    return { tried: 8, lost: 0, wrong };
  },
};

function filesUnder(folder: string): string[] {
  const found = readdirSync(folder, { withFileTypes: true, recursive: true });
  return found.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}
