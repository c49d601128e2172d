import type { Clock } from '../clock.ts';
import { StartError } from '../start-error.ts';
import { type BucketCredentials, BucketFiles } from './bucket-files.ts';

/**
 * Reads where package files are kept: `s3+https://host/bucket/prefix` (path-style) or `s3+https://bucket.host/prefix` (the bucket in the
 * host's name); `s3+http` for a network of one's own.
 * @returns the address under which objects stand; `null` when it is no such address. Credentials are no part of it
 */
export function readFilesAddress(text: string): string | null {
  const rest = /^s3\+(https?:\/\/.+)$/i.exec(text)?.[1];
  if (rest === undefined || !URL.canParse(rest)) return null;
  const { origin, pathname, username, password, search, hash } = new URL(rest);
  return username || password || search || hash ? null : `${origin}${pathname}`;
}

/**
 * Opens a store by its address with the credentials of the environment's standard variables.
 * @throws StartError when it is no such address, or a variable is missing
 */
export function openBucketFiles(
  address: string,
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): BucketFiles {
  const base = readFilesAddress(address);
  // What was given is not told: it may have a password.
  if (base === null)
    throw new StartError('failed', 'Package files need an address such as s3+https://s3.example.com/bucket/prefix.');
  return new BucketFiles(base, credentialsOf(environment), clock);
}

function credentialsOf(environment: Readonly<Record<string, string | undefined>>): BucketCredentials {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_REGION: region,
  } = environment;
  if (!accessKeyId || !secretAccessKey)
    throw new StartError('failed', 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY have to be set for an S3 store.');
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}), ...(region ? { region } : {}) };
}
