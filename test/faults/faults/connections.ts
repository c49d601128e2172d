import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Center, otaplan } from '../center.ts';
import type { Fault } from '../fault.ts';

export const slowLoris: Fault = {
  of: 'server',
  looksAt: [],
  name: 'slow-loris: 300 connections that dribble',
  async run(center) {
    const { hostname, port } = new URL(center.url);
    const wrong: string[] = [];
    const sockets = Array.from({ length: 300 }, () => {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => {});
      socket.write('POST /ota/v1/plans HTTP/1.1\r\nHost: localhost\r\nX-');
      return socket;
    });
    for (let round = 0; round < 20; round++) {
      await pause(100);
      for (const socket of sockets) if (!socket.destroyed) socket.write('a');
      const begin = performance.now();
      const { status } = await center.call('GET', '/ota/v1/plans');
      if (status !== 200 || performance.now() - begin > 2000)
        wrong.push(`A call beside them was answered with ${status}.`);
    }
    for (const socket of sockets) socket.destroy();
    return { tried: 300, lost: 0, wrong };
  },
};

export const taken: Fault = {
  of: 'server',
  looksAt: [],
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
