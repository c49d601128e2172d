import { readFilesAddress } from '@otaplan/developer-center';
import { CliError, exits } from '../io.ts';

/** @throws CliError when it is not the address of a PostgreSQL database; what was given is not told, for it may have a password */
export function checkDatabase(url: string): void {
  if (/^postgres(ql)?:\/\/./.test(url) && URL.canParse(url)) return;
  throw new CliError(exits.usage, '--database is not an address such as postgres://otaplan@db.example.com/otaplan.');
}

/** @throws CliError when it is not the address of an S3-compatible store; what was given is not told, for it may have a password */
export function checkFiles(address: string): void {
  if (readFilesAddress(address) !== null) return;
  throw new CliError(exits.usage, '--files is not an address such as s3+https://s3.example.com/bucket/prefix.');
}
