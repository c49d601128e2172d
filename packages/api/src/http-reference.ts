import { endpoints, openApiDocument } from './openapi.ts';
import { problems } from './problems.ts';

/** What this page reads of a JSON schema, as OpenAPI 3.1 has it. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly additionalProperties?: boolean | Schema;
  readonly description?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
}
interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}
interface Operation {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema?: Schema;
    readonly description?: string;
  }[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content & { readonly description?: string }>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas?: Readonly<Record<string, Schema>> };
}

const intro = `# The HTTP API

Generated from the OpenAPI document (\`packages/api/src/openapi.ts\`), which Developer Center serves at \`/ota/v1/openapi.json\`; edits here are lost.

Log-in and catalogue are spoken as the public cloud publishes them: the envelope \`{code, msg, data, …}\`, 200 is success. Everything under \`/ota/v1\` is
JSON over HTTP with the standards' own means: errors are problem details (RFC 9457) with a stable \`type\`, \`ETag\` and \`If-Match\` guard edits, an
\`Idempotency-Key\` makes a POST harmless to repeat, lists page by an opaque \`cursor\`, \`429\` and \`503\` carry \`Retry-After\`, and live changes are
server-sent events that go on after the \`Last-Event-ID\`.
`;

const callers: Readonly<Record<string, string>> = {
  anyone: 'anyone',
  viewer: 'an access key that may read',
  operator: 'an access key that may operate',
  owner: 'an access key of an owner',
  device: 'a device, with its own secret',
  endUser: 'an end user, with their token',
};

/** Problems that every call may meet; said once. */
const everywhere = ['too-many-requests', 'unavailable', 'internal'];

/** The reference of the HTTP API (docs/http-api.md), made of the OpenAPI document alone but for who may call. */
export function renderHttpReference(version: string): string {
  // Written by us from our schemas a moment ago: nothing from outside to check.
  const { paths, components } = openApiDocument(version) as Document;
  const byTag = new Map<string, string[]>();
  for (const endpoint of endpoints) {
    const operation = paths[endpoint.path]?.[endpoint.method.toLowerCase()];
    if (!operation) throw new Error(`The OpenAPI document lacks ${endpoint.method} ${endpoint.path}.`);
    const section = operationSection(operation, `${endpoint.method} ${endpoint.path}`, callers[endpoint.access] ?? '');
    byTag.set(endpoint.tag, [...(byTag.get(endpoint.tag) ?? []), section]);
  }
  const schemas = Object.entries(components.schemas ?? {}).map(
    ([name, schema]) => `### ${name}\n\n${schema.description ? `${schema.description}\n\n` : ''}${shape(schema)}`,
  );
  const kinds = Object.entries(problems).map(([name, { status, title }]) => `| \`${name}\` | ${status} | ${title} |`);
  return [
    intro,
    ...[...byTag].map(([tag, sections]) => `## ${tag}\n\n${sections.join('\n')}`),
    `## Problems\n\nWhat \`type\` a problem can have, after \`urn:otaplan:problem:\`. Every call may meet ${everywhere.map((name) => `\`${name}\``).join(', ')}.\n\n| type | status | means |\n| --- | --- | --- |\n${kinds.join('\n')}\n`,
    `## Schemas\n\n${schemas.join('\n')}`,
  ].join('\n');
}

function operationSection(operation: Operation, title: string, caller: string): string {
  const parts = [`### \`${title}\``, operation.description ?? operation.summary ?? '', `For: ${caller}.`];
  const parameters = (operation.parameters ?? []).map(
    ({ name, in: where, required, schema, description }) =>
      `| \`${name}\` | ${where} | ${typeOf(schema ?? {})} | ${required ? 'yes' : ''} | ${cell(description ?? schema?.description)} |`,
  );
  if (parameters.length > 0) {
    parts.push(`| parameter | in | type | required | |\n| --- | --- | --- | --- | --- |\n${parameters.join('\n')}`);
  }
  const body = contentOf(operation.requestBody);
  if (body) parts.push(`Takes ${body}`);
  const refusals: string[] = [];
  for (const [status, response] of Object.entries(operation.responses)) {
    if (response.content?.['application/problem+json']) {
      const named = [...(response.description ?? '').matchAll(/urn:otaplan:problem:([\w-]+)/g)].map(([, name]) => name);
      refusals.push(
        ...named.filter((name) => !everywhere.includes(name ?? '')).map((name) => `\`${name}\` (${status})`),
      );
    } else parts.push(`Answers ${status}${contentOf(response) ? `, ${contentOf(response)}` : '.'}`);
  }
  if (refusals.length > 0) parts.push(`Problems: ${refusals.join(', ')}.`);
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}

function contentOf(content: Content | undefined): string {
  const [first] = Object.entries(content?.content ?? {});
  if (!first) return '';
  const [type, { schema = {} }] = first;
  if (type !== 'application/json') return `\`${type}\`.`;
  return schema.properties ? `JSON:\n\n${shape(schema).trimEnd()}` : `${typeOf(schema)}.`;
}

/** Fields of an object as a table; anything else as its type. */
function shape(schema: Schema): string {
  const rows = fields(schema, '');
  if (rows.length === 0) return `${typeOf(schema)}\n`;
  return `| field | type | required | |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

function fields(schema: Schema, prefix: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const required = schema.required?.includes(name) ? 'yes' : '';
    const row = `| \`${prefix}${name}\` | ${typeOf(field)} | ${required} | ${cell(field.description)} |`;
    const inner = field.type === 'array' ? field.items : field;
    const below = inner?.$ref ? [] : fields(inner ?? {}, `${prefix}${name}${field.type === 'array' ? '[]' : ''}.`);
    return [row, ...below];
  });
}

function typeOf(schema: Schema): string {
  const { $ref, type, anyOf, oneOf, allOf } = schema;
  if ($ref !== undefined) {
    const name = $ref.slice($ref.lastIndexOf('/') + 1);
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(' or ');
  const several = anyOf ?? oneOf ?? allOf;
  if (several) return [...new Set(several.map(typeOf))].join(allOf ? ' and ' : ' or ');
  if (type === 'array') return `list of ${typeOf(schema.items ?? {})}${limits(schema)}`;
  if (type === undefined) return 'anything';
  return `${typeof type === 'string' ? type : type.join(' or ')}${limits(schema)}`;
}

function limits({ format, minimum, maximum, minLength, maxLength, maxItems }: Schema): string {
  const said: string[] = [];
  if (format !== undefined) said.push(format);
  // Bounds of what a number can be at all are no news.
  const real = (bound: number | undefined): bound is number =>
    bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  if (real(minimum) && real(maximum)) said.push(`${minimum} to ${maximum}`);
  else if (real(minimum)) said.push(`at least ${minimum}`);
  else if (real(maximum)) said.push(`at most ${maximum}`);
  if (minLength !== undefined) said.push(`at least ${minLength} characters`);
  if (maxLength !== undefined) said.push(`at most ${maxLength} characters`);
  if (maxItems !== undefined) said.push(`at most ${maxItems}`);
  return said.length > 0 ? ` (${said.join(', ')})` : '';
}

function cell(text: string | undefined): string {
  return (text ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ');
}
