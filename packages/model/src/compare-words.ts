import type { Change, KeysChanged, PeriodFacts } from './compare.ts';
import { periodFacts } from './compare.ts';
import { pushSummary, waveDates } from './compare-schedule.ts';
import type { HaltCondition, Mode, Plan, PlanComponent, PlanPackage, PushWindow, WaveStep } from './plan.ts';

/**
 * Changes of a plan as sentences for a reviewer, one fact each.
 * @param after the plan afterwards: with it, the sentences also say what new times come to on the calendar
 */
export function describeChanges(changes: readonly Change[], after?: Plan): string[] {
  const everyDevice = changes.find(({ kind }) => kind === 'everyDevice');
  // That the list goes, or comes, is said with it.
  const told = everyDevice
    ? changes.filter((change) => change.kind !== 'devices' || change.list !== 'include')
    : changes;
  const list = changes.find((change) => change.kind === 'devices' && change.list === 'include');
  const sentences = told.flatMap((change) =>
    change.kind === 'everyDevice' ? [sayEveryDevice(change.after, list)] : describeChange(change),
  );
  if (after === undefined || changes.some(({ kind }) => kind === 'created')) return sentences;
  const changed = (...kinds: Change['kind'][]) => changes.some(({ kind }) => kinds.includes(kind));
  if (changed('period', 'push')) sentences.push(...describeWindows(after));
  if (changed('period', 'waves')) sentences.push(...describeWaveDates(after));
  return sentences;
}

/** How often the push window opens, and the days on which a clock change bends it. */
function describeWindows(plan: Plan): string[] {
  const push = pushSummary(plan);
  if (push === null) return [];
  if (push.first === null) return ['The push window never opens inside the period.'];
  const times = push.openings === 1 ? 'once' : `${push.openings.toLocaleString('en')} times`;
  const first = `first ${push.first.local} (UTC ${sayUtc(new Date(push.first.at).toISOString())})`;
  const bent = push.clockChanges.map(
    ({ date, minutes, nominal }) =>
      ` On ${date} the clock changes: open ${sayMinutes(minutes)} instead of ${sayMinutes(nominal)}.`,
  );
  return [
    `The push window opens ${times}, ${(push.minutes / 60).toLocaleString('en', { maximumFractionDigits: 1 })} h in all, ${first}.${bent.join('')}`,
  ];
}

/** Waves as dates. Nothing for a single one, which opens at the start. */
function describeWaveDates(plan: Plan): string[] {
  if (plan.waves.steps.length < 2) return [];
  const waves = waveDates(plan).map(({ percent, devices, local, afterEnd }) => {
    // The hash decides device by device; Developer Center's preview counts them.
    const adds = devices === null ? '' : ` (about ${devices.toLocaleString('en')} more)`;
    return `${percent} %${adds} ${afterEnd ? `never: ${local} is after the end` : `from ${local}`}`;
  });
  return [`Waves open at the earliest: ${waves.join('; ')} (${plan.effective.zone}).`];
}

function describeChange(change: Change): string[] {
  switch (change.kind) {
    case 'created':
      return describePlan(change.plan);
    case 'name':
      return [`The plan is renamed from “${change.before}” to “${change.after}”.`];
    case 'product':
      return [`Another product: ${change.before} → ${change.after}.`];
    case 'period':
      return describePeriod(change.before, change.after);
    case 'everyDevice':
      return [sayEveryDevice(change.after, undefined)];
    case 'devices':
      return [describeDevices(change)];
    case 'componentAdded':
      return [`Also upgrades ${sayComponent(change.component)}.`];
    case 'componentRemoved':
      return [`No longer upgrades ${change.component.identifier} (was to ${change.component.target}).`];
    case 'version':
      return [sayVersion(change)];
    case 'sources':
      return [`${change.identifier}: ${saySources(change.before)} → ${saySources(change.after)}.`];
    case 'packageMode':
      return [`${change.identifier}: a ${change.after} package instead of a ${change.before} package.`];
    case 'componentType':
      return [`${change.identifier}: component type ${change.before} → ${change.after}.`];
    case 'componentName':
      return [`${change.identifier}: called ${change.after} instead of ${change.before} in the text.`];
    case 'scheme':
      return [
        `${change.identifier}: versions are ordered as ${change.after ?? 'nothing declared'} instead of ${change.before ?? 'nothing declared'}.`,
      ];
    case 'package':
      return [`${change.identifier}: package ${sayPackage(change.before)} → ${sayPackage(change.after)}.`];
    case 'order':
      return [`Order of the upgrade: ${change.before.join(', ')} → ${change.after.join(', ')}.`];
    case 'mode':
      return [
        `${change.before === 'silent' ? 'Silent' : 'Manual'} → ${change.after} upgrade: ${sayMode(change.after)}.`,
      ];
    case 'push':
      return [`Push period: ${sayPush(change.before)} → ${sayPush(change.after)}.`];
    case 'rejection':
      return [`Pushed again after a rejection: ${sayMinutes(change.before)} → ${sayMinutes(change.after)}.`];
    case 'text':
      return [`Text for end users (${change.language}): ${sayText(change.before)} → ${sayText(change.after)}.`];
    case 'battery':
      return [`Minimum battery: ${change.before} % → ${change.after} %.`];
    case 'signal':
      return [`Minimum signal: ${change.before} dBm → ${change.after} dBm.`];
    case 'retry':
      return [`Automatic retries: ${change.before} → ${change.after}.`];
    case 'waves':
      return [`Waves: ${sayWaves(change.before)} → ${sayWaves(change.after)}.`];
    case 'halt':
      return [`Halt: ${sayHalt(change.before)} → ${sayHalt(change.after)}.`];
    case 'allow':
      if (change.after === null) return [`${change.code} is no longer allowed.`];
      if (change.before === null) return [`Allows ${change.code}: “${change.after}”.`];
      return [`Reason to allow ${change.code}: “${change.before}” → “${change.after}”.`];
  }
}

