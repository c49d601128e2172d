import {
  getPlanDevice,
  getPlanStatistics,
  listComponentLog,
  listDeviceComponents,
  listPlanDevices,
  retryPlan,
  streamEvents,
} from '@otaplan/api';
import type { Center } from '../center/center.ts';
import type { EventStreams } from './events.ts';
import { forKeys, type Route } from './routes.ts';

/** The calls that show a rollout, live as well, and retry what failed. */
export function rolloutRoutes(center: Center, events: EventStreams): Route[] {
  return [
    forKeys(listPlanDevices, ({ params, query }) => center.listPlanDevices(params.planId, query)),
    forKeys(getPlanDevice, ({ params }) => center.getPlanDevice(params.planId, params.deviceKey)),
    forKeys(listDeviceComponents, ({ params }) => center.listDeviceComponents(params.planId, params.deviceKey)),
    forKeys(listComponentLog, ({ params, query }) => center.listComponentLog(params.planId, params.deviceKey, query)),
    forKeys(retryPlan, ({ params, body, caller }) => center.retryPlan(params.planId, body, caller.id)),
    forKeys(getPlanStatistics, ({ params }) => center.getPlanStatistics(params.planId)),
    forKeys(streamEvents, async ({ query: { plan = null }, caller, request, incoming }) => {
      const { socket } = incoming;
      const headers = {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-store',
        // Proxies that gather bytes would hold live changes back.
        'X-Accel-Buffering': 'no',
      };
      if (request.method === 'HEAD') return new Response(null, { headers });
      const by = { account: caller.account, key: caller.id };
      const body = events.stream(by, plan, request.headers.get('Last-Event-ID'), () => socket.destroy());
      return new Response(body, { headers });
    }),
  ];
}
