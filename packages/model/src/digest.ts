import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import canonicalize from 'canonicalize';
import type { Plan } from './plan.ts';

/** Canonical JSON (RFC 8785) of a JSON value. Throws a TypeError for what JSON cannot say. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('The value has no JSON form.');
  return text;
}

/** SHA-256 of a text's UTF-8, in hex. */
export function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** The digest of a plan: SHA-256 over the canonical JSON of the document without its `digest`. */
export function planDigest(plan: Omit<Plan, 'digest'>): string {
  const { digest: _, ...content } = plan as Plan;
  return sha256Hex(canonicalJson(content));
}

/** The same plan with its digest (re)computed. */
export function withDigest(plan: Omit<Plan, 'digest'>): Plan {
  const { name, digest: _, ...rest } = plan as Plan;
  return { name, digest: planDigest(plan), ...rest };
}