/** A whole plan in sentences, in the order of its statements. */
export function describePlan(plan: Plan): string[] {
  const { targets, mode, conditions, waves } = plan;
  const excluded = targets.exclude.length > 0 ? `, except ${sayCount(targets.exclude.length, 'excluded device')}` : '';
  const count = targets.count ?? targets.include.length;
  const left =
    targets.exclude.length > 0
      ? `: ${targets.include.length.toLocaleString('en')} listed, without ${targets.exclude.length.toLocaleString('en')} excluded`
      : '';
  return [
    `New plan for product ${plan.product}.`,
    `Effective ${sayPeriod(periodFacts(plan))}.`,
    targets.all ? `Targets every device of the product${excluded}.` : `Targets ${sayCount(count, 'device')}${left}.`,
    ...plan.components.map((component) => `Upgrades ${sayComponent(component)}.`),
    mode.kind === 'silent'
      ? `Silent upgrade; push period: ${sayPush(mode.push)}; pushed again ${sayMinutes(mode.afterRejectionMinutes)} after a rejection.`
      : `Manual upgrade (the end user confirms); push period for auto-confirmation: ${sayPush(mode.push)}; texts: ${Object.keys(mode.texts).join(', ')}.`,
    `Needs battery of at least ${conditions.batteryPercent} % and signal of at least ${conditions.signalDbm} dBm; retries ${sayCount(plan.retry, 'time')}.`,
    ...describeWindows(plan),
    `Waves: ${sayWaves(waves.steps)}; halt: ${sayHalt(waves.halt)}.`,
    ...describeWaveDates(plan),
    ...plan.allow.map(({ code, reason }) => `Allows ${code}: “${reason}”.`),
  ];
}

function describePeriod(before: PeriodFacts, after: PeriodFacts): string[] {
  const parts: string[] = [];
  if (before.zone !== after.zone) parts.push(`Time zone: ${before.zone} → ${after.zone}.`);
  const moved = (what: string, old: string, now: string, oldUtc: string, nowUtc: string) => {
    if (old !== now || oldUtc !== nowUtc)
      parts.push(`${what}: ${old} → ${now} local (UTC ${sayUtc(oldUtc)} → ${sayUtc(nowUtc)}).`);
  };
  moved('Start', before.start, after.start, before.startUtc, after.startUtc);
  moved('End', before.end, after.end, before.endUtc, after.endUtc);
  if (before.minutes !== after.minutes) {
    const difference = after.minutes - before.minutes;
    parts.push(
      `The period is ${sayMinutes(after.minutes)} long, ${sayMinutes(Math.abs(difference))} ${difference > 0 ? 'longer' : 'shorter'} than before.`,
    );
  } else parts.push(`The period stays ${sayMinutes(after.minutes)} long.`);
  return parts;
}

function sayEveryDevice(every: boolean, list: Change | undefined): string {
  const [before, after] = list?.kind === 'devices' ? [list.before, list.after] : [0, 0];
  return every
    ? `Every device of the product is now a target${before > 0 ? `, no longer only ${sayCount(before, 'listed device')}` : ''}.`
    : `Only ${after > 0 ? sayCount(after, 'listed device') : 'listed devices'} are targets now, no longer every device of the product.`;
}

