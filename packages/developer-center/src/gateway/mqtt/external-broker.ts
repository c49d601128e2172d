import { everyDeviceTopic, fromDevice, type MqttAddress, mostMqttBytes, readMqttAddress } from '@otaplan/api';
import mqtt, { type MqttClient } from 'mqtt';
import type { Clock, RandomBytes } from '../../clock.ts';
import type { Log } from '../../http/log.ts';
import { StartError } from '../../start-error.ts';
import { type DeviceMessages, NotKept, type Publish } from './device-messages.ts';

/**
 * Connections that take messages. Each takes one after the other, since MQTT has them acknowledged in order; the store
 * keeps what arrives at several of them in one transaction.
 */
const consumers = 16;
/** All replicas share one subscription: each message goes to one of them. */
const group = 'otaplan';
/** How long the broker has to let us in at the start, before it is tried again behind the scenes. */
const startMs = 10_000;
const reconnectMs = 1000;
/** After a message could not be kept, it is tried again. */
const pauseMs = 1000;
/** Reason codes of MQTT 5: bad user name or password, not authorized. */
const refusals: readonly (number | undefined)[] = [134, 135];

export interface ExternalOptions {
  /** `mqtt://` or `mqtts://`; a user and password in it are used and never told. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}

/** Our side of a broker that stands elsewhere. */
export interface ExternalBroker {
  /** Connections that are up, of those that there should be. */
  readonly connections: number;
  /** One of them at least is up, and the broker granted it what devices publish. */
  readonly isUp: boolean;
  close(): Promise<void>;
}

/**
 * Connects to an MQTT 5 broker and takes what devices publish there, sharing it with the other replicas. A message is acknowledged
 * after it was kept. The broker lets devices in and keeps each to its own topics (docs/device-protocol.md): whoever may publish to a
 * device's topic is that device.
 * @throws {StartError} the broker does not let us in. One that cannot be reached is tried until it can.
 */
export async function openExternalBroker(
  options: ExternalOptions,
  makeMessages: (publish: Publish) => DeviceMessages,
): Promise<{ broker: ExternalBroker; messages: DeviceMessages }> {
  const { clock, log } = options;
  const address = readMqttAddress(options.url);
  if (address === null) throw new TypeError('Not the address of an MQTT broker.');
  const { host } = address;
  const clients: MqttClient[] = [];
  let [closed, next] = [false, 0];
  const publish: Publish = (topic, payload) => {
    const up = clients.filter((client) => client.connected);
    // What cannot be handed over is lost, and not kept for later: devices ask again, and are told what is right then.
    up[next++ % Math.max(1, up.length)]?.publish(topic, payload, { qos: 1 }, () => {});
  };
  const messages = makeMessages(publish);
  const close = async () => {
    closed = true;
    messages.close();
    await Promise.all(clients.map((client) => client.endAsync(true)));
  };
  const session = Buffer.from(options.random(6)).toString('hex');
  for (let index = 0; index < consumers; index++)
    clients.push(connect(address, options, `otaplan-${session}-${index}`));
  const taking = new Set<MqttClient>();
  let told = false;
  /** Said once until it is back: of many connections, and of every try. */
  const away = (reason: string) => {
    if (!told && !closed) log.warn({ broker: host, reason }, 'The MQTT broker is away. It is tried until it is back.');
    told = true;
  };
  for (const client of clients) {
    client.on('connect', () => {
      told = false;
      const topics = fromDevice.map((what) => `$share/${group}/${everyDeviceTopic(what)}`);
      client.subscribe(topics, { qos: 1 }, (error, granted) => {
        if (!client.connected) return;
        if (error || granted?.some(({ qos }) => qos > 2))
          log.error({ broker: host }, 'The MQTT broker refuses the shared subscription to what devices publish.');
        else taking.add(client);
      });
    });
    client.on('error', (error) => away(error.message));
    client.on('close', () => taking.delete(client));
    client.handleMessage = ({ topic, payload }, acknowledge) => {
      const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
      const keep = () => {
        messages.take(topic.toString(), bytes).then(
          () => acknowledge(),
          (error: unknown) => {
            // Without acknowledgement until it is kept; what waits behind it waits at the broker.
            if (!closed) clock.after(pauseMs, keep);
            if (!(error instanceof NotKept)) log.error({ err: error }, 'A message could not be taken.');
          },
        );
      };
      keep();
    };
  }
  const [first] = clients;
  try {
    if (first) await up(first, host, clock);
  } catch (error) {
    await close();
    throw error;
  }
  for (const client of clients) client.on('close', () => away('The connection ended.'));
  return {
    messages,
    broker: {
      get connections() {
        return clients.filter((client) => client.connected).length;
      },
      get isUp() {
        return taking.size > 0;
      },
      close,
    },
  };
}

function connect(address: MqttAddress, { username, password }: ExternalOptions, clientId: string): MqttClient {
  return mqtt.connect({
    ...address,
    protocolVersion: 5,
    clientId,
    // Without a session: messages never wait for a replica that is gone, devices send what was not answered again.
    clean: true,
    reconnectPeriod: reconnectMs,
    resubscribe: false,
    queueQoSZero: false,
    properties: { receiveMaximum: 64, maximumPacketSize: 2 * mostMqttBytes },
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  });
}

/** Waits until the connection is up, or for so long; refused for who we are is refused for good. */
function up(client: MqttClient, host: string, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (failure: StartError | null) => {
      stop();
      client.off('connect', onConnect);
      client.off('error', onError);
      if (failure) reject(failure);
      else resolve();
    };
    const stop = clock.after(startMs, () => end(null));
    const onConnect = () => end(null);
    const onError = (error: Error) => {
      const code = 'code' in error && typeof error.code === 'number' ? error.code : undefined;
      if (refusals.includes(code))
        end(new StartError('brokerRefuses', `The MQTT broker ${host} refuses the user name or password.`));
    };
    client.on('connect', onConnect);
    client.on('error', onError);
  });
}
