import { isDeviceKey, isProductKey } from '@otaplan/model';
import * as z from 'zod';
import { ProblemDocument } from './problems.ts';

/**
 * The device protocol over MQTT: the same JSON as over HTTP, at topics of the device's own,
 * `otaplan/v1/<product key>/<device key>/<what>`. User name and client id are `<product key>/<device key>`, the password is the secret.
 *
 * From the device: `reports` (the body of the call `sendReports`), `read` (empty: asks for the plan message), `left` (empty: its will).
 * To the device: `results` (the reply of `sendReports`), `plan` (the plan message, when asked for and when it changes), `problem`
 * (a problem document, in place of the answer).
 */
export const fromDevice = ['reports', 'read', 'left'] as const;
export const toDevice = ['results', 'plan', 'problem'] as const;
export type FromDevice = (typeof fromDevice)[number];
export type ToDevice = (typeof toDevice)[number];

const prefix = 'otaplan/v1';

/** A device as MQTT names it: its user name and its client id. */
export function mqttName(device: { productKey: string; deviceKey: string }): string {
  return `${device.productKey}/${device.deviceKey}`;
}

/** The device of a user name; `null`: it is no device's. */
export function readMqttName(name: string): { productKey: string; deviceKey: string } | null {
  const [productKey = '', deviceKey = '', ...more] = name.split('/');
  return more.length === 0 && isProductKey(productKey) && isDeviceKey(deviceKey) ? { productKey, deviceKey } : null;
}

/** The topic of a device for one kind of message. */
export function deviceTopic(device: { productKey: string; deviceKey: string }, what: FromDevice | ToDevice): string {
  return `${prefix}/${mqttName(device)}/${what}`;
}

/** All devices' messages of one kind, as the filter of a subscription. */
export function everyDeviceTopic(what: FromDevice): string {
  return `${prefix}/+/+/${what}`;
}

/** Who sent what, from a topic; `null`: no message of a device. */
export function readDeviceTopic(topic: string) {
  const [first, second, productKey = '', deviceKey = '', last, ...more] = topic.split('/');
  const what = fromDevice.find((known) => known === last);
  const device = readMqttName(`${productKey}/${deviceKey}`);
  if (`${first}/${second}` !== prefix || more.length > 0 || !what || !device) return null;
  return { device, what };
}

/** The largest message that is taken, in bytes; whoever sends more is cut off. What is larger than a body over HTTP is refused. */
export const mostMqttBytes = 256 * 1024;

/** What stands in place of an answer: the problem document that the call over HTTP has. */
export const MqttProblem = ProblemDocument.extend({
  /** Seconds after which to come again, as `Retry-After` over HTTP. */
  retryAfter: z.int().optional(),
});
