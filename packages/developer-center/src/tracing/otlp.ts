import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { type Environment, nothing, type Tracing, type TracingParts, type Work } from './tracing.ts';

/** How long the end of the service waits for the last spans to go out. */
const graceMs = 1000;
const serviceName = 'otaplan-developer-center';

/** Sends spans to an OTLP collector. Headers, time-outs and certificates are the exporter's own to read from the environment. */
export function otlpTracing(
  url: string,
  environment: Environment,
  { version, clock, random, log }: TracingParts,
): Tracing {
  const hex = (bytes: number) => Buffer.from(random(bytes)).toString('hex');
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': serviceName,
      'service.version': version,
      ...given(environment),
    }),
    sampler: samplerOf(environment),
    idGenerator: { generateTraceId: () => hex(16), generateSpanId: () => hex(8) },
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url }) })],
  });
  const tracer = provider.getTracer(serviceName, version);
  const current = new AsyncLocalStorage<Context>();
  return {
    isOn: true,
    begin(kind, at, caller = null) {
      const parent = kind === 'server' ? callerContext(caller) : current.getStore();
      // What nobody asked for, such as looking again and again whether something is due, would drown the rest.
      if (!parent) return nothing;
      const options = { kind: kind === 'server' ? SpanKind.SERVER : SpanKind.INTERNAL, startTime: at };
      return workOf(tracer.startSpan(kind, options, parent), parent, current);
    },
    close: () =>
      new Promise((resolve) => {
        const callOff = clock.after(graceMs, resolve);
        // A collector that cannot be reached now is told of nothing; nobody waits for it.
        const missed = (error: unknown) => log.warn({ err: error }, 'The last traces could not be sent.');
        void provider
          .shutdown()
          .catch(missed)
          .finally(() => {
            callOff();
            resolve();
          });
      }),
  };
}

function workOf(span: Span, parent: Context, current: AsyncLocalStorage<Context>): Work {
  const inside = trace.setSpan(parent, span);
  return {
    traceId: span.spanContext().traceId,
    run: (work) => current.run(inside, work),
    end(at, name, attributes, failed) {
      span.updateName(name);
      span.setAttributes(attributes);
      if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(at);
    },
  };
}

/** The caller's span, when its `traceparent` is one (https://www.w3.org/TR/trace-context/). */
function callerContext(header: string | null): Context {
  const [, traceId = '', spanId = '', flags = ''] =
    /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/.exec(header ?? '') ?? [];
  if (traceId === '') return ROOT_CONTEXT;
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

/** `OTEL_RESOURCE_ATTRIBUTES` (`key=value,…`, percent-encoded) and `OTEL_SERVICE_NAME`, which wins. */
function given(environment: Environment): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const pair of (environment['OTEL_RESOURCE_ATTRIBUTES'] ?? '').split(',')) {
    const [key = '', ...value] = pair.split('=');
    if (key.trim() !== '' && value.length > 0) attributes[key.trim()] = decoded(value.join('=').trim());
  }
  const name = environment['OTEL_SERVICE_NAME'];
  return name ? { ...attributes, 'service.name': name } : attributes;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `OTEL_TRACES_SAMPLER`; what is not known means the default, as the specification has it. */
function samplerOf(environment: Environment): Sampler {
  const given = Number(environment['OTEL_TRACES_SAMPLER_ARG'] ?? 1);
  const ratio = given >= 0 && given <= 1 ? given : 1;
  const [, parentBased, name] = /^(parentbased_)?(.*)$/.exec(environment['OTEL_TRACES_SAMPLER'] ?? '') ?? [];
  const samplers: Readonly<Record<string, Sampler>> = {
    always_on: new AlwaysOnSampler(),
    always_off: new AlwaysOffSampler(),
    traceidratio: new TraceIdRatioBasedSampler(ratio),
  };
  const root = samplers[name ?? ''];
  if (root && !parentBased) return root;
  return new ParentBasedSampler({ root: root ?? new AlwaysOnSampler() });
}
