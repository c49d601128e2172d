/** Where a broker is, and how to get in. */
export interface MqttAddress {
  readonly protocol: 'mqtt' | 'mqtts';
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
}

const address = /^(mqtts?):\/\/(?:([^:@/]*)(?::([^@/]*))?@)?(\[[0-9A-Fa-f:.]+\]|[^:/?#@[\]\s]+)(?::(\d{1,5}))?\/?$/;

/** Reads `mqtt(s)://[user[:password]@]host[:port]`, user and password percent-encoded; `null`: it is no such address. */
export function readMqttAddress(text: string): MqttAddress | null {
  const [, protocol, username, password, host = '', port] = address.exec(text) ?? [];
  if (protocol === undefined) return null;
  const secure = protocol === 'mqtts';
  return {
    protocol: secure ? 'mqtts' : 'mqtt',
    host: host.replace(/^\[|\]$/g, ''),
    port: port === undefined ? (secure ? 8883 : 1883) : Number(port),
    ...(username ? { username: decodeURIComponent(username) } : {}),
    ...(password ? { password: decodeURIComponent(password) } : {}),
  };
}
