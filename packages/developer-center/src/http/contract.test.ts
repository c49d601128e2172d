import { endpoints } from '@otaplan/api';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answering, exampleWorld } from '../testing/example-world.ts';
import { type Running, run } from '../testing/running.ts';

/** The document as it is served: what clients in other languages are made from. */
interface Served {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}
interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, { content?: Record<string, unknown> }>>;
}

let dc: Running;
let ajv: Ajv2020;
let served: Served;
beforeAll(async () => {
  dc = await run();
  served = (await dc.call('GET', '/ota/v1/openapi.json', { authorization: null })).json;
  ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(served, 'served');
});
afterAll(() => dc.end());

function errorsOf(path: string, method: string, status: string, type: string, value: unknown): unknown {
  const escaped = [path, method, 'responses', status, 'content', type, 'schema'].map((part) =>
    part.replaceAll('~', '~0').replaceAll('/', '~1'),
  );
  const validate = ajv.compile({ $ref: `served#/paths/${escaped.map(encodeURIComponent).join('/')}` });
  return validate(value) ? null : validate.errors;
}

describe('every example of the document, called on a running service, is answered as the document says', () => {
  test.each(answering.map((endpoint) => [endpoint.id, endpoint] as const))('%s', async (id, endpoint) => {
    const operation = served.paths[endpoint.path]?.[endpoint.method.toLowerCase()];
    expect(operation?.operationId).toBe(id);
    const world = await exampleWorld(id);
    const reply = await world.call(endpoint);
    await world.end();
    expect([reply.status, reply.status < 300 ? '' : reply.text]).toEqual([endpoint.status, '']);
    const type = reply.headers.get('content-type')?.split(';')[0] ?? '';
    const told = operation?.responses[endpoint.status]?.content;
    expect(Object.keys(told ?? {})).toEqual(type === '' ? [] : [type]);
    if (type === 'application/json') {
      expect(errorsOf(endpoint.path, endpoint.method.toLowerCase(), `${endpoint.status}`, type, reply.json)).toBeNull();
      expect(endpoint.reply?.safeParse(reply.json).error?.issues).toBeUndefined();
    }
    if (endpoint.path.startsWith('/v2/')) expect(reply.json.code).toBe(200);
  });
});

test('a problem is one of those that the document tells for its call, and links to a page that says what to do', async () => {
  const world = await exampleWorld('activatePlan');
  for (const endpoint of answering.filter(({ path }) => path.startsWith('/ota/'))) {
    const reply = await world.call(endpoint, null);
    const told = served.paths[endpoint.path]?.[endpoint.method.toLowerCase()]?.responses[reply.status];
    expect([endpoint.id, reply.status, Object.keys(told?.content ?? {})]).toEqual([
      endpoint.id,
      401,
      ['application/problem+json'],
    ]);
    const type = 'application/problem+json';
    expect(errorsOf(endpoint.path, endpoint.method.toLowerCase(), '401', type, reply.json)).toBeNull();
    const page = /^<(.+)>; rel="help"$/.exec(reply.headers.get('link') ?? '')?.[1] ?? '';
    const shown = await world.dc.call('GET', page, { authorization: null });
    expect([shown.status, shown.text.split('\n')[0]]).toEqual([200, reply.json.type]);
  }
  await world.end();
});

test('what the service serves and what the document has are the same calls', () => {
  const documented = Object.entries(served.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(documented.sort()).toEqual(endpoints.map(({ method, path }) => `${method} ${path}`).sort());
});
