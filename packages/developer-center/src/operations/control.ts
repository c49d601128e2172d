import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeSecretFile } from '../accounts/secret-file.ts';
import { readServerKeys } from '../accounts/server-keys.ts';
import { ProblemError } from '../center/problem-error.ts';
import type { App } from '../http/app.ts';
import { StartError } from '../start-error.ts';
import type { FolderStore } from '../store/sqlite/open.ts';
import { backupStore } from './backup.ts';
import type { CopiedFiles } from './copies.ts';

/**
 * What commands on the same machine ask of a running server. Whoever can read the data folder's key may ask: that is the user whom the
 * server runs as, and nobody over the network.
 */
const path = '/folder/backup';
const addressFile = 'server-address';

function token(dataDir: string): string {
  const keys = readServerKeys(dataDir);
  if (keys === null) throw new StartError('failed', `There is no key in ${dataDir}.`);
  return `Folder ${createHmac('sha256', keys.downloads).update('folder control').digest('base64url')}`;
}

/** Answers such requests. @returns a function that takes the server's address out of the folder again */
export function offerControl(
  app: App,
  dataDir: string,
  store: FolderStore,
): { announce(url: string): void; end(): void } {
  const expected = Buffer.from(token(dataDir));
  app.post(path, async (c) => {
    const given = Buffer.from(c.req.header('Authorization') ?? '');
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      throw new ProblemError('not-signed-in', '');
    const target = await c.req.text();
    try {
      return c.json(await backupStore(store, dataDir, target));
    } catch (error) {
      if (error instanceof StartError) return c.text(error.message, 409);
      return c.text(error instanceof Error ? error.message : 'The backup failed.', 500);
    }
  });
  const file = join(dataDir, addressFile);
  return {
    announce: (url) => writeSecretFile(file, `${url}\n`),
    end: () => rmSync(file, { force: true }),
  };
}

/**
 * Asks the server that runs on a folder for a backup.
 * @param target absolute; on the server's machine, which is this one
 * @throws StartError with what the server said, or that it does not answer
 */
export async function askForBackup(dataDir: string, target: string): Promise<CopiedFiles> {
  const unreachable = `A server runs on ${dataDir}, but it does not answer a request for a backup.`;
  let answer: Response;
  try {
    const url = readFileSync(join(dataDir, addressFile), 'utf8').trim();
    answer = await fetch(url + path, { method: 'POST', body: target, headers: { Authorization: token(dataDir) } });
  } catch (error) {
    throw new StartError('failed', unreachable, error);
  }
  if (!answer.ok) throw new StartError('failed', answer.status === 401 ? unreachable : await answer.text());
  return (await answer.json()) as CopiedFiles;
}
