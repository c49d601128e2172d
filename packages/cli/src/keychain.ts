import { z } from 'zod';

/** The system keychain, where there is one: access keys by server. */
export interface Keychain {
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
    // A headless Linux has the library but nobody who answers it.
    new Entry(service, 'probe').getPassword();
  } catch {
    return null;
  }
  return {
    read(server) {
      const text = new Entry(service, server).getPassword();
      if (!text) return null;
      try {
        return Kept.parse(JSON.parse(text));
      } catch {
        return null;
      }
    },
    write: (server, credentials) => new Entry(service, server).setPassword(JSON.stringify(credentials)),
    remove: (server) => new Entry(service, server).deletePassword(),
  };
}
