import type { Authentication } from '../../accounts/authentication.ts';
import type { RandomBytes } from '../../clock.ts';
import { DeviceMessages, type MessageParts, type Publish } from './device-messages.ts';
import { openEmbeddedBroker } from './embedded-broker.ts';
import { openExternalBroker } from './external-broker.ts';

/** Where devices speak MQTT: with this process, or with a broker that stands elsewhere. */
export type MqttOptions =
  /** A broker of our own at this port (0: any), beside HTTP. */
  | { readonly port: number }
  /** Any MQTT 5 broker, `mqtt://` or `mqtts://`. Its user name and password are never told. */
  | { readonly broker: string; readonly username?: string; readonly password?: string };

export interface OpenedMqtt {
  /** Of the broker of our own. */
  readonly port: number | null;
  /** Devices that are connected to the broker of our own, or connections to the other one. */
  readonly connections: number;
  /** Devices that are told of changes. */
  readonly listening: number;
  /** Messages of devices come in. */
  readonly isUp: boolean;
  close(): Promise<void>;
}

/**
 * Opens the MQTT side of the device gateway.
 * @throws the system's errors for a port that cannot be had; {@link StartError} when a broker does not let us in
 */
export async function openMqtt(
  options: MqttOptions,
  parts: MessageParts & {
    readonly host: string;
    readonly random: RandomBytes;
    readonly authentication: Authentication;
  },
): Promise<OpenedMqtt> {
  const make = (publish: Publish) => new DeviceMessages(parts, publish);
  if ('broker' in options) {
    const { broker, messages } = await openExternalBroker({ ...parts, ...options, url: options.broker }, make);
    return {
      port: null,
      get connections() {
        return broker.connections;
      },
      get listening() {
        return messages.listening;
      },
      get isUp() {
        return broker.isUp;
      },
      close: () => broker.close(),
    };
  }
  const { broker, messages } = await openEmbeddedBroker(
    {
      host: parts.host,
      port: options.port,
      log: parts.log,
      prove: async (device, secret) => {
        await parts.authentication.proveDevice(device, secret);
      },
    },
    make,
  );
  return {
    port: broker.port,
    get connections() {
      return broker.connections;
    },
    get listening() {
      return messages.listening;
    },
    isUp: true,
    close: () => broker.close(),
  };
}