function describeDevices(change: Extract<Change, { kind: 'devices' }>): string {
  const { added, removed, before, after } = change;
  const parts: string[] = [];
  if (added.count > 0) {
    const share = before > 0 ? `, ${sayShare(added.count, after)} of the new list` : '';
    parts.push(`${added.count.toLocaleString('en')} added (${sayFirst(added)})${share}`);
  }
  if (removed.count > 0) {
    const share = after > 0 ? `, ${sayShare(removed.count, before)} of the old list` : '';
    parts.push(`${removed.count.toLocaleString('en')} removed (${sayFirst(removed)})${share}`);
  }
  const list = change.list === 'include' ? 'Devices' : 'Excluded devices';
  return `${list}: ${parts.join('; ')}; ${before.toLocaleString('en')} → ${after.toLocaleString('en')}.`;
}

/** A share in percent, never rounded to nothing or to all. */
function sayShare(part: number, whole: number): string {
  if (part === whole) return 'all';
  const percent = (part / whole) * 100;
  if (percent < 0.1) return 'under 0.1 %';
  if (percent > 99.9) return 'over 99.9 %';
  return `${percent < 10 ? Number(percent.toFixed(1)) : Math.min(99, Math.round(percent))} %`;
}

function sayFirst({ first, count }: KeysChanged): string {
  return count > first.length ? `${first.join(', ')}, …` : first.join(', ');
}

function sayVersion(change: Extract<Change, { kind: 'version' }>): string {
  const { identifier, before, after } = change;
  switch (change.direction) {
    case 'upgrade':
      return `${identifier}: target version ${before} → ${after}, which is newer.`;
    case 'downgrade':
      return `${identifier}: target version ${before} → ${after}, which is older.`;
    case 'rebuild':
      return `${identifier}: the same version ${after} with other content.`;
    case 'other':
      return `${identifier}: target version ${before} → ${after} (which of them is newer is not known).`;
  }
}

function sayComponent(component: PlanComponent): string {
  const sources = component.sources.length > 0 ? ` from ${component.sources.join(', ')}` : ' from any version';
  return `${component.identifier} (${component.type}) to ${component.target}${sources}, ${component.mode} package`;
}
/** A package declaration in one sentence. */
export function describePackage({ type, version, sourceVersion, files }: PlanPackage): string {
  const kind = sourceVersion === null ? 'Full package' : `Delta package from ${sourceVersion}`;
  const named = files.map((file) => `${file.name} ${file.sha256?.slice(0, 12) ?? 'digest not known'}`).join(', ');
  return `${kind} for ${type}, version ${version}: ${named}.`;
}
function saySources(sources: readonly string[]): string {
  return sources.length > 0 ? `from ${sources.join(', ')}` : 'from any version';
}
function sayPackage(content: PlanPackage | null): string {
  if (content === null) return 'none declared, so it must already be at Developer Center';
  return `“${content.name}” (${content.files.map((file) => `${file.name} ${file.sha256?.slice(0, 12) ?? 'digest not known'}`).join(', ')})`;
}
function sayMode(kind: Mode['kind']): string {
  return kind === 'silent'
    ? 'starts without the end user’s confirmation'
    : 'starts only after the end user’s confirmation';
}
function sayText(text: string | null): string {
  return text === null ? 'none' : `“${text}”`;
}

/** A push period in words. */
export function sayPush(push: PushWindow | 'any' | 'onRequest'): string {
  if (push === 'any') return 'any time';
  if (push === 'onRequest') return 'not pushed, devices ask';
  return `${push.from} to ${push.to}`;
}

/** Waves in words. */
export function sayWaves(steps: readonly WaveStep[]): string {
  if (steps.length === 1) return 'all devices at once';
  return steps
    .map((step) => `${step.percent} %${step.waitMinutes > 0 ? `, wait ${sayMinutes(step.waitMinutes)}` : ''}`)
    .join('; ');
}
function sayHalt(halt: HaltCondition | null): string {
  return halt === null ? 'never' : `when failed > ${halt.failedPercent} % of at least ${halt.sample}`;
}

/** A period in local time and UTC, with its length. */
export function sayPeriod(period: PeriodFacts): string {
  const utc = `${sayUtc(period.startUtc)} to ${sayUtc(period.endUtc)}`;
  return `${period.start} to ${period.end} ${period.zone} (UTC ${utc}; ${sayMinutes(period.minutes)})`;
}
function sayUtc(instant: string): string {
  return instant
    .replace('T', ' ')
    .replace(/:00(\.\d+)?Z$/, '')
    .replace(/Z$/, '');
}

/** A length of time: `14 d 23 h 59 min`. */
export function sayMinutes(minutes: number): string {
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  const parts = [days > 0 ? `${days} d` : '', hours > 0 ? `${hours} h` : '', rest > 0 ? `${rest} min` : ''].filter(
    Boolean,
  );
  return parts.length > 0 ? parts.join(' ') : '0 min';
}
function sayCount(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
