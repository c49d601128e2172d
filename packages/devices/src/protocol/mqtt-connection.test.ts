import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { VirtualClock } from '@otaplan/model/virtual-clock';
import { afterEach, expect, it } from 'vitest';
import { MqttConnection } from './mqtt-connection.ts';

const open: { server: Server; line: MqttConnection }[] = [];
afterEach(async () => {
  for (const { server, line } of open.splice(0)) {
    await line.close();
    server.close();
  }
});

const letIn = Buffer.from([0x20, 2, 0, 0]);
/** Hangs up after so many packets of the device were read; the first is answered as by a broker that lets it in. */
async function brokenAfter(packets: number, hangUp: (socket: Socket) => void): Promise<MqttConnection> {
  const server = createServer((socket) => {
    let read = 0;
    socket.on('error', () => {});
    socket.on('data', () => {
      if (++read >= packets) hangUp(socket);
      else socket.write(letIn);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const identity = { productKey: 'p1aaa', deviceKey: 'D0001', secret: 'secret' };
  const line = new MqttConnection(`mqtt://127.0.0.1:${port}`, identity, new VirtualClock('2027-03-01T08:00:00Z'));
  open.push({ server, line });
  return line;
}

const ways: readonly [string, (socket: Socket) => void][] = [
  ['ends', (socket) => socket.end()],
  ['breaks', (socket) => socket.resetAndDestroy()],
];
// On a clock that stands still: nothing of this waits for a time-out.
it.each(ways)('says at once that a broker is gone when the connection %s before it let us in', async (_, hangUp) => {
  const line = await brokenAfter(1, hangUp);
  await expect(line.sendReports([{ id: 'a' }])).rejects.toMatchObject({ kind: 'unreachable' });
});

it.each(ways)('says at once that a broker is gone when the connection %s after it let us in', async (_, hangUp) => {
  const line = await brokenAfter(2, hangUp);
  await expect(line.readPlan(null, 0)).rejects.toMatchObject({ kind: 'unreachable' });
});
