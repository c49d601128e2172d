import { getServerInfo, listAudit, registerDevices, registerProducts } from '@otaplan/api';
import type { Center } from '../center/center.ts';
import type { Clock } from '../clock.ts';
import { forKeys, type Route } from './routes.ts';

/** Products, devices, the audit trail, and what this Developer Center is. */
export function registryRoutes(
  center: Center,
  about: {
    version: string;
    zoneData: string;
    clock: Clock;
    /** Id and name of an account. */
    account: (id: string) => Promise<{ id: string; name: string }>;
  },
): Route[] {
  return [
    forKeys(registerProducts, ({ body, caller }) => center.registerProducts(caller.account, body, caller.id)),
    forKeys(registerDevices, ({ params, body, caller }) => center.registerDevices(params.productKey, body, caller.id)),
    forKeys(getServerInfo, async ({ caller }) => ({
      name: 'otaplan' as const,
      version: about.version,
      zoneData: about.zoneData,
      time: new Date(about.clock.now()).toISOString(),
      role: caller.role,
      account: await about.account(caller.account),
    })),
    forKeys(listAudit, ({ query, caller }) => center.listAudit(caller.account, query)),
  ];
}
