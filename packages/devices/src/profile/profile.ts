import { reportedStatuses, Version } from '@otaplan/api';
import { z } from 'zod';

/** Device time, in seconds: least and most; where in between is drawn for each device and occasion. */
const Seconds = z.tuple([z.number().min(0), z.number().min(0)]).refine(([a, b]) => a <= b, 'The first is the least.');
const times = z.int().min(1).optional();

/** Which devices; what is given must all hold. Nothing given: every device. */
export const DeviceFilter = z.strictObject({
  /** The part of those that fit the rest, 0 to 1, drawn device by device. */
  share: z.number().min(0).max(1).optional(),
  /** First and last device key of a range, in the order of text. */
  from: z.string().optional(),
  to: z.string().optional(),
  /** A regular expression that the key matches somewhere. */
  pattern: z.string().refine(isPattern, 'Not a regular expression.').optional(),
  keys: z.array(z.string()).optional(),
});

const cause = z.string().min(1).max(200).optional();
/** What can be wrong with a device. `times`: for that many attempts (or occasions) of each component; left out: always. */
export const Fault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('fail'), at: z.enum(['download', 'upgrade', 'flash']), times, cause }),
  z.strictObject({ kind: z.literal('reject'), times }),
  z.strictObject({ kind: z.literal('silent'), at: z.enum(reportedStatuses).default('downloading') }),
  z.strictObject({
    kind: z.literal('loseNetwork'),
    /** The part of the file after which the connection breaks. */
    at: z.number().min(0).max(1).default(0.5),
    seconds: Seconds.default([5, 60]),
    times: z.int().min(1).default(1),
  }),
  z.strictObject({ kind: z.literal('corrupt'), times }),
  z.strictObject({ kind: z.literal('wrongVersion'), version: Version.optional(), times }),
  z.strictObject({ kind: z.literal('wrongBase'), version: Version }),
  z.strictObject({ kind: z.literal('duplicate'), copies: z.int().min(2).max(200).default(2) }),
  z.strictObject({ kind: z.literal('outOfOrder') }),
  z.strictObject({ kind: z.literal('late') }),
  z.strictObject({ kind: z.literal('poison') }),
  z.strictObject({ kind: z.literal('loseReplies'), share: z.number().min(0).max(0.9).default(0.1) }),
  /** `seconds` left out: for ever. */
  z.strictObject({ kind: z.literal('offline'), seconds: Seconds.optional() }),
  z.strictObject({
    kind: z.literal('slow'),
    factor: z.number().min(1).default(5),
    bytesPerSecond: z.int().min(1).optional(),
  }),
  z.strictObject({
    kind: z.literal('weak'),
    battery: z.number().min(0).max(100).optional(),
    signal: z.number().min(-200).max(0).optional(),
    /** Whether it gets better with time; if not, the device waits for ever. */
    improves: z.boolean().default(true),
  }),
]);
export type Fault = z.infer<typeof Fault>;
export type FaultKind = Fault['kind'];

export const Rule = z.strictObject({
  /** Draws go by it: rename a rule and it strikes other devices. Left out: the rule's place. */
  name: z.string().min(1).max(100).optional(),
  devices: DeviceFilter.default({}),
  /** Only this component; left out: each. */
  component: z.string().optional(),
  fault: Fault,
});
export type Rule = z.infer<typeof Rule>;

/** How simulated devices behave: `--faults FILE` of `otaplan simulate`. Described in `docs/simulator.md`. */
export const Profile = z.strictObject({
  $schema: z.string().optional(),
  description: z.string().max(500).optional(),
  timing: z
    .strictObject({
      boot: Seconds.default([5, 20]),
      decide: Seconds.default([1, 5]),
      flash: Seconds.default([20, 60]),
      reboot: Seconds.default([10, 30]),
      /** Left out: as fast as it comes. */
      bytesPerSecond: z.int().min(1).optional(),
    })
    .prefault({}),
  conditions: z
    .strictObject({
      /** Percent at start, and how fast it charges. */
      battery: z.tuple([z.number().min(0).max(100), z.number().min(0).max(100)]).default([60, 100]),
      chargePercentPerMinute: z.number().min(0).default(1),
      /** dBm, drawn anew each minute. */
      signal: z.tuple([z.number().min(-200).max(0), z.number().min(-200).max(0)]).default([-95, -60]),
    })
    .prefault({}),
  /** Whether a device asks for a plan after each start, or only waits until one is pushed. */
  asksAtStart: z.boolean().default(true),
  rules: z.array(Rule).max(100).default([]),
});
export type Profile = z.infer<typeof Profile>;
/** A profile as it is written, with everything that has a default left out. */
export type ProfileInput = z.input<typeof Profile>;

/** A profile that is none: each sentence says where and what. */
export class ProfileInvalid extends Error {
  override readonly name = 'ProfileInvalid';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The fault profile is not valid: ${problems.join('; ')}`);
    this.problems = problems;
  }
}

/** Reads a fault profile from its JSON text. @throws {ProfileInvalid} */
export function parseProfile(text: string): Profile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ProfileInvalid([error instanceof Error ? error.message : 'It is not JSON.']);
  }
  return checkProfile(value);
}

/** Checks a fault profile and completes it. @throws {ProfileInvalid} */
export function checkProfile(value: unknown): Profile {
  const parsed = Profile.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ProfileInvalid(
    parsed.error.issues.map((issue) => `${issue.path.join('.') || 'profile'}: ${issue.message}`),
  );
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
