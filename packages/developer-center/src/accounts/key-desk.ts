import type { AccessKeyInfo, NewAccessKey } from '@otaplan/api';
import { nameIdentity } from '@otaplan/model';
import { ProblemError } from '../center/problem-error.ts';
import type { Clock } from '../clock.ts';
import type { AccessKey, AccountStore, Role } from '../store/accounts.ts';
import { type AccessKeys, isAlive, isLastingOwner } from './access-keys.ts';

const minuteMs = 60_000;
const overlapMinutes = 24 * 60;
/** A key that is over stays in the list for a month, so that it can be seen what became of it. */
const showOverMs = 30 * 24 * 60 * minuteMs;

/** Where access keys are managed. Every change stands in the audit trail of the account. */
export class KeyDesk {
  readonly #store: AccountStore;
  readonly #keys: AccessKeys;
  readonly #clock: Clock;
  readonly #taken: () => Promise<unknown>;

  /** @param taken is called when a key was taken away or replaced */
  constructor(
    store: AccountStore,
    keys: AccessKeys,
    parts: { readonly clock: Clock; readonly taken: () => Promise<unknown> },
  ) {
    this.#store = store;
    this.#keys = keys;
    this.#clock = parts.clock;
    this.#taken = parts.taken;
  }

  /** The keys of an account, oldest first. */
  async list(account: string): Promise<AccessKeyInfo[]> {
    const gone = this.#clock.now() - showOverMs;
    return (await this.#store.listAccessKeys(account)).filter((key) => isAlive(key, gone)).map(infoOf);
  }

  /**
   * Makes a key.
   * @param again an earlier request was cut off: the key that it made, if it did, is the answer
   * @throws ProblemError `name-taken`
   */
  async create(account: string, role: Role, name: string, who: string, again = false): Promise<NewAccessKey> {
    const made = await this.#store.changeAccessKeys(account, (keys) => {
      const namesake = keys.find((key) => key.expiresAt === null && nameIdentity(key.name) === nameIdentity(name));
      if (namesake && again && namesake.role === role) return { result: namesake };
      if (namesake) throw new ProblemError('name-taken', `The access key ${namesake.key} is named “${name}”.`);
      const key = this.#keys.make(account, role, name);
      return { put: [key], audit: this.#audit(who, 'createAccessKey', key.key, `${role}, “${name}”`), result: key };
    });
    return this.#withSecret(made);
  }

  /**
   * Puts a new key in the place of one, which opens on until the overlap is over.
   * @param minutes the overlap; a day when not given
   * @param again as for {@link create}
   * @throws ProblemError `not-found`, `key-replaced`
   */
  async rotate(
    account: string,
    key: string,
    minutes: number = overlapMinutes,
    who: string,
    again = false,
  ): Promise<NewAccessKey> {
    const made = await this.#store.changeAccessKeys(account, (keys) => {
      const old = find(keys, key);
      if (old.expiresAt !== null) {
        const successor = keys.find((other) => other.expiresAt === null && other.name === old.name);
        if (again && successor) return { result: successor };
        throw new ProblemError('key-replaced', 'Rotate the key that took its place.');
      }
      const next = this.#keys.make(account, old.role, old.name);
      const expiresAt = this.#clock.now() + minutes * minuteMs;
      const detail = `by ${next.key}; it opens on for ${minutes} min`;
      const audit = this.#audit(who, 'rotateAccessKey', key, detail);
      return { put: [{ ...old, expiresAt }, next], audit, result: next };
    });
    await this.#taken();
    return this.#withSecret(made);
  }

  /** Takes a key away. @throws ProblemError `not-found`, `last-owner` */
  async revoke(account: string, key: string, who: string): Promise<void> {
    await this.#store.changeAccessKeys(account, (keys) => {
      const found = find(keys, key);
      const others = keys.filter((other) => other.key !== key && isLastingOwner(other));
      if (isLastingOwner(found) && others.length === 0)
        throw new ProblemError('last-owner', 'Make another owner key first, or rotate this one.');
      const audit = this.#audit(who, 'revokeAccessKey', key, `${found.role}, “${found.name}”`);
      return { remove: [key], audit, result: null };
    });
    await this.#taken();
  }

  /** The first key of an account that is opened with it. */
  firstOf(account: string): { readonly key: AccessKey; readonly shown: NewAccessKey } {
    const key = this.#keys.make(account, 'owner', 'first key');
    return { key, shown: this.#withSecret(key) };
  }

  #withSecret(key: AccessKey): NewAccessKey {
    return { ...infoOf(key), secret: this.#keys.secretOf(key) };
  }

  #audit(who: string, action: string, subject: string, detail: string) {
    return { time: this.#clock.now(), who, action, subject, detail };
  }
}

function find(keys: readonly AccessKey[], key: string): AccessKey {
  const found = keys.find((other) => other.key === key);
  if (!found) throw new ProblemError('not-found', 'There is no such access key.');
  return found;
}

function infoOf({ key, name, role, createdAt, expiresAt, usedAt }: AccessKey): AccessKeyInfo {
  return { key, name, role, createdAt: instant(createdAt), expiresAt: orNull(expiresAt), usedAt: orNull(usedAt) };
}

const instant = (at: number) => new Date(at).toISOString();
const orNull = (at: number | null) => (at === null ? null : instant(at));
