import type { Session } from './session.ts';

/** Bytes in a unit that a person reads. */
export function bytes(size: number): string {
  if (size < 1024) return `${size} B`;
  return size < 1024 * 1024 ? `${(size / 1024).toFixed(1)} KiB` : `${(size / 1024 / 1024).toFixed(1)} MiB`;
}

/** “1 device”, “12,345 devices”. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

/** What the catalogue knows of a device, in Markdown. */
export function describeDevice(session: Session, productKey: string, key: string): string {
  const answer = session.catalogue?.devices(productKey);
  if (!answer || answer.kind === 'notKnown')
    return `Device \`${key}\`. Nothing more is known: no Developer Center is connected, or its devices were not asked for.`;
  if (answer.kind === 'bad') return `Device \`${key}\`. ${answer.reason}`;
  const device = answer.value.get(key);
  if (!device) return `Device \`${key}\` is not known at Developer Center.`;
  const versions = Object.entries(device.versions).map(([identifier, version]) => `- \`${identifier}\` ${version}`);
  const seen =
    device.lastSeen === null
      ? 'Never seen'
      : `Last seen ${new Date(device.lastSeen).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const online = device.online === undefined ? '' : device.online ? 'Online. ' : 'Offline. ';
  return [`**${device.name ?? key}**`, `${online}${seen}.`, versions.join('\n')].filter(Boolean).join('\n\n');
}
