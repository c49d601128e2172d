import { createHash, timingSafeEqual } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, RandomBytes } from '../clock.ts';
import type { AccessKey, AccountStore, Role } from '../store/accounts.ts';
import { writeSecretFile } from './secret-file.ts';
import { type ServerKeys, seal, unseal } from './server-keys.ts';

/** Access keys with their secrets, which lie sealed in the store. */
export class AccessKeys {
  readonly #store: AccountStore;
  readonly #keys: ServerKeys;
  readonly #clock: Clock;
  readonly #random: RandomBytes;

  constructor(store: AccountStore, keys: ServerKeys, clock: Clock, random: RandomBytes) {
    this.#store = store;
    this.#keys = keys;
    this.#clock = clock;
    this.#random = random;
  }

  /** Makes a key with a secret that nobody can guess. The secret is told once, here. */
  async create(role: Role, name: string): Promise<{ key: string; secret: string }> {
    const key = `AK${Buffer.from(this.#random(12)).toString('hex')}`;
    const secret = Buffer.from(this.#random(32)).toString('base64url');
    await this.#put(key, secret, role, name);
    return { key, secret };
  }

  async #put(key: string, secret: string, role: Role, name: string): Promise<void> {
    const sealed = seal(this.#keys.sealing, secret, key, this.#random);
    await this.#store.putAccessKey({ key, role, secret: sealed, name, createdAt: this.#clock.now() });
  }

  find(key: string): Promise<AccessKey | null> {
    return this.#store.findAccessKey(key);
  }

  /** The secret of a key, opened. */
  secretOf(key: AccessKey): string {
    return unseal(this.#keys.sealing, key.secret, key.key);
  }

  /**
   * The owner's key: made at the first start, its secret in a file that only the owner of the folder can read.
   * When that file is lost, the secret is written again.
   * @param first what the first key is to be, for replicas that start at once; else it is made up
   */
  async openOwner(
    dataDir: string,
    first?: { readonly key: string; readonly secret: string },
  ): Promise<{ key: string; secretFile: string }> {
    const secretFile = join(dataDir, 'access-secret');
    const owner = (await this.#store.listAccessKeys()).find((key) => key.role === 'owner');
    if (owner) {
      if (!existsSync(secretFile)) writeSecretFile(secretFile, `${this.secretOf(owner)}\n`);
      return { key: owner.key, secretFile };
    }
    const key = first?.key ?? `AK${Buffer.from(this.#random(12)).toString('hex')}`;
    const secret = first?.secret ?? Buffer.from(this.#random(32)).toString('base64url');
    // The file first: a crash in between leaves a secret of no key, which the next start replaces.
    writeSecretFile(secretFile, `${secret}\n`);
    await this.#put(key, secret, 'owner', 'first key');
    return { key, secretFile };
  }
}

/**
 * The password of the published log-in: hex SHA-256 of the user name followed by the secret, compared in constant time.
 */
export function isPassword(password: string, username: string, secret: string): boolean {
  const expected = createHash('sha256').update(username).update(secret).digest();
  const given = Buffer.from(password, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
