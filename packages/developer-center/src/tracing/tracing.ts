import type { Clock, RandomBytes } from '../clock.ts';
import type { Log } from '../http/log.ts';

/** What is told of a piece of work when it is over. Never a secret: no address, no header, no body. */
export type Attributes = Readonly<Record<string, string | number>>;

/** A piece of work that is followed. */
export interface Work {
  /** 32 hexadecimal digits; `null`: nothing is followed. */
  readonly traceId: string | null;
  /** Runs it, so that what it begins itself is known to be a part of it. */
  run<T>(work: () => T): T;
  /** @param name what it was, once that is known @param failed it went wrong inside */
  end(at: number, name: string, attributes: Attributes, failed: boolean): void;
}

/** Follows work from request to database, for whoever collects OpenTelemetry traces. */
export interface Tracing {
  readonly isOn: boolean;
  /**
   * Begins to follow a request (`server`), or a part of what is followed (`internal`).
   * @param caller `traceparent` of a request (W3C Trace Context), `null`: there is none
   */
  begin(kind: 'server' | 'internal', at: number, caller?: string | null): Work;
  /** Sends what is left. */
  close(): Promise<void>;
}

/** Work that is not followed. */
export const nothing: Work = { traceId: null, run: (work) => work(), end() {} };
export const noTracing: Tracing = { isOn: false, begin: () => nothing, close: async () => {} };

/** What tracing is made of. */
export interface TracingParts {
  readonly version: string;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}

/** Variables of the environment, as OpenTelemetry names them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Tracing as the standard environment variables say (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/):
 * off unless `OTEL_EXPORTER_OTLP_ENDPOINT` or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` says where to. What it needs is loaded only then.
 */
export async function openTracing(environment: Environment, about: TracingParts): Promise<Tracing> {
  const url = tracesUrl(environment);
  if (url === null) return noTracing;
  const protocol = environment['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] ?? environment['OTEL_EXPORTER_OTLP_PROTOCOL'];
  if (protocol !== undefined && protocol !== 'http/json')
    about.log.warn(
      { protocol },
      'Traces are sent as OTLP over HTTP in JSON, whatever OTEL_EXPORTER_OTLP_PROTOCOL says.',
    );
  const { otlpTracing } = await import('./otlp.ts');
  return otlpTracing(url, environment, about);
}

function tracesUrl(environment: Environment): string | null {
  const { OTEL_SDK_DISABLED: disabled, OTEL_TRACES_EXPORTER: exporter } = environment;
  if (disabled?.toLowerCase() === 'true' || (exporter && exporter !== 'otlp')) return null;
  const own = environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  if (own) return own;
  const base = environment['OTEL_EXPORTER_OTLP_ENDPOINT'];
  return base ? `${base.replace(/\/$/, '')}/v1/traces` : null;
}
