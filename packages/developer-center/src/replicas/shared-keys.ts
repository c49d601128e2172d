import { createHash, hkdfSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { keysFrom, makeRootKey, readRootKey, type ServerKeys } from '../accounts/server-keys.ts';
import type { RandomBytes } from '../clock.ts';
import type { Shared } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';

/** What every replica derives alike, so that two that start at once agree without asking each other. */
export interface SharedKeys extends ServerKeys {
  /** The owner's first access key. */
  readonly owner: { readonly key: string; readonly secret: string };
}

/**
 * The keys of replicas: from the file `server-key` in the data folder where somebody put one, which every replica must then have
 * alike; else from the database, where the first replica leaves one.
 * @throws StoreError failed, when the file is not the key that the other replicas have
 */
export async function openSharedKeys(dataDir: string, shared: Shared, random: RandomBytes): Promise<SharedKeys> {
  const root = existsSync(join(dataDir, 'server-key')) ? readRootKey(dataDir) : null;
  if (root) await sameForAll(root, shared);
  const key = root ?? Buffer.from(await shared.secret('server-key', () => makeRootKey(random).toString('hex')), 'hex');
  if (!root) await sameForAll(key, shared);
  const derive = (purpose: string, bytes: number) =>
    Buffer.from(hkdfSync('sha256', key, '', `otaplan ${purpose}`, bytes));
  return {
    ...keysFrom(key),
    owner: {
      key: `AK${derive('first access key', 12).toString('hex')}`,
      secret: derive('first access secret', 32).toString('base64url'),
    },
  };
}

async function sameForAll(key: Buffer, shared: Shared): Promise<void> {
  const digest = createHash('sha256').update('otaplan server key ').update(key).digest('hex');
  if ((await shared.secret('server-key-sha256', () => digest)) === digest) return;
  throw new StoreError('failed', 'the server-key of this replica is not the one that the others have');
}
