/** Bounds of the histogram of answer times, in seconds. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

interface Answered {
  readonly endpoint: string;
  readonly status: number;
  count: number;
}
interface Times {
  readonly buckets: number[];
  sum: number;
  count: number;
}

/** A value that is read when somebody asks. */
export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly read: () => number;
}

/**
 * What is counted of the running service, as Prometheus reads it (text format 0.0.4). Endpoints go by their id and never by their
 * address, so that neither keys nor secrets get in, and nobody can make the series grow.
 */
export class Metrics {
  readonly #answered = new Map<string, Answered>();
  readonly #times = new Map<string, Times>();
  readonly #gauges: readonly Gauge[];

  constructor(gauges: readonly Gauge[]) {
    this.#gauges = gauges;
  }

  /** A request was answered. @param endpoint its id; `other`: none of the contract's @param milliseconds it took */
  answered(endpoint: string, status: number, milliseconds: number): void {
    const key = `${endpoint} ${status}`;
    const known = this.#answered.get(key);
    if (known) known.count++;
    else this.#answered.set(key, { endpoint, status, count: 1 });
    let times = this.#times.get(endpoint);
    if (!times) {
      times = { buckets: bounds.map(() => 0), sum: 0, count: 0 };
      this.#times.set(endpoint, times);
    }
    const seconds = Math.max(0, milliseconds) / 1000;
    times.sum += seconds;
    times.count++;
    for (const [index, bound] of bounds.entries()) {
      if (seconds <= bound) times.buckets[index] = (times.buckets[index] ?? 0) + 1;
    }
  }

  /** The page. */
  text(): string {
    const lines: string[] = [];
    const head = (name: string, type: string, help: string) =>
      void lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    head('otaplan_requests_total', 'counter', 'Requests answered, by endpoint and status.');
    for (const { endpoint, status, count } of this.#answered.values()) {
      lines.push(`otaplan_requests_total{endpoint="${endpoint}",status="${status}"} ${count}`);
    }
    const seconds = 'otaplan_request_seconds';
    head(seconds, 'histogram', 'Time until a request was answered; long polls count with their wait.');
    for (const [endpoint, { buckets, sum, count }] of this.#times) {
      for (const [index, bound] of bounds.entries()) {
        lines.push(`${seconds}_bucket{endpoint="${endpoint}",le="${bound}"} ${buckets[index]}`);
      }
      lines.push(`${seconds}_bucket{endpoint="${endpoint}",le="+Inf"} ${count}`);
      lines.push(`${seconds}_sum{endpoint="${endpoint}"} ${sum}`, `${seconds}_count{endpoint="${endpoint}"} ${count}`);
    }
    for (const { name, help, read } of this.#gauges) {
      head(name, 'gauge', help);
      lines.push(`${name} ${read()}`);
    }
    return `${lines.join('\n')}\n`;
  }
}
