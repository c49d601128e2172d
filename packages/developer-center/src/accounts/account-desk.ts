import type { AccountInfo, NewAccessKey } from '@otaplan/api';
import type { Center } from '../center/center.ts';
import { ProblemError } from '../center/problem-error.ts';
import type { Clock, RandomBytes } from '../clock.ts';
import type { PackageCatalogue } from '../packages/catalogue.ts';
import { type AccountRecord, firstAccount } from '../store/accounts.ts';
import type { NewAudit } from '../store/registry.ts';
import type { Store } from '../store/store.ts';
import type { KeyDesk } from './key-desk.ts';

/** Devices that one transaction deletes: others have their turn in between. */
const erasedAtOnce = 1000;
const pageSize = 100;

export interface AccountParts {
  readonly store: Store;
  readonly center: Center;
  readonly packages: PackageCatalogue;
  readonly keys: KeyDesk;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

/** Where accounts are opened, closed, opened again and deleted, by owners of the first account. */
export class AccountDesk {
  readonly #parts: AccountParts;

  constructor(parts: AccountParts) {
    this.#parts = parts;
  }

  /** By name. */
  async list(): Promise<AccountInfo[]> {
    return (await this.#parts.store.accounts.listAccounts()).map(infoOf);
  }

  /** An account by its id; one that is not there (any more) is called by it. */
  async named(id: string): Promise<{ id: string; name: string }> {
    const found = (await this.#parts.store.accounts.listAccounts()).find((account) => account.id === id);
    return { id, name: found?.name ?? id };
  }

  /** Opens an account with its first owner key. @throws ProblemError `name-taken` */
  async open(name: string, who: string): Promise<{ account: AccountInfo; key: NewAccessKey }> {
    const { store, keys, clock, random } = this.#parts;
    const id = `acc_${Buffer.from(random(8)).toString('hex')}`;
    const account = { id, name, createdAt: clock.now(), closedAt: null };
    const first = keys.firstOf(id);
    if (!(await store.accounts.addAccount(account, first.key, this.#audit(firstAccount, 'openAccount', id, who, name))))
      throw new ProblemError('name-taken', `There is an account “${name}” already.`);
    return { account: infoOf(account), key: first.shown };
  }

  /**
   * Its keys open nothing from then on, and its plans are suspended: nobody could stop them any more. Confirmed devices go on, as in any
   * plan that is suspended.
   * @throws ProblemError `not-found`, `first-account`
   */
  async close(id: string, who: string): Promise<AccountInfo> {
    const { center, clock } = this.#parts;
    if (id === firstAccount) throw new ProblemError('first-account');
    const found = await this.#find(id);
    const closedAt = found.closedAt ?? clock.now();
    const closed = found.closedAt === null ? await this.#set(found, closedAt, 'closeAccount', who) : found;
    await center.suspendPlans(id, who);
    return infoOf(closed);
  }

  /** @throws ProblemError `not-found` */
  async reopen(id: string, who: string): Promise<AccountInfo> {
    const found = await this.#find(id);
    return infoOf(found.closedAt === null ? found : await this.#set(found, null, 'reopenAccount', who));
  }

  /**
   * Deletes a closed account and all it has, piece by piece: cut off, it goes on when it is called again.
   * @throws ProblemError `not-found`, `account-open`
   */
  async delete(id: string, who: string): Promise<void> {
    const { name, closedAt } = await this.#find(id);
    if (closedAt === null) throw new ProblemError('account-open', `Close “${name}” first.`);
    const { plans, packages, registry, accounts } = this.#parts.store;
    const { changes } = this.#parts.center;
    const gone = { plans: 0, packages: 0, products: 0 };
    for (;;) {
      const { items } = await plans.listPlans(id, {}, pageSize, null);
      if (items.length === 0) break;
      for (const plan of items) {
        while (!(await plans.erasePlan(plan.id, erasedAtOnce)));
        changes.tell({ kind: 'planDeleted', planId: plan.id, account: id });
        gone.plans++;
      }
    }
    for (;;) {
      const { items } = await packages.listPackages(id, {}, pageSize, null);
      if (items.length === 0) break;
      for (const record of items) {
        await this.#parts.packages.delete(record.id, who);
        gone.packages++;
      }
    }
    for (;;) {
      const { items } = await registry.listProducts(id, 1, pageSize);
      if (items.length === 0) break;
      for (const { productKey } of items) {
        while (!(await registry.eraseProduct(productKey, erasedAtOnce)));
        changes.tell({ kind: 'messages', productKey, deviceKeys: 'all' });
        gone.products++;
      }
    }
    const detail = `“${name}”, with ${gone.plans} plans, ${gone.packages} packages, ${gone.products} products`;
    await accounts.removeAccount(id, this.#audit(firstAccount, 'deleteAccount', id, who, detail));
  }

  /** In the audit trail of the first account and in the account's own. */
  async #set({ id, name }: AccountRecord, closedAt: number | null, action: string, who: string) {
    const audit = [firstAccount, id].map((account) => this.#audit(account, action, id, who, name));
    return (await this.#parts.store.accounts.setAccountClosed(id, closedAt, audit)) ?? unknown();
  }

  async #find(id: string): Promise<AccountRecord> {
    return (await this.#parts.store.accounts.listAccounts()).find((account) => account.id === id) ?? unknown();
  }

  #audit(account: string, action: string, subject: string, who: string, detail: string): NewAudit {
    return { account, time: this.#parts.clock.now(), who, action, subject, detail };
  }
}

/** An account as the wire has it. */
function infoOf({ id, name, createdAt, closedAt }: AccountRecord): AccountInfo {
  const instant = (at: number) => new Date(at).toISOString();
  return { id, name, createdAt: instant(createdAt), closedAt: closedAt === null ? null : instant(closedAt) };
}

function unknown(): never {
  throw new ProblemError('not-found', 'There is no such account.');
}
