import { createHash } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import {
  downloadFile,
  type Endpoint,
  endpoints,
  openApiDocument,
  type ProblemName,
  problemNames,
  problemPage,
  problems,
  problemType,
} from '@otaplan/api';
import { type Context, Hono } from 'hono';
import { ProblemError } from '../center/problem-error.ts';
import type { Clock } from '../clock.ts';
import type { AccountStore, KeptReply } from '../store/accounts.ts';
import type { Tracing } from '../tracing/tracing.ts';
import { bodyLimit } from './body-limits.ts';
import { type Caller, callerKind, callerName, reaches } from './callers.ts';
import { checkOrigin, type HostRules } from './hosts.ts';
import { guardedRequest, type Idempotency } from './idempotency.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { checkOwnership } from './ownership.ts';
import { asProblem, CloudError, cloudReply, problemReply } from './problem-reply.ts';
import type { Rates } from './rates.ts';
import type { Readiness } from './readiness.ts';
import { parseCall, parseJson, readBody } from './requests.ts';
import { assertComplete, type Call, type Route } from './routes.ts';

/** What the application needs to answer a call, beside its handlers. */
export interface Surroundings {
  readonly clock: Clock;
  readonly log: Log;
  readonly hosts: HostRules;
  readonly rates: Rates;
  /** How many calls a device may make. */
  readonly deviceRates: Rates;
  readonly idempotency: Idempotency;
  readonly version: string;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly accounts: Pick<AccountStore, 'ownerOf'>;
  /** Makes a reply that holds a secret unreadable while it is kept for repeats. */
  readonly sealing: { seal(text: string): string; unseal(sealed: string): string };
  /** Proves who calls, or throws a `ProblemError`. */
  readonly authenticate: (
    kind: Caller['kind'],
    headers: Headers,
    params: Readonly<Record<string, string>>,
  ) => Promise<Caller>;
  /** Whether the service is about to stop and takes nothing new. */
  readonly isClosing: () => boolean;
  /** Whether the service can do its work now. */
  readonly readiness: () => Promise<Readiness>;
  /** A new name for a request: in problem documents and in the log. */
  readonly nameRequest: () => string;
}

type Env = {
  Bindings: HttpBindings;
  Variables: { instance: string; who: string; route: Endpoint | null; trace: { trace_id?: string } };
};
export type App = Hono<Env>;

/** The HTTP application: every endpoint of the contract by its route, and what surrounds all of them. */
export function createApp(routes: readonly Route[], surroundings: Surroundings): App {
  assertComplete(endpoints, routes);
  const app: App = new Hono<Env>();
  app.use(async (c, next) => {
    await logged(c, next, surroundings);
  });
  app.use(async (c, next) => {
    if (surroundings.isClosing()) throw new ProblemError('unavailable', 'Developer Center is stopping.');
    checkOrigin(c.req.raw.headers, surroundings.hosts);
    await next();
  });
  for (const route of routes) {
    app.on(route.endpoint.method, honoPath(route.endpoint.path), async (c) => {
      c.set('route', route.endpoint);
      return await answer(c, route, surroundings);
    });
  }
  addPlainPages(app, surroundings);
  addRefusedMethods(app);
  app.notFound((c) => refuse(c, new ProblemError('not-found', 'Developer Center has nothing at this address.')));
  app.onError((error, c) => {
    if (!(error instanceof ProblemError || error instanceof CloudError) || isInternal(error))
      surroundings.log.error({ ...c.get('trace'), request: c.get('instance'), err: error }, 'A request failed.');
    return refuse(c, error);
  });
  return app;
}

