import { createHash } from 'node:crypto';
import { readDevicePlan, sendReports } from '@otaplan/api';
import type { Center, DeviceIdentity } from '../center/center.ts';
import type { Clock } from '../clock.ts';
import { originOf } from '../http/hosts.ts';
import { forDevices, type Route } from '../http/routes.ts';
import type { Polls } from './polls.ts';
import { parseReport } from './reports.ts';

const mostWaitSeconds = 60;

/** The device protocol: a device reads its plan, waiting for a change if it likes, and sends reports. */
export function deviceRoutes(center: Center, polls: Polls, clock: Clock): Route[] {
  return [
    forDevices(readDevicePlan, async ({ caller, request }) => {
      const device: DeviceIdentity = { productKey: caller.productKey, deviceKey: caller.deviceKey };
      await center.deviceSeen(device);
      const known = request.headers.get('If-None-Match');
      const until = clock.now() + (known === null ? 0 : waitSeconds(request.headers.get('Prefer'))) * 1000;
      for (;;) {
        const left = Math.min(mostWaitSeconds * 1000, until - clock.now());
        // Waits from before the reading, so that a change in between is not missed.
        const waiting = left > 0 ? polls.wait(device, left, request.signal) : null;
        try {
          const message = JSON.stringify(await center.planMessage(device, originOf(request)));
          const etag = `"${createHash('sha256').update(message).digest('base64url').slice(0, 22)}"`;
          const headers = { ETag: etag, 'Cache-Control': 'no-store', 'Content-Type': 'application/json' };
          if (etag !== known) return new Response(message, { headers });
          const how = (await waiting?.woken) ?? 'timeOut';
          if (how === 'changed') continue;
          waiting?.end();
          if (how === 'gone' && !polls.isWaiting(device)) await center.deviceLeft(device);
          return new Response(null, { status: 304, headers: { ETag: etag, 'Cache-Control': 'no-store' } });
        } finally {
          waiting?.end();
        }
      }
    }),
    forDevices(sendReports, async ({ caller, body }) => {
      const device: DeviceIdentity = { productKey: caller.productKey, deviceKey: caller.deviceKey };
      return await center.deviceReports(device, body.reports.map(parseReport));
    }),
  ];
}

/** Seconds of `Prefer: wait=N` (RFC 7240), at most 60. */
function waitSeconds(prefer: string | null): number {
  const wait = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})/i.exec(prefer ?? '')?.[1];
  return Math.min(mostWaitSeconds, Number(wait ?? 0));
}
