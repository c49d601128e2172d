import * as z from 'zod';
import { endpoint } from './endpoint.ts';
import { exampleIds } from './example-values.ts';
import { ComponentIdentifier, ComponentType, DeviceKey, Instant, ProductKey, ShownText, Version } from './scalars.ts';

/**
 * The device protocol over HTTP. A device proves itself with `Authorization: Device <secret>`.
 *
 * A device reads its plan (`GET …/plan`, long-polled with `If-None-Match` and `Prefer: wait=<seconds>`), and sends reports
 * (`POST …/reports`, an array). Delivery is at least once both ways: reports carry an id, repeats are harmless, and the plan message is
 * the whole state, so that a lost one is made good by the next.
 *
 * One component's way: plan message → `planReceived` → `upgradeConfirmed` (or `upgradeRejected`) → the plan message now has `address`
 * → `readyToDownload` → `downloading` … → `downloadSucceeded` → `upgrading` → reboot → a `versions` report with the target version, which
 * alone makes it Upgrade Succeeded. Components go in order: the next starts when the one before is done.
 */
const tag = 'Devices';
const Device = z.object({ productKey: ProductKey, deviceKey: DeviceKey });

export const DeviceFile = z.object({
  name: z.string(),
  url: z.string(),
  size: z.int(),
  md5: z.string(),
  crc32: z.string(),
  sha256: z.string(),
});
export const PlanMessageComponent = z.object({
  identifier: z.string(),
  type: ComponentType,
  mode: z.enum(['full', 'delta']),
  sourceVersion: z.string().nullable(),
  targetVersion: z.string(),
  /** Reports name it: one for an older attempt is ignored. Counts from 1. */
  attempt: z.int(),
  /** The status that Developer Center has of it. */
  status: z.string(),
  /** Percent; below it the device should wait. */
  battery: z.int(),
  /** dBm. */
  signal: z.int(),
  /** Bytes needed for the package. */
  space: z.int(),
  /** Where to download, once confirmed. Short-lived: read the plan again when refused. */
  address: z.object({ files: z.array(DeviceFile) }).nullable(),
  /** Of a failed component: when its next attempt begins by itself; `null`: only a person can retry it. Left out: not told. */
  retryAt: Instant.nullable().optional(),
});
export const PlanMessage = z
  .object({
    /** `null`: nothing to do. */
    plan: z
      .object({
        id: z.string(),
        name: z.string(),
        mode: z.enum(['silent', 'manual']),
        /** Text for the end user by language tag, manual plans only. */
        texts: z.record(z.string(), z.string()),
        /** In the order of the upgrade. Components that need nothing are left out. */
        components: z.array(PlanMessageComponent),
      })
      .nullable(),
    /** Seconds after which to ask again when not waiting. */
    pollAfter: z.int(),
  })
  .meta({ id: 'PlanMessage' });
export type PlanMessage = z.infer<typeof PlanMessage>;

const id = z.string().min(1).max(64);
const Percent = z.number().min(0).max(100);
const ComponentVersion = z.object({ identifier: ComponentIdentifier, type: ComponentType, version: Version });

/** Statuses that a device reports. Success is not among them: versions tell it. */
export const reportedStatuses = [
  'planReceived',
  'upgradeConfirmed',
  'upgradeRejected',
  'readyToDownload',
  'downloading',
  'downloadFailed',
  'downloadSucceeded',
  'upgrading',
  'upgradeFailed',
] as const;

export const DeviceReport = z
  .discriminatedUnion('kind', [
    /** After a start, and after an upgrade: what it runs. */
    z.object({
      id,
      kind: z.literal('versions'),
      components: z.array(ComponentVersion).max(20),
      battery: Percent.optional(),
      signal: z.number().min(-200).max(0).optional(),
    }),
    /** Asks for a plan now (a trigger), with what it runs. */
    z.object({ id, kind: z.literal('request'), components: z.array(ComponentVersion).max(20) }),
    z.object({
      id,
      kind: z.literal('status'),
      planId: z.string().max(64),
      identifier: ComponentIdentifier,
      attempt: z.int().min(1),
      status: z.enum(reportedStatuses),
      progress: Percent.optional(),
      cause: ShownText(200).optional(),
    }),
  ])
  .meta({ id: 'DeviceReport' });
export type DeviceReport = z.infer<typeof DeviceReport>;

export const ReportsReply = z.object({
  /** One for each report, in order. `ignored`: late, out of order, of another attempt or unknown; do not send it again. */
  results: z.array(z.object({ id: z.string(), result: z.enum(['applied', 'ignored']), reason: z.string().optional() })),
});

export const sendReports = endpoint({
  id: 'sendReports',
  tag,
  method: 'POST',
  path: '/device/v1/products/{productKey}/devices/{deviceKey}/reports',
  summary: 'Takes reports of a device. Answered only when they are kept for good.',
  access: 'device',
  params: Device,
  /** Each report is parsed by itself with `DeviceReport`: a broken one is ignored, the others count. */
  body: z.object({ reports: z.array(z.unknown()).min(1).max(500) }),
  reply: ReportsReply,
  idempotent: false,
  example: {
    params: { productKey: exampleIds.product, deviceKey: exampleIds.device },
    body: {
      reports: [
        {
          id: 'r-1',
          kind: 'versions',
          components: [{ identifier: 'FOTA', type: 'module', version: '2.3.1' }],
          battery: 80,
        },
      ],
    },
  },
});
export const readDevicePlan = endpoint({
  id: 'readDevicePlan',
  tag,
  method: 'GET',
  path: '/device/v1/products/{productKey}/devices/{deviceKey}/plan',
  summary:
    'The plan message of a device. With If-None-Match and Prefer: wait=N it answers when something changed, or 304.',
  access: 'device',
  params: Device,
  reply: PlanMessage,
  example: { params: { productKey: exampleIds.product, deviceKey: exampleIds.device } },
});
export const downloadFile = endpoint({
  id: 'downloadFile',
  tag,
  method: 'GET',
  path: '/device/v1/files/{token}/{fileName}',
  summary: 'The bytes of a package file at a signed, short-lived address; ranges are served.',
  access: 'anyone',
  params: z.object({ token: z.string().max(500), fileName: z.string().max(255) }),
  replyType: 'bytes',
  example: { params: { token: 'signed', fileName: 'modem.bin' } },
});
