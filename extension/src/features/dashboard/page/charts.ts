import type { DashboardState, DashboardWords, TimelinePoint } from '../protocol.ts';
import { svg } from './elements.ts';

const width = 720;
const height = 160;
const left = 48;
const bottom = 22;

/** Up to this length the seconds of a time say something. */
const shortMilliseconds = 3_600_000;

/**
 * Times of a chart's axis, in the language and zone of the plan.
 * @param span milliseconds from the first to the last of them: seconds are told of a short one
 */
export function clock(zone: string, span = Number.POSITIVE_INFINITY): (at: number) => string {
  const format = new Intl.DateTimeFormat(document.documentElement.lang || undefined, {
    timeZone: zone,
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    ...(span <= shortMilliseconds ? { second: '2-digit' as const } : {}),
    hourCycle: 'h23',
  });
  return (at) => format.format(at);
}

/** Devices upgraded and failed along time, as two stepped lines. */
export function rolloutChart(points: readonly TimelinePoint[], state: DashboardState, words: DashboardWords) {
  const first = points[0]?.at ?? state.start;
  const last = Math.max(points.at(-1)?.at ?? first, first + 1);
  const most = Math.max(1, ...points.map((point) => Math.max(point.upgraded, point.failed)));
  const x = (at: number) => left + ((at - first) / (last - first)) * (width - left - 8);
  const y = (value: number) => 8 + (1 - value / most) * (height - bottom - 8);
  // A count holds until the next: steps, since a slope would show devices that nobody counted.
  const line = (value: (point: TimelinePoint) => number) =>
    points
      .map((point, i) => {
        const [across, down] = [x(point.at).toFixed(1), y(value(point)).toFixed(1)];
        return i === 0 ? `M${across} ${down}` : `H${across}V${down}`;
      })
      .join('');
  const say = clock(state.zone, last - first);
  const end = points.at(-1);
  const description = `${words.rollout}: ${say(first)} – ${say(last)}. ${words.upgraded}: ${end?.upgraded ?? 0}. ${words.failed}: ${end?.failed ?? 0}.`;
  return svg(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': description, class: 'chart' },
    ...[0, most / 2, most].map((value) =>
      svg('line', { class: 'grid', x1: left, x2: width - 8, y1: y(value), y2: y(value) }),
    ),
    svg('text', { class: 'axis', x: left - 6, y: y(most) + 4, 'text-anchor': 'end' }, most.toLocaleString()),
    svg('text', { class: 'axis', x: left - 6, y: y(0) + 4, 'text-anchor': 'end' }, '0'),
    svg('path', { class: 'line upgraded', d: line((point) => point.upgraded) }),
    svg('path', { class: 'line failed', d: line((point) => point.failed) }),
    svg('text', { class: 'axis', x: left, y: height - 4 }, say(first)),
    svg('text', { class: 'axis', x: width - 8, y: height - 4, 'text-anchor': 'end' }, say(last)),
  );
}

/** The push windows of the period on one line of time, with now marked. */
export function windowChart(state: DashboardState, words: DashboardWords) {
  const span = Math.max(1, state.end - state.start);
  const x = (at: number) => Math.min(width, Math.max(0, ((at - state.start) / span) * width));
  const say = clock(state.zone);
  const marker = state.now >= state.start && state.now <= state.end;
  return svg(
    'svg',
    {
      viewBox: `0 0 ${width} 44`,
      role: 'img',
      class: 'chart windows',
      'aria-label': `${words.windows}: ${state.windows.length}. ${say(state.start)} – ${say(state.end)}, ${state.zone}.`,
    },
    svg('rect', { class: 'track', x: 0, y: 4, width, height: 18 }),
    ...state.windows.map((stretch) =>
      svg(
        'rect',
        { class: 'window', x: x(stretch.from), y: 4, width: Math.max(1, x(stretch.to) - x(stretch.from)), height: 18 },
        svg('title', {}, stretch.words),
      ),
    ),
    marker ? svg('line', { class: 'now', x1: x(state.now), x2: x(state.now), y1: 0, y2: 26 }) : undefined,
    svg('text', { class: 'axis', x: 0, y: 40 }, say(state.start)),
    svg('text', { class: 'axis', x: width, y: 40, 'text-anchor': 'end' }, say(state.end)),
  );
}
