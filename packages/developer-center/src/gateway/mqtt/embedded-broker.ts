import { createServer, type Server, type Socket } from 'node:net';
import { deviceTopic, fromDevice, mostMqttBytes, mqttName, readMqttName, toDevice } from '@otaplan/api';
import { Aedes, type AuthenticateError, type Client } from 'aedes';
import type { DeviceIdentity } from '../../center/center.ts';
import { ProblemError } from '../../center/problem-error.ts';
import type { Log } from '../../http/log.ts';
import type { DeviceMessages, Publish } from './device-messages.ts';
import { PacketLengths } from './packet-lengths.ts';

/** Topic and headers of a packet beside its message. */
const headBytes = 1024;
/** A connection must have said who it is by then: nobody holds one by dribbling. */
const connectMs = 15_000;
/** Longest time between two signs of life that a device may ask for, in seconds. */
const mostKeepalive = 20 * 60;
/** A device that takes nothing for this long is cut off. */
const drainMs = 10_000;
const mostConnections = 100_000;
const backlog = 4096;
/** Return codes of MQTT 3.1.1. */
const refusals = { identifierRejected: 2, serverUnavailable: 3, wrongSecret: 4 } as const;

export interface EmbeddedOptions {
  readonly host: string;
  readonly port: number;
  readonly log: Log;
  /** Proves that a secret is the device's. @throws ProblemError */
  readonly prove: (device: DeviceIdentity, secret: string) => Promise<void>;
}

/** Who takes what devices say. */
export type Messages = Pick<DeviceMessages, 'take' | 'left' | 'close'>;

/** A broker in this process that speaks with devices and with nobody else. */
export interface EmbeddedBroker {
  readonly port: number;
  readonly connections: number;
  readonly publish: Publish;
  close(): Promise<void>;
}

/**
 * Opens MQTT 3.1.1 for devices. A device is let in by its own secret, may publish and subscribe to its own topics only, and gets its
 * acknowledgement after its message was kept.
 * @param messages takes what devices say; made with `publish` of this broker
 * @throws the system's errors (`EADDRINUSE` and others)
 */
export async function openEmbeddedBroker<M extends Messages>(
  options: EmbeddedOptions,
  makeMessages: (publish: Publish) => M,
): Promise<{ broker: EmbeddedBroker; messages: M }> {
  /** Who is connected, and to which of its topics it subscribed. */
  const connected = new Map<string, { client: Client; topics: Set<string> }>();
  /** Noted with the first sign of it: the broker calls a client ready only after it let it in, and a quick one has subscribed by then. */
  const topicsOf = (client: Client) => {
    const known = connected.get(client.id);
    if (known?.client === client) return known.topics;
    const topics = new Set<string>();
    if (!client.closed) connected.set(client.id, { client, topics });
    return topics;
  };
  const publish: Publish = (topic, payload) => {
    const [, , productKey = '', deviceKey = ''] = topic.split('/');
    const to = connected.get(mqttName({ productKey, deviceKey }));
    // To the client itself and not through the broker's queue, where one that reads slowly would hold up others.
    if (to?.topics.has(topic))
      to.client.publish({ cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false }, () => {});
  };
  const messages = makeMessages(publish);
  const aedes = await Aedes.createBroker({
    connectTimeout: connectMs,
    keepaliveLimit: mostKeepalive,
    drainTimeout: drainMs,
    preConnect: (_client, packet, done) => {
      // No sessions: what a device missed, it is told when it reads its plan.
      packet.clean = true;
      done(null, true);
    },
    authenticate: (client, username, password, done) => {
      const device = readMqttName(username ?? '');
      // The same name for both, so that no device can push another one out by taking its client id.
      if (device === null || client.id !== username) {
        done(refusal(refusals.identifierRejected, 'User name and client id are <product key>/<device key>.'), null);
        return;
      }
      options.prove(device, password?.toString('utf8') ?? '').then(
        () => done(null, true),
        (error: unknown) => {
          const wrong = error instanceof ProblemError && error.problem === 'not-signed-in';
          if (!wrong) options.log.error({ err: error }, 'A device could not be let in.');
          done(refusal(wrong ? refusals.wrongSecret : refusals.serverUnavailable, 'The device is not let in.'), null);
        },
      );
    },
    authorizePublish: (client, packet, done) => {
      const device = readMqttName(client?.id ?? '');
      if (device === null || !fromDevice.some((what) => packet.topic === deviceTopic(device, what))) {
        done(new Error('A device publishes to its own topics only.'));
        return;
      }
      packet.retain = false;
      // Here and not after: the acknowledgement goes out as soon as this is done.
      messages.take(packet.topic, Buffer.from(packet.payload)).then(
        () => done(null),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
    authorizeSubscribe: (client, subscription, done) => {
      const device = readMqttName(client.id);
      const own = device !== null && toDevice.some((what) => subscription.topic === deviceTopic(device, what));
      if (own) topicsOf(client).add(subscription.topic);
      done(null, own ? subscription : null);
    },
  });
  aedes.on('client', (client: Client) => void topicsOf(client));
  aedes.on('unsubscribe', (topics: string[], client: Client) => {
    for (const topic of topics) connected.get(client.id)?.topics.delete(topic);
  });
  aedes.on('clientDisconnect', (client: Client) => {
    // The same device may be back on another connection already.
    if (connected.get(client.id)?.client !== client) return;
    connected.delete(client.id);
    const device = readMqttName(client.id);
    if (device !== null && !aedes.closed)
      messages.left(device).catch((error: unknown) => options.log.error({ err: error }, 'A device could not leave.'));
  });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    aedes.handle(socket);
    const lengths = new PacketLengths(mostMqttBytes + headBytes);
    // Sees what the broker reads, as it reads it.
    socket.on('data', (bytes) => {
      if (!lengths.accept(bytes)) socket.destroy();
    });
  });
  server.maxConnections = mostConnections;
  const port = await listen(server, options);
  return {
    messages,
    broker: {
      port,
      get connections() {
        return connected.size;
      },
      publish,
      close: () =>
        new Promise((resolve) => {
          messages.close();
          server.close(() => resolve());
          // Those that have not said who they are yet are none of the broker's.
          aedes.close(() => {
            for (const socket of sockets) socket.destroy();
          });
        }),
    },
  };
}

function refusal(returnCode: number, message: string): AuthenticateError {
  return Object.assign(new Error(message), { returnCode });
}

function listen(server: Server, { host, port }: EmbeddedOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog }, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}
