import type { PlanOverview } from '@otaplan/api';
import type { Change, Changes } from '../center/changes.ts';
import type { Clock } from '../clock.ts';
import { Journal } from './journal.ts';
import type { Log } from './log.ts';

/** Ten frames a second of one plan, of which a tick sends two: its state and its devices. */
const tickMs = 200;
const heartbeatMs = 15_000;
/** A reader that takes nothing for this long is let go. */
const stuckMs = 60_000;
/** Bytes that may wait for a reader before nothing more is written to it. */
const mostWaiting = 256 * 1024;

interface Stream {
  /** Id of the account whose plans the reader may see. */
  readonly account: string;
  /** Id of the access key that opened it. */
  readonly key: string;
  /** `null`: every plan of the account. */
  readonly planId: string | null;
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  /** Breaks the connection of a reader that takes nothing. */
  readonly hangUp: () => void;
  /** Number of the last change that was sent. */
  sent: number;
  lastTaken: number;
  lastWritten: number;
  cancelled: boolean;
}

/** A plan's state, and the account that it belongs to; `null`: it was deleted. */
type ReadPlan = (planId: string) => Promise<{ account: string; overview: PlanOverview } | null>;

interface Environment {
  readonly clock: Clock;
  readonly log: Log;
  /** Tells this run of the service from others: ids of another run cannot be resumed. */
  readonly epoch: string;
  /** Whether an access key opens anything still. */
  readonly holds: (key: string) => Promise<boolean>;
}

/**
 * Live changes as server-sent events. A stream keeps the number of the last change that it sent and nothing else: at every tick it is
 * sent the state of what changed since. So changes fold together for a slow reader, and none can make memory grow.
 */
export class EventStreams {
  readonly #streams = new Set<Stream>();
  readonly #journal: Journal;
  readonly #readPlan: ReadPlan;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #epoch: string;
  readonly #holds: Environment['holds'];
  readonly #stop: (() => void)[] = [];
  #lastTick = Number.NEGATIVE_INFINITY;
  #tickPlanned = false;
  #ticking = false;
  #closed = false;

  constructor(changes: Changes, readPlan: ReadPlan, environment: Environment) {
    this.#readPlan = readPlan;
    this.#clock = environment.clock;
    this.#log = environment.log;
    this.#epoch = environment.epoch;
    this.#holds = environment.holds;
    this.#journal = new Journal();
    this.#stop.push(changes.subscribe((change) => this.#heard(change)));
    this.#beat();
  }

  /** How many readers there are. */
  get open(): number {
    return this.#streams.size;
  }

