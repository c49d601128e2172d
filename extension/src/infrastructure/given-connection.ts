import type { Credentials } from '@otaplan/client';
import { serverOrigin } from './server-origin.ts';
import type { ConnectionSetting } from './settings.ts';

/** A Developer Center that comes with its account: started from here, or named by the environment. */
export interface GivenConnection extends ConnectionSetting {
  readonly credentials: Credentials;
}

/**
 * The connection that the environment names, in the variables of the `otaplan` command: whoever starts VS Code with them (a dev
 * container, a terminal, a demonstration) is signed in without typing anything. `undefined`: one of them is missing.
 */
export function connectionOfEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): GivenConnection | undefined {
  const server = serverOrigin(environment['OTAPLAN_SERVER'] ?? '');
  const accessKey = environment['OTAPLAN_ACCESS_KEY'];
  const accessSecret = environment['OTAPLAN_ACCESS_SECRET'];
  if (server === null || !accessKey || !accessSecret) return undefined;
  return { name: new URL(server).host, server, credentials: { accessKey, accessSecret } };
}
