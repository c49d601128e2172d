import { expect, test } from 'vitest';
import { answering, worldOf } from '../testing/example-world.ts';

interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

/** The text format 0.0.4, strictly (https://prometheus.io/docs/instrumenting/exposition_formats/): throws for what is not in it. */
function parse(text: string): Map<string, { type: string; samples: Sample[] }> {
  const families = new Map<string, { type: string; samples: Sample[] }>();
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error('The last line does not end.');
  let help = '';
  let current = { name: '', type: '', samples: [] as Sample[] };
  for (const line of lines) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (comment?.[1] === 'HELP') help = comment[2] ?? '';
    else if (comment) {
      const [, , name = '', type = ''] = comment;
      if (help !== name || families.has(name)) throw new Error(`A family stands together, HELP first: ${line}`);
      if (!['counter', 'gauge', 'histogram', 'summary', 'untyped'].includes(type)) throw new Error(line);
      current = { name, type, samples: [] };
      families.set(name, current);
    } else {
      const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{([^}]*)\})? (-?[0-9.]+(?:e[+-]?\d+)?|\+Inf|NaN)$/.exec(line);
      const [, name = '', labels = '', value = ''] = sample ?? [];
      const suffixes = current.type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
      if (!suffixes.some((suffix) => name === current.name + suffix)) throw new Error(`Not of its family: ${line}`);
      const pairs = labels === '' ? [] : labels.split(',');
      const given = pairs.map((pair): [string, string] => {
        const [, label, content] = /^([a-zA-Z_][a-zA-Z0-9_]*)="([^"\\\n]*)"$/.exec(pair) ?? [];
        if (label === undefined || content === undefined) throw new Error(`Not a label: ${pair}`);
        return [label, content];
      });
      current.samples.push({ name, labels: new Map(given), value: Number(value) });
    }
  }
  return families;
}

test('the page of metrics is in Prometheus’ format, and its histograms are whole', async () => {
  const world = await worldOf('activated');
  for (const endpoint of answering) await world.call(endpoint);
  const { text } = await world.dc.call('GET', '/metrics', { authorization: null });
  await world.end();
  const families = parse(text);
  expect(families.get('otaplan_requests_total')?.type).toBe('counter');
  expect(families.get('otaplan_request_seconds')?.type).toBe('histogram');
  const requests = families.get('otaplan_requests_total')?.samples ?? [];
  const seconds = families.get('otaplan_request_seconds')?.samples ?? [];
  for (const { id } of answering) {
    const own = (samples: readonly Sample[], name: string) =>
      samples.filter((each) => each.name === name && each.labels.get('endpoint') === id);
    const buckets = own(seconds, 'otaplan_request_seconds_bucket');
    expect([id, buckets.at(-1)?.labels.get('le')]).toEqual([id, '+Inf']);
    const counts = buckets.map(({ value }) => value);
    // Cumulative, and the last has all: those that the counter of the same endpoint tells.
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    const [count] = own(seconds, 'otaplan_request_seconds_count');
    expect(counts.at(-1)).toBe(count?.value);
    expect(own(requests, 'otaplan_requests_total').reduce((sum, { value }) => sum + value, 0)).toBe(count?.value);
  }
});
