import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import * as accounts from './accounts.ts';
import * as devices from './device-protocol.ts';
import type { Endpoint } from './endpoint.ts';
import * as events from './events.ts';
import * as packages from './packages.ts';
import * as plans from './plans.ts';
import { ProblemDocument, problems } from './problems.ts';
import * as published from './published.ts';
import * as registry from './registry.ts';
import * as rollout from './rollout.ts';

function isEndpoint(value: unknown): value is Endpoint {
  return typeof value === 'object' && value !== null && 'path' in value && 'method' in value && 'access' in value;
}

/** Every endpoint that the service serves. */
export const endpoints: readonly Endpoint[] = [
  published,
  accounts,
  registry,
  packages,
  plans,
  rollout,
  events,
  devices,
].flatMap((module) => Object.values(module).filter(isEndpoint));

const mediaTypes = {
  json: 'application/json',
  bytes: 'application/octet-stream',
  events: 'text/event-stream',
} as const;

function operation(endpoint: Endpoint): ZodOpenApiOperationObject {
  const headers: Record<string, z.ZodType> = {};
  if (endpoint.ifMatch) headers['If-Match'] = z.string();
  if (endpoint.idempotent) headers['Idempotency-Key'] = z.string().max(255).optional();
  const content = endpoint.reply ?? (endpoint.replyType === 'json' ? null : z.string());
  return {
    operationId: endpoint.id,
    tags: [endpoint.tag],
    summary: endpoint.summary,
    ...(endpoint.access === 'anyone'
      ? { security: [] }
      : { security: [{ [endpoint.access === 'device' ? 'deviceSecret' : 'accessToken']: [] }] }),
    requestParams: { path: endpoint.params, query: endpoint.query, header: z.object(headers) },
    ...(endpoint.body === null
      ? {}
      : { requestBody: { required: true, content: { [mediaTypes[endpoint.bodyType]]: { schema: endpoint.body } } } }),
    responses: {
      [endpoint.status]: content
        ? { description: 'Done.', content: { [mediaTypes[endpoint.replyType]]: { schema: content } } }
        : { description: 'Done.' },
      default: {
        description: ['Problems:', ...endpoint.problems.map((name) => `\`${name}\` (${problems[name].status})`)].join(
          ' ',
        ),
        content: { 'application/problem+json': { schema: ProblemDocument } },
      },
    },
  };
}

/** The OpenAPI 3.1 document of the service, generated from the schemas that check the requests. */
export function openApiDocument(version: string): object {
  const paths: ZodOpenApiPathsObject = {};
  for (const endpoint of endpoints) {
    const method = endpoint.method.toLowerCase() as 'get' | 'post' | 'put' | 'delete';
    paths[endpoint.path] = { ...paths[endpoint.path], [method]: operation(endpoint) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: { title: 'Otaplan Developer Center', version, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    components: {
      securitySchemes: {
        accessToken: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'The access token of the log-in, as it came.',
        },
        deviceSecret: { type: 'http', scheme: 'Device', description: 'The device’s own secret.' },
      },
    },
    paths,
  });
}
