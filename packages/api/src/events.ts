import { deviceStatusNames } from '@otaplan/model';
import * as z from 'zod';
import { endpoint } from './endpoint.ts';
import { exampleIds } from './example-values.ts';
import { PlanOverview } from './plans.ts';
import { openEnum } from './scalars.ts';

/**
 * Live changes as server-sent events. They carry state, not history: whoever missed one loses nothing by reading again.
 * Event names: `plan` (a plan's state), `planDeleted`, `devices` (devices of a plan whose status changed), `resync`
 * (the stream could not be resumed: read everything again). `id` resumes with `Last-Event-ID`.
 */
export const PlanEvent = PlanOverview;
export const PlanDeletedEvent = z.object({ planId: z.string() });
export const DevicesEvent = z.object({
  planId: z.string(),
  /** At most 500; `more` says that others changed too. */
  devices: z.array(z.object({ deviceKey: z.string(), status: openEnum(deviceStatusNames) })),
  more: z.boolean(),
});
export const ResyncEvent = z.object({ reason: z.string() });

export const streamEvents = endpoint({
  id: 'streamEvents',
  tag: 'Events',
  method: 'GET',
  path: '/ota/v1/events',
  summary:
    'Server-sent events of one plan (`plan`) or of all; `devices` events come for one plan only. At most ten frames a second.',
  access: 'viewer',
  query: z.object({ plan: z.string().optional() }),
  replyType: 'events',
  example: { query: { plan: exampleIds.plan } },
});
