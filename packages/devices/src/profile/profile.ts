import * as z from 'zod';
import { Fault, Seconds } from './fault.ts';

/** Which devices; what is given must all hold. Nothing given: every device. */
export const DeviceFilter = z
  .strictObject({
    share: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe(
        'The part of those that fit the rest, 0 to 1, drawn device by device from the seed and the name of the rule.',
      ),
    from: z.string().optional().describe('The first device key of a range, in the order of text.'),
    to: z.string().optional().describe('The last device key of a range, which it includes.'),
    pattern: z
      .string()
      .refine(isPattern, 'Not a regular expression.')
      .optional()
      .describe('A regular expression that the device key matches somewhere.'),
    keys: z.array(z.string()).optional().describe('A list of device keys.'),
  })
  .describe('Which devices the rule strikes: all that is given must hold. Nothing given: every device.');

export const Rule = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('Draws go by it: rename a rule and it strikes other devices. Left out: the place of the rule.'),
  devices: DeviceFilter.default({}),
  component: z
    .string()
    .optional()
    .describe('Only this component, by its identifier; left out: each. Not for faults of the device as a whole.'),
  fault: Fault.describe('What is wrong with them.'),
});
export type Rule = z.infer<typeof Rule>;

const [percent, dBm] = [z.number().min(0).max(100), z.number().min(-200).max(0)];

/** How simulated devices behave: `--faults FILE` of `otaplan simulate`. Described in `docs/simulator.md`. */
export const Profile = z
  .strictObject({
    $schema: z.string().optional().describe('Where editors find the JSON Schema of fault profiles.'),
    description: z.string().max(500).optional().describe('What the profile is for.'),
    timing: z
      .strictObject({
        boot: Seconds.default([5, 20]).describe('From a start to the first report.'),
        decide: Seconds.default([1, 5]).describe('From the plan to confirming or rejecting it.'),
        flash: Seconds.default([20, 60]).describe('Writing the image.'),
        reboot: Seconds.default([10, 30]).describe('Being gone for a restart.'),
        bytesPerSecond: z.int().min(1).optional().describe('The speed of a line; left out: as fast as it comes.'),
      })
      .prefault({})
      .describe('How long things take: least and most, in seconds of a device.'),
    conditions: z
      .strictObject({
        battery: z.tuple([percent, percent]).default([60, 100]).describe('Percent at the start, least and most.'),
        chargePercentPerMinute: z.number().min(0).default(1).describe('How fast a battery charges.'),
        signal: z.tuple([dBm, dBm]).default([-95, -60]).describe('dBm, least and most, drawn anew each minute.'),
      })
      .prefault({})
      .describe('Battery and signal, which devices compare with the limits of the plan.'),
    asksAtStart: z
      .boolean()
      .default(true)
      .describe('Whether a device asks for a plan after each start, or only waits until one is pushed.'),
    reports: z
      .enum(['eachStep', 'gathered'])
      .default('eachStep')
      .describe(
        'eachStep: a report goes out when its step is done. gathered: reports wait until the device needs an answer and go out together, as where each exchange costs power.',
      ),
    restSeconds: z
      .number()
      .min(1)
      .optional()
      .describe(
        'How long a device rests between reads that are not held, as one that sleeps to save its battery; left out: as long as Developer Center says.',
      ),
    rules: z
      .array(Rule)
      .max(100)
      .default([])
      .describe('What is wrong with which devices. Several rules may strike one device.'),
  })
  .meta({ title: 'Fault profile', description: 'How simulated devices behave: otaplan simulate --faults FILE.' });
export type Profile = z.infer<typeof Profile>;
/** A profile as it is written, with everything that has a default left out. */
export type ProfileInput = z.input<typeof Profile>;

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