async function answer(c: Context<Env>, route: Route, surroundings: Surroundings): Promise<Response> {
  const { endpoint } = route;
  const { incoming } = c.env;
  const headers = c.req.raw.headers;
  const params = c.req.param() as Record<string, string>;
  const caller = await surroundings.authenticate(callerKind(endpoint.access), headers, params);
  c.set('who', callerName(caller));
  checkRole(endpoint, caller);
  checkRate(endpoint, caller, incoming.socket.remoteAddress ?? '-', surroundings);
  const takesJson = endpoint.body !== null && endpoint.bodyType === 'json';
  const bytes = takesJson ? await readBody(incoming, bodyLimit(endpoint), surroundings.clock) : Buffer.alloc(0);
  const parsed = parseCall(endpoint, {
    params,
    query: c.req.query(),
    body: takesJson ? parseJson(bytes, headers.get('Content-Type')) : undefined,
  });
  if (caller.kind === 'key') await checkOwnership(caller.account, endpoint, parsed, surroundings.accounts);
  const run = async (again: boolean) => {
    const reply = new Headers();
    // Parsed by this endpoint's own schemas just above.
    const call = { ...parsed, caller, request: c.req.raw, incoming, reply, again } as Call<unknown>;
    return { value: await route.handle(call), reply };
  };
  const path = new URL(c.req.url).pathname;
  const key = endpoint.idempotent ? headers.get('Idempotency-Key') : null;
  const guarded = guardedRequest(callerName(caller), { method: endpoint.method, path, key }, bytes);
  if (guarded === null) {
    const { value, reply } = await run(false);
    return value instanceof Response ? value : respond(endpoint, keptReply(endpoint, value, reply), headers);
  }
  const kept = await surroundings.idempotency.once(guarded, async (again) => {
    const { value, reply } = await run(again);
    const made = keptReply(endpoint, value, reply);
    return endpoint.holdsSecret ? { ...made, body: surroundings.sealing.seal(made.body) } : made;
  });
  const body = endpoint.holdsSecret ? surroundings.sealing.unseal(kept.body) : kept.body;
  return respond(endpoint, { ...kept, body }, headers);
}

function keptReply(endpoint: Endpoint, value: unknown, reply: Headers): KeptReply {
  const body = endpoint.reply === null ? '' : JSON.stringify(value);
  return { status: endpoint.status, headers: JSON.stringify([...reply]), body };
}

function respond(endpoint: Endpoint, kept: KeptReply, request: Headers): Response {
  const headers = new Headers(JSON.parse(kept.headers) as [string, string][]);
  headers.set('Cache-Control', 'no-store');
  if (kept.status === 204) return new Response(null, { status: 204, headers });
  headers.set('Content-Type', 'application/json');
  // A handler's own ETag is a revision that guards edits. It does not tell whether the counts beside it moved, so that only an ETag
  // over the whole reply can spare a poller the body.
  if (endpoint.method === 'GET' && !headers.has('ETag')) {
    const etag = `W/"${createHash('sha256').update(kept.body).digest('base64url').slice(0, 22)}"`;
    headers.set('ETag', etag);
    headers.set('Cache-Control', 'private, no-cache');
    if (request.get('If-None-Match') === etag) return new Response(null, { status: 304, headers });
  }
  return new Response(kept.body, { status: kept.status, headers });
}

function checkRole(endpoint: Endpoint, caller: Caller): void {
  if (caller.kind !== 'key') return;
  const { access } = endpoint;
  if ((access === 'viewer' || access === 'operator' || access === 'owner') && !reaches(caller.role, access))
    throw new ProblemError(
      'not-permitted',
      `This needs an access key with the role ${access}; yours is ${caller.role}.`,
    );
}

function checkRate(endpoint: Endpoint, caller: Caller, address: string, { rates, deviceRates }: Surroundings): void {
  // Devices are many, often behind one address: each has a measure of its own, and downloads have none.
  if (caller.kind !== 'device' && endpoint.tag === 'Devices') return;
  const seconds =
    caller.kind === 'device'
      ? deviceRates.take(callerName(caller))
      : rates.take(caller.kind === 'anyone' ? `address ${address}` : callerName(caller));
  if (seconds > 0) throw new TooManyRequests(seconds);
}

/** Too many calls; carries what `Retry-After` says. */
class TooManyRequests extends ProblemError {
  readonly seconds: number;
  constructor(seconds: number) {
    super('too-many-requests', `Come again in ${seconds} s.`);
    this.seconds = seconds;
  }
}

function isInternal(error: Error): boolean {
  return error instanceof ProblemError && error.problem === 'internal';
}

