import type { PlanOverview } from '@otaplan/client';

export type News = 'finished' | 'terminated' | 'halted' | 'failureRate';

/** Failed devices in percent of those decided; `null` while none is decided. */
export function failureRate({ devices }: PlanOverview): number | null {
  const decided = devices.upgraded + devices.upgradeFailed;
  return decided === 0 ? null : (devices.upgradeFailed / decided) * 100;
}

/** Decided devices from which a rate says something; in a smaller plan all of them. */
const sample = 50;

/** The failure rate once enough is decided: the first device that fails is no hundred percent. */
function telling(overview: PlanOverview): number {
  const { devices } = overview;
  const enough = devices.upgraded + devices.upgradeFailed >= Math.min(sample, devices.total);
  return enough ? (failureRate(overview) ?? 0) : 0;
}

/**
 * What is worth telling of a plan that changed, once: it ended, it was halted, or its failure rate passed the limit.
 * @param before `undefined`: seen for the first time, which is no news
 */
export function newsOf(before: PlanOverview | undefined, now: PlanOverview, limit: number): readonly News[] {
  if (!before) return [];
  const news: News[] = [];
  if (before.plan.status !== now.plan.status) {
    if (now.plan.status === 'finished') news.push('finished');
    if (now.plan.status === 'forcedTermination') news.push('terminated');
    // A person who suspends knows it; a reason that Developer Center gives is news.
    if (now.plan.status === 'suspended' && now.plan.reason !== null) news.push('halted');
  }
  const [rateBefore, rate] = [telling(before), telling(now)];
  if (rateBefore <= limit && rate > limit) news.push('failureRate');
  return news;
}
