import type { DeviceStatus } from '@otaplan/model';
import type { DashboardState, DashboardWords, FromPage, ToPage } from '../protocol.ts';
import { clock, rolloutChart, windowChart } from './charts.ts';
import { button, html, section, table } from './elements.ts';

/** The page of the dashboard: draws what it is sent and says what was pressed. It keeps nothing and fetches nothing. */
declare function acquireVsCodeApi(): { postMessage(message: FromPage): void };
const host = acquireVsCodeApi();

/** Order of the bar: done, under way, waiting, failed, nothing to do. */
const order: readonly DeviceStatus[] = ['upgraded', 'upgrading', 'notUpgraded', 'upgradeFailed', 'noUpdateRequired'];

function share(count: number, total: number): string {
  return total === 0 ? '–' : `${((count / total) * 100).toFixed(count === total ? 0 : 1)} %`;
}

function statusBar({ counts, statusLabels }: DashboardState, words: DashboardWords): HTMLElement {
  const bar = html('div', { class: 'bar', 'aria-hidden': 'true' });
  for (const status of order) {
    if (counts[status] === 0) continue;
    const segment = html('div', { class: `segment ${status}` });
    segment.style.flexGrow = String(counts[status]);
    bar.append(segment);
  }
  const list = html(
    'ul',
    { class: 'legend' },
    ...order.map((status) => {
      const count = counts[status];
      const label = statusLabels[status];
      const press = () => host.postMessage({ kind: 'showDevices', status });
      return html(
        'li',
        {},
        button(
          label,
          { class: 'status', 'data-status': status, title: words.showDevices, disabled: count === 0 },
          press,
          html('span', { class: `swatch ${status}`, 'aria-hidden': 'true' }),
          html('span', { class: 'label' }, label),
          html('span', { class: 'count' }, count.toLocaleString()),
          html('span', { class: 'share' }, share(count, counts.total)),
        ),
      );
    }),
  );
  return section('devices', `${words.devices} (${counts.total.toLocaleString()})`, bar, list);
}

function rollout(state: DashboardState, words: DashboardWords): HTMLElement {
  const points = state.timeline;
  const [first, last] = [points[0], points.at(-1)];
  const nothing = !first || !last || points.every(({ upgraded, failed }) => upgraded + failed === 0);
  if (nothing) return section('rollout', words.rollout, html('p', {}, words.noneYet));
  const say = clock(state.zone, last.at - first.at);
  // a table of every point would be long to hear: about twenty tell the same
  const step = Math.max(1, Math.ceil(points.length / 20));
  const rows = points
    .filter((_, i) => i % step === 0 || i === points.length - 1)
    .map((point) => [say(point.at), point.upgraded.toLocaleString(), point.failed.toLocaleString()]);
  return section(
    'rollout',
    words.rollout,
    rolloutChart(points, state, words),
    html(
      'p',
      { class: 'key', 'aria-hidden': 'true' },
      html('span', { class: 'swatch upgraded' }),
      words.upgraded,
      html('span', { class: 'swatch upgradeFailed' }),
      words.failed,
    ),
    html(
      'details',
      {},
      html('summary', {}, words.asTable),
      table(words.rollout, [words.time, words.upgraded, words.failed], rows),
    ),
  );
}

function failures(state: DashboardState, words: DashboardWords): HTMLElement {
  if (state.failures.length === 0) return section('failures', words.failures, html('p', {}, words.noFailures));
  const rows = state.failures.map((failure) => [
    button(
      failure.cause || words.noCause,
      { class: 'link', 'data-cause': failure.cause, title: words.showDevices },
      () => host.postMessage({ kind: 'showDevices', status: 'upgradeFailed', cause: failure.cause }),
    ),
    failure.components.toLocaleString(),
    html(
      'span',
      { class: 'keys' },
      ...failure.devices.map((deviceKey) =>
        button(deviceKey, { class: 'link', title: words.openLog }, () =>
          host.postMessage({ kind: 'openLog', deviceKey }),
        ),
      ),
    ),
  ]);
  return section(
    'failures',
    words.failures,
    table(words.failures, [words.cause, words.count, words.devices], rows),
    button(words.showDevices, { class: 'action' }, () =>
      host.postMessage({ kind: 'showDevices', status: 'upgradeFailed' }),
    ),
  );
}

function waves(state: DashboardState, words: DashboardWords): HTMLElement | undefined {
  if (state.waves.length < 2) return undefined;
  const rows = state.waves.map((wave) => [`${wave.percent} %`, wave.devices.toLocaleString(), wave.gate]);
  return section('waves', words.waves, table(words.waves, [words.wave, words.devices, words.gate], rows));
}

function windows(state: DashboardState, words: DashboardWords): HTMLElement {
  if (state.windows.length === 0) return section('windows', words.windows, html('p', {}, state.windowsNote));
  const rows = state.windows.slice(0, 60).map((stretch) => [stretch.words]);
  return section(
    'windows',
    words.windows,
    windowChart(state, words),
    html('p', {}, state.windowsNote),
    html('details', {}, html('summary', {}, words.asTable), table(words.windows, [words.time], rows)),
  );
}

function components(state: DashboardState, words: DashboardWords): HTMLElement {
  const rows = state.components.flatMap((component) =>
    component.statuses.map(({ label, count }, i) => [
      i === 0 ? component.identifier : '',
      label,
      count.toLocaleString(),
    ]),
  );
  return section(
    'components',
    words.components,
    table(words.components, [words.component, words.status, words.count], rows),
  );
}

function header(state: DashboardState, words: DashboardWords): HTMLElement {
  return html(
    'header',
    {},
    html('h1', {}, state.planName),
    html('p', { class: 'facts' }, html('strong', {}, state.planStatus), ` · ${state.server}`),
    state.reason === null ? undefined : html('p', { class: 'reason' }, state.reason),
    html('p', { class: 'facts' }, `${words.period}: ${state.period}`),
    html('p', { class: 'facts' }, `${words.successRate}: `, html('strong', {}, state.successRate)),
  );
}

const trouble = html('p', { role: 'alert', class: 'trouble', hidden: true });
const summary = html('p', { role: 'status', class: 'hidden-words' });
const main = html('main', {});
document.body.append(trouble, summary, main);
let spoken = '';

function draw(state: DashboardState, words: DashboardWords): void {
  // What is focused or unfolded stays so while the numbers change under it.
  const focused = document.activeElement instanceof HTMLElement ? { ...document.activeElement.dataset } : {};
  const unfolded = [...document.querySelectorAll('details')].map((element) => element.open);
  const parts = [
    header(state, words),
    statusBar(state, words),
    rollout(state, words),
    failures(state, words),
    waves(state, words),
    windows(state, words),
    components(state, words),
  ];
  main.replaceChildren(...parts.filter((part) => part !== undefined));
  for (const [i, element] of [...document.querySelectorAll('details')].entries()) element.open = unfolded[i] ?? false;
  for (const [name, value = ''] of Object.entries(focused)) {
    document.querySelector<HTMLElement>(`[data-${name}="${CSS.escape(value)}"]`)?.focus();
  }
  trouble.hidden = true;
  const says = `${state.planStatus}. ${order.map((status) => `${state.statusLabels[status]} ${state.counts[status]}`).join(', ')}.`;
  if (says !== spoken) summary.textContent = says;
  spoken = says;
}

window.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
  if (data.kind === 'state') draw(data.state, data.words);
  else {
    trouble.textContent = data.message;
    trouble.hidden = false;
  }
});
host.postMessage({ kind: 'ready' });
