import * as z from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import * as accounts from './accounts.ts';
import * as devices from './device-protocol.ts';
import type { Endpoint } from './endpoint.ts';
import * as events from './events.ts';
import * as packages from './packages.ts';
import * as plans from './plans.ts';
import { ProblemDocument, problems, problemType } from './problems.ts';
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

/** Groups of calls, in the order of the document. */
const tags = {
  'Published cloud API':
    'Log-in, catalogue and the calls of end users, as the public documentation of Developer Center has them.',
  'Accounts and access keys': 'Who may call. Accounts see only their own.',
  'Products, devices and the account': 'What there is to upgrade, and who did what.',
  Packages: 'Version packages and their files.',
  Plans: 'Upgrade plans, from draft to end.',
  Rollout: 'How a plan gets on, device by device.',
  Events: 'Live changes.',
  Devices: 'The device protocol over HTTP.',
} as const;

/** The name of the scheme by which a caller proves itself. */
const schemes = {
  anyone: null,
  viewer: 'accessToken',
  operator: 'accessToken',
  owner: 'accessToken',
  device: 'deviceSecret',
  endUser: 'endUserToken',
} as const;

const roleWords = {
  viewer: 'Any access key may call it.',
  operator: 'For access keys with the role operator or owner.',
  owner: 'For access keys with the role owner.',
} as const;

/** Problems that any call may meet, beside those that are its own. */
function problemsOf({ access, body, path, problems: own }: Endpoint) {
  const names = new Set<keyof typeof problems>(own);
  if (!path.startsWith('/v2/')) names.add('invalid-request');
  if (access !== 'anyone') names.add('not-signed-in');
  if (access === 'operator' || access === 'owner') names.add('not-permitted');
  if (body !== null) names.add('too-large');
  for (const name of ['too-many-requests', 'unavailable', 'internal'] as const) names.add(name);
  return [...names].sort((a, b) => problems[a].status - problems[b].status || (a < b ? -1 : 1));
}

function responses(endpoint: Endpoint): ZodOpenApiOperationObject['responses'] {
  const content = endpoint.reply ?? (endpoint.replyType === 'json' ? null : z.string());
  const done: ZodOpenApiOperationObject['responses'] = {
    [endpoint.status]: content
      ? { description: 'Done.', content: { [mediaTypes[endpoint.replyType]]: { schema: content } } }
      : { description: 'Done.' },
  };
  const byStatus = Map.groupBy(problemsOf(endpoint), (name) => problems[name].status);
  for (const [status, names] of byStatus) {
    done[`${status}`] = {
      description: names.map((name) => `\`${problemType(name)}\`: ${problems[name].title}`).join(' '),
      content: { 'application/problem+json': { schema: ProblemDocument } },
    };
  }
  return done;
}

function operation(endpoint: Endpoint): ZodOpenApiOperationObject {
  const { access, example } = endpoint;
  const scheme = schemes[access];
  const headers: Record<string, z.ZodType> = {};
  if (endpoint.ifMatch) {
    headers['If-Match'] = z.string().meta({
      param: { description: 'The ETag of the revision that was read; `*` for whatever there is.', example: '*' },
    });
  }
  if (endpoint.idempotent) {
    headers['Idempotency-Key'] = z
      .string()
      .max(255)
      .optional()
      .meta({ param: { description: 'A repeat with the same key gets the first reply, for at least 24 hours.' } });
  }
  const role = access === 'viewer' || access === 'operator' || access === 'owner' ? ` ${roleWords[access]}` : '';
  return {
    operationId: endpoint.id,
    tags: [endpoint.tag],
    summary: endpoint.summary.split(/(?<=[.;:]) /)[0]?.replace(/[.;:]$/, '') ?? endpoint.summary,
    description: `${endpoint.summary}${role}`,
    security: scheme === null ? [] : [{ [scheme]: [] }],
    requestParams: {
      path: exampled(endpoint.params, example.params),
      query: exampled(endpoint.query, example.query),
      header: z.object(headers),
    },
    ...(endpoint.body === null
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              [mediaTypes[endpoint.bodyType]]:
                example.body === undefined
                  ? { schema: endpoint.body }
                  : { schema: endpoint.body, example: example.body },
            },
          },
        }),
    responses: responses(endpoint),
  };
}

/** Parameters with the values that the example gives them. */
function exampled(schema: z.ZodObject, values: Readonly<Record<string, unknown>> = {}): z.ZodObject {
  const shape: Record<string, z.ZodType> = {};
  for (const [name, member] of Object.entries(schema.shape)) {
    const param = { ...(name in values ? { example: values[name] } : {}) };
    // `meta` copies: the contract's own schemas stay as they are.
    shape[name] = (member as z.ZodType).meta({ param });
  }
  return z.object(shape);
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
    info: {
      title: 'Otaplan Developer Center',
      version,
      description:
        'Errors outside the published cloud API are problem documents (RFC 9457); what their types mean stands at the type’s address. Lists page by `cursor`. Calls beyond what a key may make are answered 429 with `Retry-After`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This Developer Center.' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    components: {
      securitySchemes: {
        accessToken: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'The access token of the log-in, as it came.',
        },
        endUserToken: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'A token that the vendor’s backend signed with the secret of an access key, for one end user.',
        },
        deviceSecret: { type: 'http', scheme: 'Device', description: 'The device’s own secret.' },
      },
    },
    paths,
  });
}
