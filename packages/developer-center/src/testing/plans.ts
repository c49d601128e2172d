import { type Plan, singleWave, withDigest } from '@otaplan/model';
import { type Callable, deviceSecret, product, type Reply } from './running.ts';

/** A silent plan for every device of the product: FOTA to 2.0.0, from now on, for a week. */
export function planDocument(more: Partial<Plan> = {}): Plan {
  return withDigest({
    name: 'March',
    product,
    effective: {
      start: '2027-03-01T08:00',
      end: '2027-03-08T08:00',
      zone: 'UTC',
      startUtc: '2027-03-01T08:00:00Z',
      endUtc: '2027-03-08T08:00:00Z',
    },
    targets: { all: true, include: [], exclude: [], count: null },
    components: [
      {
        component: 'modem',
        type: 'module',
        identifier: 'FOTA',
        mode: 'full',
        target: '2.0.0',
        sources: [],
        versions: null,
        package: null,
      },
    ],
    mode: { kind: 'silent', push: 'any', afterRejectionMinutes: 120 },
    conditions: { batteryPercent: 30, signalDbm: -113 },
    retry: 0,
    waves: singleWave,
    allow: [],
    ...more,
  });
}

/** Saves a plan; fails the test when it is refused. */
export async function savePlan(running: Callable, document: Plan = planDocument()): Promise<string> {
  const reply = await running.call('POST', '/ota/v1/plans', { body: { document } });
  if (reply.status !== 201) throw new Error(reply.text);
  return reply.json.plan.id;
}

export async function activate(running: Callable, planId: string): Promise<void> {
  const reply = await running.call('POST', `/ota/v1/plans/${planId}/activate`, { body: {} });
  if (reply.status !== 200) throw new Error(reply.text);
}

/** A device as its firmware would call. */
export class TestDevice {
  readonly #running: Callable;
  readonly #product: string;
  readonly key: string;
  readonly #authorization: string;
  #reports = 0;

  constructor(running: Callable, key: string, secret = deviceSecret(key), productKey = product) {
    this.#running = running;
    this.#product = productKey;
    this.key = key;
    this.#authorization = `Device ${secret}`;
  }

  get path(): string {
    return `/device/v1/products/${this.#product}/devices/${this.key}`;
  }

  readPlan(headers: Record<string, string> = {}): Promise<Reply> {
    return this.#running.call('GET', `${this.path}/plan`, { headers, authorization: this.#authorization });
  }

  send(reports: readonly unknown[]): Promise<Reply> {
    return this.#running.call('POST', `${this.path}/reports`, {
      body: { reports },
      authorization: this.#authorization,
    });
  }

  reportVersion(version: string): Promise<Reply> {
    const components = [{ identifier: 'FOTA', type: 'module', version }];
    return this.send([{ id: this.#nextId(), kind: 'versions', components, battery: 80, signal: -70 }]);
  }

  reportStatus(planId: string, status: string, more: object = {}): Promise<Reply> {
    return this.send([{ id: this.#nextId(), kind: 'status', planId, identifier: 'FOTA', attempt: 1, status, ...more }]);
  }

  #nextId(): string {
    return `${this.key}-${++this.#reports}`;
  }
}
