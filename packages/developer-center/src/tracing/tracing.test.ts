import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { jsonLog } from '../http/log.ts';
import { loginPath, register, run } from '../testing/running.ts';

interface SpanSent {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly attributes: readonly { key: string; value: { stringValue?: string; intValue?: number } }[];
  readonly status?: { code?: number };
}
interface Received {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: {
    resourceSpans: { resource: { attributes: SpanSent['attributes'] }; scopeSpans: { spans: SpanSent[] }[] }[];
  };
}

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A collector that takes OTLP over HTTP in JSON, and keeps what it got. */
async function collector() {
  const received: Received[] = [];
  const paths: string[] = [];
  const server = createServer(async (request, response) => {
    paths.push(`${request.method} ${request.url}`);
    received.push({ headers: request.headers, body: (await json(request)) as Received['body'] });
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const spans = () =>
    received.flatMap(({ body }) => body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((s) => s.spans)));
  return { url: `http://127.0.0.1:${port}`, received, paths, spans };
}
const attributeOf = ({ attributes }: Pick<SpanSent, 'attributes'>, key: string) => {
  const value = attributes.find((attribute) => attribute.key === key)?.value;
  return value?.stringValue ?? value?.intValue;
};

test('requests are told to a collector with what they asked of the store, in the trace of their caller, without a secret', async () => {
  const { url, paths, received, spans } = await collector();
  const lines: string[] = [];
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/`,
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.name=north%20plant',
  };
  const dc = await run({ environment, log: jsonLog({ write: (line) => void lines.push(line) }) });
  await register(dc, ['D0001']);
  const token = await dc.logIn();
  const [traceId, caller] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
  const headers = { traceparent: `00-${traceId}-${caller}-01` };
  expect((await dc.call('GET', '/ota/v1/plans', { headers })).status).toBe(200);
  expect((await dc.call('GET', `/ota/v1/plans/none?secret=${dc.secret}`, { headers })).status).toBe(404);
  await dc.call('GET', loginPath(dc.server.accessKey, 'wrong-canary', dc.clock.now()), { authorization: null });
  await dc.call('GET', '/device/v1/files/signed-canary/x.bin', { authorization: null });
  await dc.call('POST', '/device/v1/files/signed-canary/x.bin', { authorization: null });
  await dc.call('GET', '/device/v1/products/p1aaa/devices/D0001/plan', { authorization: 'Device secret-of-D0001' });
  await dc.end();

  expect([...new Set(paths)]).toEqual(['POST /v1/traces']);
  const [resource] = received[0]?.body.resourceSpans ?? [];
  expect(resource && attributeOf(resource.resource, 'service.name')).toBe('otaplan-developer-center');
  expect(resource && attributeOf(resource.resource, 'deployment.name')).toBe('north plant');
  const list = spans().find((span) => span.name === 'GET /ota/v1/plans');
  expect(list).toMatchObject({ kind: 2, traceId, parentSpanId: caller });
  expect(list && attributeOf(list, 'http.response.status_code')).toBe(200);
  expect(list && attributeOf(list, 'otaplan.caller')).toBe(dc.server.accessKey);
  const part = spans().find((span) => span.name === 'store.plans.listPlans');
  expect(part).toMatchObject({ kind: 1, traceId, parentSpanId: list?.spanId });
  expect(spans().map(({ name }) => name)).toContain('GET /ota/v1/plans/{planId}');
  expect(lines.filter((line) => line.includes(`"trace_id":"${traceId}"`)).length).toBe(2);

  const told = JSON.stringify(received) + lines.join('\n');
  const canaries = [dc.secret, 'wrong-canary', 'signed-canary', 'secret-of-D0001', token.slice(5), 'grant_type'];
  for (const canary of canaries) expect([canary, told.includes(canary)]).toEqual([canary, false]);
});

test('what was not sampled is not sent, and a caller’s decision holds', async () => {
  const { url, spans } = await collector();
  const environment = {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/v1/traces`,
    OTEL_TRACES_SAMPLER: 'parentbased_always_off',
  };
  const dc = await run({ environment });
  await dc.call('GET', '/ota/v1/plans');
  const sampled = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };
  await dc.call('GET', '/ota/v1/packages', { headers: sampled });
  await dc.end();
  const names = spans().map(({ name }) => name);
  expect(names).toContain('GET /ota/v1/packages');
  expect(names).not.toContain('GET /ota/v1/plans');
});

test('a collector that is not there hinders nothing', async () => {
  const dc = await run({ environment: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' } });
  expect((await dc.call('GET', '/ota/v1/plans')).status).toBe(200);
  let closed = false;
  const closing = dc.server.close().then(() => {
    closed = true;
  });
  while (!closed) {
    dc.clock.advance(1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await closing;
  await dc.end();
});

test.each([
  ['no address', {}],
  ['switched off', { OTEL_EXPORTER_OTLP_ENDPOINT: 'here', OTEL_SDK_DISABLED: 'true' }],
  ['no exporter', { OTEL_EXPORTER_OTLP_ENDPOINT: 'here', OTEL_TRACES_EXPORTER: 'none' }],
])('with %s nothing is sent', async (_, variables: Record<string, string>) => {
  const { url, received } = await collector();
  const environment = Object.fromEntries(
    Object.entries(variables).map(([key, value]) => [key, value.replace('here', url)]),
  );
  const dc = await run({ environment });
  await dc.call('GET', '/ota/v1/plans');
  await dc.end();
  expect(received).toEqual([]);
});