  /**
   * A new stream.
   * @param by the account whose plans it may tell of, and the access key that opened it: when that is over, so is the stream
   * @param lastEventId what the reader saw last, to go on from there; when that cannot be done it is sent `resync`
   */
  stream(
    by: { readonly account: string; readonly key: string },
    planId: string | null,
    lastEventId: string | null,
    hangUp: () => void,
  ): ReadableStream<Uint8Array> {
    let stream: Stream | null = null;
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          const now = this.#clock.now();
          stream = {
            ...by,
            planId,
            controller,
            hangUp,
            sent: this.#journal.last,
            lastTaken: now,
            lastWritten: now,
            cancelled: false,
          };
          this.#open(stream, lastEventId);
        },
        pull: () => {
          if (stream) stream.lastTaken = this.#clock.now();
        },
        cancel: () => {
          if (stream) this.#drop(stream);
        },
      },
      { highWaterMark: mostWaiting, size: (chunk) => chunk?.byteLength ?? 0 },
    );
  }

  /** Ends every stream; readers come again and resume or resync. */
  close(): void {
    this.#closed = true;
    for (const stop of this.#stop.splice(0)) stop();
    for (const stream of [...this.#streams]) {
      this.#drop(stream);
      stream.controller.close();
    }
  }

  #open(stream: Stream, lastEventId: string | null): void {
    if (this.#closed) {
      stream.controller.close();
      return;
    }
    const resumed = lastEventId === null ? null : this.#resumable(lastEventId);
    if (resumed !== null) stream.sent = resumed;
    this.#streams.add(stream);
    // An id without data: whoever is cut off before the first change resumes from here.
    this.#write(stream, `retry: 2000\n: open\nid: ${this.#id(stream.sent)}\n\n`);
    if (lastEventId !== null && resumed === null)
      this.#write(stream, frame('resync', { reason: 'The stream cannot go on from there: read everything again.' }));
    if (stream.planId !== null) this.#journal.touch(stream.planId);
    if (stream.sent < this.#journal.last) this.#plan();
  }

  #resumable(lastEventId: string): number | null {
    const [epoch, number = ''] = lastEventId.split('-');
    if (epoch !== this.#epoch || !/^\d{1,15}$/.test(number)) return null;
    const last = Number(number);
    return last <= this.#journal.last && last >= this.#journal.oldest ? last : null;
  }

  #heard(change: Change): void {
    if (change.kind === 'messages') return;
    this.#journal.note(change);
    if (this.#streams.size > 0) this.#plan();
  }

  #plan(): void {
    if (this.#tickPlanned || this.#ticking || this.#closed) return;
    this.#tickPlanned = true;
    const wait = Math.min(tickMs, Math.max(0, this.#lastTick + tickMs - this.#clock.now()));
    const stop = this.#clock.after(wait, () => {
      this.#stop.splice(this.#stop.indexOf(stop), 1);
      this.#tickPlanned = false;
      this.#tick().catch((error: unknown) => this.#log.error({ err: error }, 'Live changes could not be sent.'));
    });
    this.#stop.push(stop);
  }

  async #tick(): Promise<void> {
    this.#ticking = true;
    this.#lastTick = this.#clock.now();
    const upTo = this.#journal.last;
    try {
      const states = new Map<string, ReturnType<ReadPlan>>();
      for (const stream of [...this.#streams]) await this.#advance(stream, upTo, states);
    } finally {
      this.#ticking = false;
    }
    if ([...this.#streams].some((stream) => stream.sent < this.#journal.last && !isFull(stream))) this.#plan();
  }

  async #advance(stream: Stream, upTo: number, states: Map<string, ReturnType<ReadPlan>>): Promise<void> {
    if (stream.sent >= upTo || isFull(stream)) return;
    const frames: string[] = [];
    for (const planId of this.#journal.plansSince(stream.sent, stream.planId)) {
      const state = states.get(planId) ?? this.#readPlan(planId);
      states.set(planId, state);
      const found = await state;
      if ((found ? found.account : this.#journal.deletedFrom(planId)) !== stream.account) continue;
      frames.push(found ? frame('plan', found.overview) : frame('planDeleted', { planId }));
      if (found && stream.planId !== null) {
        const changed = this.#journal.devicesSince(planId, stream.sent);
        if (changed) frames.push(frame('devices', { planId, ...changed }));
      }
    }
    stream.sent = upTo;
    const last = frames.pop();
    // The id stands on the last frame alone: whoever is cut off before it gets all of them again.
    if (last !== undefined) this.#write(stream, `${frames.join('')}id: ${this.#id(upTo)}\n${last}`);
  }

  #beat(): void {
    const stop = this.#clock.after(heartbeatMs, () => {
      this.#stop.splice(this.#stop.indexOf(stop), 1);
      const now = this.#clock.now();
      for (const stream of [...this.#streams]) {
        if (isFull(stream) && now - stream.lastTaken > stuckMs) {
          this.#drop(stream);
          stream.hangUp();
        } else if (!isFull(stream) && now - stream.lastWritten >= heartbeatMs) this.#write(stream, ': still here\n\n');
      }
      this.#endThoseOver().catch((error: unknown) =>
        this.#log.error({ err: error }, 'Streams could not be looked at.'),
      );
      if (!this.#closed) this.#beat();
      this.#plan();
    });
    this.#stop.push(stop);
  }

  /** A key may be revoked, expire, or its account be closed while a stream is open. */
  async #endThoseOver(): Promise<void> {
    for (const key of new Set([...this.#streams].map((stream) => stream.key))) {
      if (await this.#holds(key)) continue;
      for (const stream of [...this.#streams].filter((each) => each.key === key)) {
        this.#drop(stream);
        stream.controller.close();
      }
    }
  }

  #write(stream: Stream, text: string): void {
    if (stream.cancelled) return;
    stream.lastWritten = this.#clock.now();
    stream.controller.enqueue(new TextEncoder().encode(text));
  }

  #drop(stream: Stream): void {
    stream.cancelled = true;
    this.#streams.delete(stream);
  }

  #id(number: number): string {
    return `${this.#epoch}-${number}`;
  }
}

function isFull(stream: Stream): boolean {
  return (stream.controller.desiredSize ?? 0) <= 0;
}

function frame(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
