import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import type { Center } from '../center.ts';
import { keysOf, planTo, productKey, secretOf, sha256 } from '../documents.ts';
import type { Fault } from '../fault.ts';

export const together: Fault = {
  of: 'client and server',
  looksAt: ['I2', 'I10'],
  name: 'two clients deploy one plan together; a reply is lost and the same is sent again',
  async run(center) {
    await center.register(keysOf(5));
    await center.addPackage('2.0.0');
    const wrong: string[] = [];
    const document = planTo('2.0.0', 0);
    const create = (key: string) => center.call('POST', '/ota/v1/plans', { document }, { 'Idempotency-Key': key });
    const both = await Promise.all([create('one'), create('two')]);
    const codes = both.map(({ status }) => status).sort();
    if (codes.join() !== '201,409') wrong.push(`Created by two they were answered with ${codes}.`);
    const key = both[0]?.status === 201 ? 'one' : 'two';
    const again = await create(key);
    const id = again.json?.plan?.id;
    if (again.status !== 201) wrong.push(`Sent again it was answered with ${again.status}.`);
    const activate = (how: string, body = {}) =>
      center.call('POST', `/ota/v1/plans/${id}/activate`, body, { 'Idempotency-Key': how });
    const activated = await Promise.all(['a', 'b', 'c', 'a'].map((how) => activate(how)));
    const done = activated.filter(({ status }) => status === 200).length;
    if (done === 0 || done > 2) wrong.push(`Activated together ${done} were told that it is done.`);
    const late = await activate('d');
    if (late.status !== 409 || !/does not allow to activate/.test(late.json.detail))
      wrong.push(`Late: ${late.json?.detail}`);
    const { json } = await center.call('GET', '/ota/v1/plans');
    if (json.items.length !== 1) wrong.push(`There are ${json.items.length} plans.`);
    const audit = await center.call('GET', '/ota/v1/audit?limit=500');
    const times = audit.json.items.filter(({ action }: { action: string }) => action === 'activatePlan').length;
    if (times !== 1) wrong.push(`It was activated ${times} times by the audit trail.`);
    return { tried: 8, lost: 0, wrong };
  },
};

export const stale: Fault = {
  of: 'client and server',
  looksAt: ['I6', 'I10'],
  name: 'a plan is changed between preview and deploy: refused as stale',
  async run(center) {
    await center.register(keysOf(5));
    await center.addPackage('2.0.0');
    const wrong: string[] = [];
    const { json } = await center.call('POST', '/ota/v1/plans', { document: planTo('2.0.0', 0) });
    const { id, revision } = json.plan;
    await center.touch(id);
    const tries = [
      await center.call('POST', `/ota/v1/plans/${id}/activate`, { revision }),
      await center.call(
        'PUT',
        `/ota/v1/plans/${id}`,
        { document: planTo('2.0.0', 4) },
        { 'If-Match': `"${revision}"` },
      ),
      await center.call('DELETE', `/ota/v1/plans/${id}`, undefined, { 'If-Match': `"${revision}"` }),
    ];
    for (const { status } of tries) if (status !== 412) wrong.push(`It was answered with ${status}.`);
    const now = await center.call('GET', `/ota/v1/plans/${id}`);
    if (now.json.plan.status !== 'inactivated' || now.json.document.retry !== 1) wrong.push('It was changed.');
    return { tried: tries.length, lost: 0, wrong };
  },
};

export const killedBetween: Fault = {
  of: 'client and server',
  looksAt: ['I1', 'I2'],
  name: 'kill -9 between create, upload and activate; the client sends all of it again, with its keys',
  async run(center, { kills }) {
    await center.register(keysOf(5));
    const wrong: string[] = [];
    const times = Math.ceil(kills / 10);
    for (let time = 0; time < times; time++) {
      const version = `${time + 2}.0.0`;
      const bytes = randomBytes(200_000);
      const files = [{ name: 'fw.bin', size: bytes.length, sha256: sha256(bytes) }];
      const about = { name: `FOTA ${version}`, type: 'module', version, sourceVersion: null, files };
      const document = planTo(version, 0);
      const key = (what: string) => ({ 'Idempotency-Key': `${what}-${time}` });
      const deploy = async () => {
        const made = await center.call('POST', '/ota/v1/packages', about, key('package'));
        const type = { 'Content-Type': 'application/octet-stream' };
        await center.call('PUT', `/ota/v1/packages/${made.json.id}/files/fw.bin`, bytes, type);
        const plan = await center.call('POST', '/ota/v1/plans', { document }, key('plan'));
        const done = await center.call('POST', `/ota/v1/plans/${plan.json.plan.id}/activate`, {}, key('activate'));
        return { id: plan.json.plan.id as string, done };
      };
      const first = deploy().catch(() => null);
      await new Promise((later) => setTimeout(later, Math.random() * 120));
      await center.stop('SIGKILL');
      await first;
      await center.start();
      const { id, done } = await deploy();
      if (done.status !== 200) wrong.push(`${version}: ${JSON.stringify(done.json)}`);
      const { json } = await center.call('GET', `/ota/v1/plans/${id}/summary`);
      if (json.plan.status !== 'toBeUpgraded' || json.devices.total !== 5)
        wrong.push(`${version}: ${json.plan.status}`);
      await center.terminate(id);
    }
    const plans = (await center.call('GET', '/ota/v1/plans?limit=500')).json.items.length;
    const packages = (await center.call('GET', '/ota/v1/packages?limit=500')).json.items.length;
    if (plans !== times || packages !== times) wrong.push(`There are ${plans} plans and ${packages} packages.`);
    return { tried: times, lost: 0, wrong };
  },
};