/** Any failure as the caller of this address expects it: in the published envelope under `/v2`, else as a problem document. */
function refuse(c: Context<Env>, error: unknown): Response {
  const headers = new Headers({ 'Cache-Control': 'no-store' });
  const problem = error instanceof CloudError ? null : asProblem(error);
  if (problem instanceof TooManyRequests) headers.set('Retry-After', String(problem.seconds));
  if (problem?.problem === 'unavailable' || problem?.problem === 'key-in-progress') headers.set('Retry-After', '1');
  if (problem instanceof MethodRefused) headers.set('Allow', problem.allowed);
  if (problem?.problem === 'too-large') headers.set('Connection', 'close');
  const isPublished = new URL(c.req.url).pathname.startsWith('/v2/');
  if (isPublished || !problem) return cloudReply(error, headers, c.req.header('Authorization') !== undefined);
  const status = problem instanceof MethodRefused ? 405 : undefined;
  return problemReply(problem, c.get('instance'), headers, status);
}

class MethodRefused extends ProblemError {
  readonly allowed: string;
  constructor(allowed: string) {
    super('invalid-request', `This address takes ${allowed}.`);
    this.allowed = allowed;
  }
}

function addRefusedMethods(app: App): void {
  const methods = new Map<string, Set<string>>();
  for (const { path, method } of endpoints) methods.set(path, (methods.get(path) ?? new Set()).add(method));
  for (const [path, allowed] of methods)
    app.all(honoPath(path), () => {
      throw new MethodRefused([...allowed].sort().join(', '));
    });
}

/** About a type of problem, for people: to read where the reply's `Link` leads. */
function pageAbout(name: ProblemName): string {
  const { status, title, help } = problems[name];
  return `${problemType(name)}\nHTTP status ${status}\n\n${title}\n\n${help}\n`;
}

function addPlainPages(app: App, surroundings: Surroundings): void {
  for (const name of problemNames) app.get(problemPage(name), (c) => c.text(pageAbout(name)));
  const document = JSON.stringify(openApiDocument(surroundings.version));
  app.get('/ota/v1/openapi.json', (c) => c.body(document, 200, { 'Content-Type': 'application/json' }));
  app.get('/metrics', (c) => c.body(surroundings.metrics.text(), 200, { 'Content-Type': metricsType }));
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  // A load balancer must not take every replica out when what all of them share is away: that is for who asks with `all`.
  app.get('/readyz', async (c) => {
    const { ready, parts, problems } = await surroundings.readiness();
    const wanted = ready && (problems.length === 0 || c.req.query('all') === undefined);
    if (problems.length > 0) surroundings.log.error({ parts }, `Developer Center is not whole. ${problems.join(' ')}`);
    if (!wanted) throw new ProblemError('unavailable', problems.join(' '));
    return c.json({ status: problems.length === 0 ? 'ok' : 'degraded', parts });
  });
}

async function logged(c: Context<Env>, next: () => Promise<void>, surroundings: Surroundings) {
  const { clock, log, metrics, tracing, nameRequest } = surroundings;
  const start = clock.now();
  const work = tracing.begin('server', start, c.req.header('traceparent') ?? null);
  c.set('trace', work.traceId === null ? {} : { trace_id: work.traceId });
  c.set('instance', nameRequest());
  c.set('who', '-');
  c.set('route', null);
  await work.run(next);
  const endpoint = c.get('route');
  const { status } = c.res;
  // The route and never the path: neither keys nor secrets get in (semantic conventions for HTTP spans).
  const route = endpoint?.path ?? 'other';
  const told = { 'http.request.method': c.req.method, 'http.route': route, 'http.response.status_code': status };
  const who = { 'otaplan.caller': c.get('who'), 'otaplan.request': c.get('instance') };
  work.end(clock.now(), `${c.req.method} ${route}`, { ...told, ...who }, status >= 500);
  metrics.answered(endpoint?.id ?? 'other', status, clock.now() - start);
  // Devices call without end: only what went wrong is worth a line.
  if (endpoint?.tag === 'Devices' && status < 400) return;
  const path = loggedPath(new URL(c.req.url).pathname);
  const fields = {
    ...c.get('trace'),
    request: c.get('instance'),
    method: c.req.method,
    path,
    status,
    who: c.get('who'),
  };
  log.info({ ...fields, ms: clock.now() - start }, 'request');
}

/** Without the query, which may hold a secret; a download's path holds one, too, however it is called. */
function loggedPath(path: string): string {
  const [before = ''] = downloadFile.path.split('{');
  return path.startsWith(before) ? downloadFile.path : path.slice(0, 300);
}

const metricsType = 'text/plain; version=0.0.4; charset=utf-8';

function honoPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}
