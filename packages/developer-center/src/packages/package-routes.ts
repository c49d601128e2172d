import type { IncomingMessage } from 'node:http';
import { createPackage, deletePackage, getPackage, listPackages, uploadPackageFile, verifyPackage } from '@otaplan/api';
import { limits } from '@otaplan/model';
import { rowCursor } from '../center/rollout-reader.ts';
import type { Clock } from '../clock.ts';
import { checkDeclaredLength } from '../http/requests.ts';
import { forKeys, type Route } from '../http/routes.ts';
import type { PackageCatalogue } from './catalogue.ts';
import type { Verifications } from './verification.ts';

/** An upload that sends nothing for this long has ended. */
const idleMs = 60_000;
const defaultLimit = 100;

/** The calls on version packages. */
export function packageRoutes(packages: PackageCatalogue, verifications: Verifications, clock: Clock): Route[] {
  return [
    forKeys(listPackages, ({ query: { limit = defaultLimit, cursor, ...filter }, caller }) =>
      packages.list(caller.account, filter, limit, rowCursor(cursor)),
    ),
    forKeys(createPackage, ({ body, caller, again }) => packages.create(caller.account, body, caller.id, again)),
    forKeys(getPackage, ({ params }) => packages.get(params.packageId)),
    forKeys(uploadPackageFile, async ({ params, caller, incoming }) => {
      checkDeclaredLength(incoming, limits.fileBytes);
      return await packages.upload(params.packageId, params.fileName, arriving(incoming, clock), caller.id);
    }),
    forKeys(deletePackage, async ({ params, caller }) => {
      await packages.delete(params.packageId, caller.id);
      return undefined;
    }),
    forKeys(verifyPackage, async ({ params, body, caller, again }) => {
      const before = await packages.get(params.packageId);
      // A crash may have cut off the answer of what is under way.
      if (again && before.verification !== 'notVerified') return before;
      await verifications.begin(params.packageId, body, caller.id);
      return await packages.get(params.packageId);
    }),
  ];
}

/** The bytes of a body as they come; a sender that falls silent is hung up on. */
async function* arriving(incoming: IncomingMessage, clock: Clock): AsyncGenerator<Uint8Array> {
  let stop = () => {};
  const restart = () => {
    stop();
    stop = clock.after(idleMs, () => incoming.destroy());
  };
  restart();
  try {
    for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      restart();
      yield chunk;
    }
  } finally {
    stop();
  }
}
