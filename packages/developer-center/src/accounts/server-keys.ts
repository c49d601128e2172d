import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RandomBytes } from '../clock.ts';
import { writeSecretFile } from './secret-file.ts';

/** The keys that the service signs and seals with; all follow from one in its data folder, so that they outlive a restart. */
export interface ServerKeys {
  /** Signs access tokens. */
  readonly tokens: Buffer;
  /** Signs download addresses. */
  readonly downloads: Buffer;
  /** Seals access secrets before they are stored. */
  readonly sealing: Buffer;
}

const keyBytes = 32;

/**
 * Reads the data folder's key, or makes one at the first start (`server-key`, mode 0600).
 * @throws Error when the file is there but is not a key: tokens and secrets sealed with the lost one cannot be opened
 */
export function openServerKeys(dataDir: string, random: RandomBytes): ServerKeys {
  const path = join(dataDir, 'server-key');
  return keysFrom(readRootKey(dataDir) ?? makeKey(path, random));
}

/** The keys of a folder that has one; `null`: it has none. @throws Error when it is not a key */
export function readServerKeys(dataDir: string): ServerKeys | null {
  const root = readRootKey(dataDir);
  return root === null ? null : keysFrom(root);
}

/** The keys that follow from the one. */
export function keysFrom(root: Buffer): ServerKeys {
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', root, '', `otaplan ${purpose}`, keyBytes));
  return { tokens: derive('tokens'), downloads: derive('downloads'), sealing: derive('sealing') };
}

/** The one in a data folder; `null`: there is none. @throws Error when the file is there but is not a key */
export function readRootKey(dataDir: string): Buffer | null {
  const path = join(dataDir, 'server-key');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const key = Buffer.from(text.trim(), 'hex');
  if (key.length !== keyBytes)
    throw new Error(`${path} is not a key. Restore it from a backup: the access secrets are sealed with it.`);
  return key;
}

/** One that nobody can guess. */
export function makeRootKey(random: RandomBytes): Buffer {
  return Buffer.from(random(keyBytes));
}

function makeKey(path: string, random: RandomBytes): Buffer {
  const key = makeRootKey(random);
  writeSecretFile(path, `${key.toString('hex')}\n`);
  return key;
}

/** Seals a text (AES-256-GCM); only the same key opens it. `context` is bound to it: sealed for one, it opens for no other. */
export function seal(key: Buffer, text: string, context: string, random: RandomBytes): string {
  const nonce = random(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return sealed.toString('base64url');
}

/** Opens what {@link seal} sealed. Throws when the key, the context or a bit is another. */
export function unseal(key: Buffer, sealed: string, context: string): string {
  const bytes = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(context));
  decipher.setAuthTag(bytes.subarray(-16));
  return decipher.update(bytes.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8');
}
