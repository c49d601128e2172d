import { reportedStatuses, Version } from '@otaplan/api';
import * as z from 'zod';

/** Device time, in seconds: least and most; where in between is drawn for each device and occasion. */
export const Seconds = z
  .tuple([z.number().min(0), z.number().min(0)])
  .refine(([least, most]) => least <= most, 'The first is the least, the second the most.')
  .meta({
    description: 'Least and most, in seconds of a device; where in between is drawn for each device and occasion.',
  });

const times = z
  .int()
  .min(1)
  .optional()
  .describe('For so many attempts or occasions of each component; left out: always.');
const cause = z.string().min(1).max(200).optional().describe('What the device reports as the cause.');

/** A kind of fault: what happens, and the members that say how. */
function fault<K extends string, S extends z.ZodRawShape>(kind: K, description: string, members: S) {
  return z.strictObject({ kind: z.literal(kind).describe(description), ...members }).meta({ description });
}

/** What can be wrong with a device. Described once, here: the JSON Schema that editors read is made from it. */
export const Fault = z.discriminatedUnion('kind', [
  fault('fail', 'Attempts fail.', {
    at: z
      .enum(['download', 'upgrade', 'flash'])
      .describe(
        'download: Download Failed while downloading. upgrade: the image is refused. flash: the device restarts, and the old version is back.',
      ),
    times,
    cause,
  }),
  fault('reject', 'The device rejects the plan.', { times }),
  fault('silent', 'The device reports a status and is never heard of again.', {
    at: z.enum(reportedStatuses).default('downloading').describe('The last status that it reports.'),
  }),
  fault('loseNetwork', 'The connection breaks in a download, which goes on later, by range.', {
    at: z.number().min(0).max(1).default(0.5).describe('The part of the package after which it breaks, 0 to 1.'),
    seconds: Seconds.default([5, 60]).describe('How long it stays broken: least and most, in seconds of a device.'),
    times: z.int().min(1).default(1).describe('So often in an attempt.'),
  }),
  fault('corrupt', 'The first byte of the package is wrong; the checks find it: Download Failed.', { times }),
  fault('wrongVersion', 'The device restarts as after a success and reports another version than the target.', {
    version: Version.optional().describe('The version that it reports; left out: the old one.'),
    times,
  }),
  fault('wrongBase', 'The device starts with another version than the command line says.', {
    version: Version.describe('The version that it starts with.'),
  }),
  fault('duplicate', 'Every report is in the request several times.', {
    copies: z.int().min(2).max(200).default(2).describe('How many times.'),
  }),
  fault('outOfOrder', 'The device gathers reports and sends the last first.', {}),
  fault('late', 'After a retry, the device sends reports of the attempt before.', {}),
  fault(
    'poison',
    'At each start, the device sends reports that no device should: wrong types, NUL, HTML, SQL, 101 %, deep nesting.',
    {},
  ),
  fault('loseReplies', 'Replies do not reach the device: it repeats what it sent.', {
    share: z.number().min(0).max(0.9).default(0.1).describe('The part of the replies that is lost.'),
  }),
  fault('offline', 'The device is not there from the start.', {
    seconds: Seconds.optional().describe(
      'It comes after so long, least and most, in seconds of a device; left out: never.',
    ),
  }),
  fault('slow', 'Everything takes longer.', {
    factor: z.number().min(1).default(5).describe('So many times as long.'),
    bytesPerSecond: z.int().min(1).optional().describe('The speed of its line; left out: that of `timing`.'),
  }),
  fault('weak', 'The battery or the signal is low at the start: the device waits until the plan’s limits hold.', {
    battery: z.number().min(0).max(100).optional().describe('Percent at the start; left out: as healthy devices.'),
    signal: z.number().min(-200).max(0).optional().describe('dBm at the start; left out: as healthy devices.'),
    improves: z
      .boolean()
      .default(true)
      .describe('Whether it gets better with time; if not, the device waits for ever.'),
  }),
]);
export type Fault = z.infer<typeof Fault>;
export type FaultKind = Fault['kind'];
