import * as z from 'zod';

/** The system keychain, where there is one: access keys by server. */
export interface Keychain {
  /** Whether it outlives a restart of the machine; the kernel's keyring on a Linux without a secret service does not. */
  readonly lasting: boolean;
  read(server: string): { accessKey: string; accessSecret: string } | null;
  write(server: string, credentials: { accessKey: string; accessSecret: string }): void;
  /** Whether there was one to remove. */
  remove(server: string): boolean;
}

const Kept = z.object({ accessKey: z.string().min(1), accessSecret: z.string().min(1) });
const service = 'otaplan';

/** `null`: this system has no keychain that can be used. */
export async function openKeychain(): Promise<Keychain | null> {
  let Entry: typeof import('@napi-rs/keyring').Entry;
  try {
    ({ Entry } = await import('@napi-rs/keyring'));
  } catch {
    return null;
  }
  for (const store of ['secret-service', 'keyutils'] as const) {
    const entry = (server: string) => new Entry(service, server, { linux: { store } });
    try {
      // The library can be there without anybody who answers it.
      entry('probe').getPassword();
      return keychainOf(entry, process.platform !== 'linux' || store === 'secret-service');
    } catch {
      // The next one, if there is one.
    }
  }
  return null;
}

function keychainOf(entry: (server: string) => import('@napi-rs/keyring').Entry, lasting: boolean): Keychain {
  return {
    lasting,
    read(server) {
      const text = entry(server).getPassword();
      if (!text) return null;
      try {
        return Kept.parse(JSON.parse(text));
      } catch {
        return null;
      }
    },
    write: (server, credentials) => entry(server).setPassword(JSON.stringify(credentials)),
    remove: (server) => entry(server).deletePassword(),
  };
}
