import { createHash, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, RandomBytes } from '../clock.ts';
import { type AccessKey, type AccountStore, firstAccount, type Role } from '../store/accounts.ts';
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

  /**
   * A key that is not in the store yet.
   * @param given what it is to be; else nobody can guess it
   */
  make(
    account: string,
    role: Role,
    name: string,
    given?: { readonly key: string; readonly secret: string },
  ): AccessKey {
    const key = given?.key ?? `AK${Buffer.from(this.#random(12)).toString('hex')}`;
    const secret = given?.secret ?? Buffer.from(this.#random(32)).toString('base64url');
    const sealed = seal(this.#keys.sealing, secret, key, this.#random);
    const createdAt = this.#clock.now();
    return { key, account, role, secret: sealed, name, createdAt, expiresAt: null, usedAt: null };
  }

  /** The key, while it opens anything. */
  async find(key: string): Promise<AccessKey | null> {
    const found = await this.#store.findAccessKey(key);
    return found && isAlive(found, this.#clock.now()) ? found : null;
  }

  /** Notes a log-in, so that it can be seen which keys are still in use. */
  used(key: AccessKey): Promise<void> {
    return this.#store.accessKeyUsed(key.key, this.#clock.now());
  }

  /** The secret of a key, opened. */
  secretOf(key: AccessKey): string {
    return unseal(this.#keys.sealing, key.secret, key.key);
  }

  /**
   * The owner's key of the first account: made at the first start, its secret in a file that only the owner of the folder can read.
   * When that file is lost, or its key was taken away, the secret of a key that holds is written.
   * @param first what the first key is to be, for replicas that start at once; else it is made up
   */
  async openOwner(
    dataDir: string,
    first?: { readonly key: string; readonly secret: string },
  ): Promise<{ key: string; secretFile: string }> {
    const secretFile = join(dataDir, 'access-secret');
    const kept = existsSync(secretFile) ? readFileSync(secretFile, 'utf8').trim() : null;
    const owners = (await this.#store.listAccessKeys(firstAccount)).filter(isLastingOwner);
    const owner = owners.find((key) => this.secretOf(key) === kept) ?? owners.at(-1);
    if (owner) {
      if (this.secretOf(owner) !== kept) writeSecretFile(secretFile, `${this.secretOf(owner)}\n`);
      return { key: owner.key, secretFile };
    }
    const made = this.make(firstAccount, 'owner', 'first key', first);
    // The file first: a crash in between leaves a secret of no key, which the next start replaces.
    writeSecretFile(secretFile, `${this.secretOf(made)}\n`);
    await this.#store.changeAccessKeys(firstAccount, () => ({ put: [made], result: undefined }));
    return { key: made.key, secretFile };
  }
}

/** Whether a key opens anything at an instant. */
export function isAlive({ expiresAt }: AccessKey, now: number): boolean {
  return expiresAt === null || expiresAt > now;
}

/** Whether a key keeps its account from being locked out. */
export function isLastingOwner({ role, expiresAt }: AccessKey): boolean {
  return role === 'owner' && expiresAt === null;
}

/**
 * The password of the published log-in: hex SHA-256 of the user name followed by the secret, compared in constant time.
 */
export function isPassword(password: string, username: string, secret: string): boolean {
  const expected = createHash('sha256').update(username).update(secret).digest();
  const given = Buffer.from(password, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