export const pagedWhileChanged: Fault = {
  of: 'client and server',
  looksAt: ['I1'],
  name: 'lists change while they are paged: nothing that was there throughout is skipped or repeated',
  async run(center) {
    const keys = keysOf(600);
    await center.register(keys);
    const planId = await center.activate('2.0.0');
    const wrong: string[] = [];
    const drafts = await center.drafts(30);
    const all = async (where: string, nameOf: (item: never) => string, disturb: (page: number) => Promise<void>) => {
      const found: string[] = [];
      let cursor: string | null = null;
      for (let page = 0; page === 0 || cursor !== null; page++) {
        const next: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const { json } = await center.call('GET', `${where}?limit=7${next}`);
        found.push(...json.items.map(nameOf));
        cursor = json.nextCursor;
        await disturb(page);
      }
      return found;
    };
    const devices = await all(
      `/ota/v1/plans/${planId}/devices`,
      ({ deviceKey }: { deviceKey: string }) => deviceKey,
      async (page) => {
        const key = keys[(page * 37) % keys.length] ?? '';
        await center.goes(key, planId, '1.0.0', page % 2 === 0 ? '2.0.0' : '1.0.0');
      },
    );
    if (devices.join() !== keys.join()) wrong.push(`600 devices were listed as ${devices.length}.`);
    let deleted = 0;
    const plans = await all(
      '/ota/v1/plans',
      ({ plan }: { plan: { id: string } }) => plan.id,
      async (page) => {
        await center.touch(drafts[page % 10] ?? '');
        const victim = drafts[20 + page];
        if (victim === undefined) return;
        const { json } = await center.call('GET', `/ota/v1/plans/${victim}`);
        await center.call('DELETE', `/ota/v1/plans/${victim}`, undefined, { 'If-Match': `"${json.plan.revision}"` });
        deleted++;
      },
    );
    if (new Set(plans).size !== plans.length) wrong.push('A plan was listed twice.');
    for (const draft of drafts.slice(0, 20)) if (!plans.includes(draft)) wrong.push('A plan was left out.');
    return { tried: devices.length + plans.length + deleted, lost: 0, wrong: wrong.slice(0, 5) };
  },
};

const calls = 1000;

/** The same call again and again on one connection, without waiting for answers. @returns all that was answered */
function atOnce(center: Center, call: string, times: number): Promise<string> {
  const { hostname, port } = new URL(center.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(call.repeat(times)));
    let text = '';
    let answers = 0;
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
    socket.on('data', (bytes) => {
      const more = bytes.toString('latin1');
      text += more;
      answers += more.split('HTTP/1.1 ').length - 1;
      if (answers >= times) setTimeout(() => socket.destroy(), 100);
    });
  });
}

export const tooMany: Fault = {
  of: 'client and server',
  looksAt: ['I10'],
  name: 'a client and a device gone wild: 429 with Retry-After, others are served, then they are served again',
  async run(center) {
    const [wild = '', quiet = ''] = keysOf(2);
    await center.register([wild, quiet]);
    const wrong: string[] = [];
    const token = await center.token();
    const where = `/device/v1/products/${productKey}/devices/${wild}/plan`;
    const text = await atOnce(center, center.raw('GET', where, `Device ${secretOf(wild)}`, '', 'keep-alive'), calls);
    const served = text.match(/HTTP\/1\.1 200/g)?.length ?? 0;
    const refused = text.match(/HTTP\/1\.1 429/g)?.length ?? 0;
    // When it takes long, the connection is closed as one that dribbles, with 408.
    const others = text.match(/HTTP\/1\.1 (?!200|429|408)/g)?.length ?? 0;
    if (refused === 0 || others > 0) wrong.push(`${served} were served, ${refused} refused, ${others} neither.`);
    const seconds = /retry-after: (\d+)/i.exec(text)?.[1];
    if (!/^[1-9]\d*$/.test(seconds ?? '')) wrong.push(`Retry-After says “${seconds}”.`);
    if ((await center.device(quiet, 'GET', 'plan')).status !== 200) wrong.push('Another device was refused.');
    if ((await center.send('GET', '/ota/v1/plans', token)).status !== 200) wrong.push('A person was refused.');
    await new Promise((later) => setTimeout(later, 1000 * Number(seconds ?? 1)));
    if ((await center.device(wild, 'GET', 'plan')).status !== 200) wrong.push('It is not served after its wait.');
    return { tried: calls, lost: 0, wrong: wrong.slice(0, 5) };
  },
};
