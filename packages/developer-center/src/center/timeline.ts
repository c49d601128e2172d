import type { TimelinePoint } from '../store/plans.ts';

/** Points that a plan's line over time has at most. */
const mostPoints = 200;

/**
 * A plan's line over time: from its activation, when no device was decided, evenly along time however unevenly the points were kept.
 * @param points in order of time
 * @param begin when the plan was activated; `null`: it was not
 */
export function timelineOf(points: readonly TimelinePoint[], begin: number | null): readonly TimelinePoint[] {
  if (begin === null) return points;
  const end = Math.max(begin, points.at(-1)?.time ?? begin);
  // A count holds until the next: of those close together the last is the one that goes on.
  const slot = ({ time }: TimelinePoint) => Math.floor(((time - begin) / Math.max(1, end - begin)) * (mostPoints - 2));
  const kept = points
    // A point is named by its beginning, which may be just before the activation.
    .map((point) => ({ ...point, time: Math.max(begin, point.time) }))
    .filter((point, index, all) => {
      const next = all[index + 1];
      return next === undefined || slot(next) !== slot(point);
    });
  return [{ time: begin, upgraded: 0, failed: 0 }, ...kept];
}
