import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Center } from '../center.ts';
import { keysOf, planTo, productKey, secretOf } from '../documents.ts';
import type { Fault } from '../fault.ts';
import { otaplan } from '../otaplan.ts';

export const slowLoris: Fault = {
  of: 'devices',
  looksAt: [],
  name: 'slow-loris over HTTP: 300 connections that dribble are cut off, others are served',
  async run(center) {
    const { hostname, port } = new URL(center.url);
    const wrong: string[] = [];
    let cut = 0;
    const sockets = Array.from({ length: 300 }, () => {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => {});
      socket.on('close', () => cut++);
      socket.resume();
      socket.write('POST /ota/v1/plans HTTP/1.1\r\nHost: localhost\r\nX-');
      return socket;
    });
    // Headers have to be there within 15 s; that is looked at every half minute.
    for (let second = 0; second < 60 && cut < sockets.length; second++) {
      await pause(1000);
      for (const socket of sockets) if (!socket.destroyed) socket.write('a');
      const begin = performance.now();
      const { status } = await center.call('GET', '/ota/v1/plans');
      const took = Math.round(performance.now() - begin);
      if (status !== 200 || took > 3000) wrong.push(`A call beside them was answered with ${status} after ${took} ms.`);
    }
    if (cut < sockets.length) wrong.push(`${sockets.length - cut} of them were still connected after a minute.`);
    for (const socket of sockets) socket.destroy();
    return { tried: 300, lost: 0, wrong };
  },
};

/** Says so many bytes of a call, then breaks off; or all of them, and never hears the answer. */
function brokenOff(center: Center, bytes: string, share: number): Promise<void> {
  const { hostname, port } = new URL(center.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      const body = bytes.indexOf('\r\n\r\n') + 4;
      const sent = bytes.slice(0, body + Math.round((bytes.length - body) * share));
      socket.write(sent, () => setTimeout(() => socket.resetAndDestroy(), 30));
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve());
  });
}

export const cutBodies: Fault = {
  of: 'client and server',
  looksAt: ['I1', 'I2', 'I3'],
  name: 'a call breaks off at 0, 25, 50, 100 % of its body, reset before the answer; it is sent again',
  async run(center) {
    const keys = keysOf(12);
    await center.register(keys);
    const planId = await center.activate('2.0.0');
    const wrong: string[] = [];
    let tried = 0;
    for (const [index, share] of [0, 0.25, 0.5, 1].entries()) {
      for (const key of keys.slice(index * 3, index * 3 + 3)) {
        const components = [{ identifier: 'FOTA', type: 'module', version: '1.0.0' }];
        const status = { kind: 'status', planId, identifier: 'FOTA', attempt: 1 };
        const reports = [
          { id: `${key}-1`, kind: 'request', components },
          { ...status, id: `${key}-2`, status: 'planReceived' },
          { ...status, id: `${key}-3`, status: 'upgradeConfirmed' },
        ];
        const where = `/device/v1/products/${productKey}/devices/${key}/reports`;
        const call = center.raw('POST', where, `Device ${secretOf(key)}`, JSON.stringify({ reports }));
        for (let time = 0; time < 5; time++, tried++) await brokenOff(center, call, share);
        const [between = ''] = await center.statuses(planId, key);
        if (share < 1 && between !== 'planNotReceived') wrong.push(`${share * 100} % of a body counted: ${between}.`);
        const again = await center.device(key, 'POST', 'reports', { reports });
        if (again.status !== 200) wrong.push(`Sent again it was answered with ${again.status}.`);
        const after = await center.statuses(planId, key);
        if (after.join() !== 'upgradeConfirmed') wrong.push(`After ${share * 100} %: ${after}.`);
        const log = await center.call('GET', `/ota/v1/plans/${planId}/devices/${key}/log?limit=500`);
        const confirmed = log.json.items.filter(
          ({ text }: { text: string }) => /confirmed/i.test(text) && !/ignored/i.test(text),
        ).length;
        if (confirmed !== 1) wrong.push(`It is confirmed in ${confirmed} lines.`);
      }
    }
    // A plan that is created over such a line, with its key: once.
    const document = planTo('3.0.0', 0);
    const body = JSON.stringify({ document });
    const headers = { 'Idempotency-Key': 'over-a-bad-line' };
    const whole = center
      .raw('POST', '/ota/v1/plans', await center.token(), body)
      .replace('\r\n\r\n', '\r\nIdempotency-Key: over-a-bad-line\r\n\r\n');
    for (const share of [0, 0.25, 0.5, 1, 1, 1]) {
      await brokenOff(center, whole, share);
      tried++;
    }
    await pause(200);
    let made = await center.call('POST', '/ota/v1/plans', body, headers);
    // One of those that broke off is still under way on a busy machine, and a client is told to come again.
    for (let tries = 0; /key-in-progress$/.test(made.json?.type) && tries < 100; tries++) {
      await pause(200);
      made = await center.call('POST', '/ota/v1/plans', body, headers);
    }
    if (made.status !== 201) wrong.push(`Created again: ${made.status} ${made.json?.detail}`);
    const all = await center.call('GET', '/ota/v1/plans');
    if (all.json.items.length !== 2) wrong.push(`There are ${all.json.items.length} plans.`);
    return { tried, lost: 0, wrong };
  },
};

export const slowReader: Fault = {
  of: 'client and server',
  looksAt: [],
  name: 'answers that are read a byte at a time: whole in the end, others are served',
  async run(center) {
    await center.register(keysOf(300));
    await center.activate('2.0.0');
    const { hostname, port } = new URL(center.url);
    const wrong: string[] = [];
    const call = center.raw('GET', '/ota/v1/plans', await center.token());
    const read = () =>
      new Promise<string>((resolve) => {
        const socket = connect(Number(port), hostname, () => socket.write(call));
        let text = '';
        socket.on('error', () => resolve(text));
        socket.on('end', () => resolve(text));
        socket.on('readable', () => {
          const step = () => {
            const byte = socket.read(1) as Buffer | null;
            if (byte === null) return;
            text += byte.toString('latin1');
            setTimeout(step, 1);
          };
          step();
        });
      });
    const reading = Promise.all(Array.from({ length: 50 }, read));
    for (let time = 0; time < 20; time++) {
      const begin = performance.now();
      const { status } = await center.call('GET', '/ota/v1/plans');
      if (status !== 200 || performance.now() - begin > 3000) wrong.push(`A call beside them: ${status}.`);
      await pause(50);
    }
    for (const text of await reading)
      if (!/^HTTP\/1\.1 200/.test(text) || !text.includes('"successRate"')) wrong.push('An answer was not whole.');
    return { tried: 50, lost: 0, wrong: [...new Set(wrong)] };
  },
};

export const taken: Fault = {
  of: 'server',
  looksAt: ['I10'],
  name: 'port in use; a second server on one folder',
  folderOnly: true,
  async run(center) {
    const wrong: string[] = [];
    const { port } = new URL(center.url);
    const second = await otaplan('server', '--data', center.folder, '--port', '0');
    if (second.code !== 1 || !/running on this data folder/.test(second.stderr)) wrong.push(`Second: ${second.stderr}`);
    const other = new Center();
    const inUse = await otaplan('server', '--data', other.folder, '--port', port);
    if (inUse.code !== 1 || !/in use/.test(inUse.stderr)) wrong.push(`Port: ${inUse.stderr}`);
    await other.end();
    if ((await center.call('GET', '/ota/v1/plans')).status !== 200) wrong.push('The first no longer answers.');
    return { tried: 2, lost: 0, wrong };
  },
};
