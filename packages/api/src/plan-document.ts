import { limits, minutesOfDay, type Plan } from '@otaplan/model';
import * as z from 'zod';
import {
  ComponentIdentifier,
  ComponentType,
  DeviceKey,
  FileName,
  Instant,
  Name,
  ProductKey,
  Sha256,
  Version,
  VersionScheme,
} from './scalars.ts';

/** The plan as one document (`Plan` of the model) as it comes over the wire. Rules between fields are the service's to check. */

const within = (range: { least: number; most: number }) => z.int().min(range.least).max(range.most);
const WholeHour = z
  .string()
  .refine((text) => (minutesOfDay(text) ?? 1) % 60 === 0, 'A push period is on whole hours, HH:00.');
const LocalDateTime = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}([+-]\d{2}:\d{2})?$/);

export const PushWindow = z.object({ from: WholeHour, to: WholeHour });
export const PlanPackage = z.object({
  name: Name,
  type: ComponentType,
  version: Version,
  sourceVersion: Version.nullable(),
  files: z
    .array(z.object({ name: FileName, sha256: Sha256.nullable() }))
    .min(1)
    .max(limits.filesPerPackage),
});
export const PlanComponent = z.object({
  component: z.string().min(1).max(200),
  type: ComponentType,
  identifier: ComponentIdentifier,
  mode: z.enum(['full', 'delta']),
  target: Version,
  sources: z.array(Version).max(limits.specifiedVersions),
  versions: VersionScheme.nullable(),
  package: PlanPackage.nullable(),
});
export const Mode = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('silent'),
    push: z.union([PushWindow, z.enum(['any', 'onRequest'])]),
    afterRejectionMinutes: within(limits.rejectionMinutes),
  }),
  z.object({
    kind: z.literal('manual'),
    push: z.union([PushWindow, z.literal('any')]),
    texts: z.record(z.string().min(2).max(35), z.string().min(1).max(limits.textCharacters)),
  }),
]);

export const PlanDocument = z
  .object({
    name: Name,
    digest: Sha256,
    product: ProductKey,
    effective: z.object({
      start: LocalDateTime,
      end: LocalDateTime,
      zone: z.string().min(1).max(100),
      startUtc: Instant,
      endUtc: Instant,
    }),
    targets: z.object({
      all: z.boolean(),
      include: z.array(DeviceKey).max(limits.devicesPerPlan),
      exclude: z.array(DeviceKey).max(limits.devicesPerPlan),
      count: z.int().min(0).nullable(),
    }),
    components: z.array(PlanComponent).min(1).max(limits.componentsPerPlan),
    mode: Mode,
    conditions: z.object({ batteryPercent: within(limits.batteryPercent), signalDbm: within(limits.signalDbm) }),
    retry: within(limits.retryTimes),
    waves: z.object({
      steps: z
        .array(z.object({ percent: z.number().gt(0).max(100), waitMinutes: z.int().min(0) }))
        .min(1)
        .max(100),
      halt: z.object({ failedPercent: z.number().min(0).max(100), sample: z.int().min(0) }).nullable(),
    }),
    allow: z.array(z.object({ code: z.string().max(20), reason: z.string().max(1000) })).max(200),
  })
  .meta({ id: 'PlanDocument' }) satisfies z.ZodType<Plan>;
