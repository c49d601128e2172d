import type { Change, Changes } from '../center/changes.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../http/log.ts';
import type { PlanStore } from '../store/plans.ts';
import type { Relay } from '../store/store.ts';

/** At most ten times a second. */
const gatherMs = 100;
/** Above this many, all of a product's devices are woken, and readers of a plan read all of its devices again. */
const mostNamed = 1000;
/** Device keys in one hint, which has less than 8000 bytes. */
const namedPerHint = 150;

type Devices = Extract<Change, { kind: 'devices' }>['devices'];

/**
 * Makes replicas hear of each other's changes. What goes over is a hint: whoever hears it reads the state again. After a connection
 * that was broken everything under way counts as changed.
 */
export class SharedChanges {
  readonly #changes: Changes;
  readonly #relay: Relay;
  readonly #clock: Clock;
  readonly #plans = new Set<string>();
  /** With the account that it belonged to. */
  readonly #deleted = new Map<string, string>();
  readonly #devices = new Map<string, Map<string, Devices[number]>>();
  readonly #messages = new Map<string, Set<string> | 'all'>();
  /** What is told now came from another replica: it is not sent round again. */
  #relaying = false;
  #callOff: (() => void) | null = null;

  constructor(changes: Changes, relay: Relay, clock: Clock) {
    this.#changes = changes;
    this.#relay = relay;
    this.#clock = clock;
    changes.subscribe((change) => {
      if (!this.#relaying) this.#gather(change);
    });
  }

  /** Begins to hear the others. */
  async start(plans: Pick<PlanStore, 'activatedPlans'>, log: Log): Promise<void> {
    const everything = async () => {
      for (const { id, document } of await plans.activatedPlans()) {
        this.#tell({ kind: 'plan', planId: id });
        this.#tell({ kind: 'devices', planId: id, devices: [], more: true });
        this.#tell({ kind: 'messages', productKey: document.product, deviceKeys: 'all' });
      }
    };
    await this.#relay.hear(
      (hint) => {
        const change = parse(hint);
        if (change) this.#tell(change);
      },
      () => {
        everything().catch((error: unknown) =>
          log.error({ err: error }, 'What other replicas changed could not be read.'),
        );
      },
    );
  }

  close(): void {
    this.#callOff?.();
    this.#send();
  }

  #tell(change: Change): void {
    this.#relaying = true;
    try {
      this.#changes.tell(change);
    } finally {
      this.#relaying = false;
    }
  }

  #gather(change: Change): void {
    switch (change.kind) {
      case 'plan':
        this.#plans.add(change.planId);
        break;
      case 'planDeleted':
        this.#deleted.set(change.planId, change.account);
        break;
      case 'devices': {
        const devices = this.#devices.get(change.planId) ?? new Map<string, Devices[number]>();
        for (const device of change.devices) devices.set(device.deviceKey, device);
        this.#devices.set(change.planId, devices);
        break;
      }
      case 'messages': {
        const keys = this.#messages.get(change.productKey) ?? new Set<string>();
        const all = keys === 'all' || change.deviceKeys === 'all';
        if (!all) for (const key of change.deviceKeys) keys.add(key);
        this.#messages.set(change.productKey, all || keys.size > mostNamed ? 'all' : keys);
        break;
      }
    }
    this.#callOff ??= this.#clock.after(gatherMs, () => this.#send());
  }

  #send(): void {
    this.#callOff = null;
    const tell = (change: Change) => this.#relay.tell(JSON.stringify(change));
    for (const [planId, account] of this.#deleted) tell({ kind: 'planDeleted', planId, account });
    for (const [planId, devices] of this.#devices) {
      if (devices.size > mostNamed) tell({ kind: 'devices', planId, devices: [], more: true });
      else
        for (const part of parts([...devices.values()])) tell({ kind: 'devices', planId, devices: part, more: false });
    }
    for (const planId of this.#plans) tell({ kind: 'plan', planId });
    for (const [productKey, keys] of this.#messages) {
      if (keys === 'all') tell({ kind: 'messages', productKey, deviceKeys: 'all' });
      else for (const part of parts([...keys])) tell({ kind: 'messages', productKey, deviceKeys: part });
    }
    for (const gathered of [this.#plans, this.#deleted, this.#devices, this.#messages]) gathered.clear();
  }
}

function parts<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / namedPerHint) }, (_, part) =>
    all.slice(part * namedPerHint, (part + 1) * namedPerHint),
  );
}

/** A hint of another replica; `null` for what a newer version says and this one does not know. */
function parse(hint: string): Change | null {
  try {
    const change = JSON.parse(hint) as Partial<Record<string, unknown>> | null;
    const known = ['plan', 'planDeleted', 'devices', 'messages'].includes(String(change?.['kind']));
    const ofPlan = typeof change?.['planId'] === 'string' || typeof change?.['productKey'] === 'string';
    return known && ofPlan ? (change as unknown as Change) : null;
  } catch {
    return null;
  }
}
