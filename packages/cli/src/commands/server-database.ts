import { CliError, exits } from '../io.ts';

/** @throws CliError when it is not the address of a PostgreSQL database; what was given is not told, for it may have a password */
export function checkDatabase(url: string): void {
  if (/^postgres(ql)?:\/\/./.test(url) && URL.canParse(url)) return;
  throw new CliError(exits.usage, '--database is not an address such as postgres://otaplan@db.example.com/otaplan.');
}
