/**
 * The rules of one device in a plan a second time, for tests: written from `developer-center.md`, sections 4 to 6, with the codes of
 * section 5 and plain assignments, without log, drafts or tables of ours. Where the engine and this differ, one of them is wrong.
 */
export interface NaivePlan {
  open: boolean;
  over: boolean;
  manual: boolean;
  retry: number;
  rejectionMs: number;
  start: number;
  end: number;
  components: readonly { identifier: string; target: string; sources: readonly string[] }[];
}
export interface NaiveFacts {
  versions: ReadonlyMap<string, string>;
  online: boolean;
  autoUpgrade: boolean;
}

const day = 24 * 3_600_000;
const hour = 3_600_000;
/** Allowed: 0→1→2→4→5→8→9→11; 1→3→1; 5→6; any of 1..9→12; 0→-1. */
const way: Readonly<Record<number, readonly number[]>> = {
  0: [1, -1],
  1: [2, 3, 12],
  2: [4, 12],
  3: [1, 12],
  4: [5, 12],
  5: [6, 8, 12],
  6: [12],
  8: [9, 12],
  9: [11, 12],
};
const underWay = (code: number) => [2, 4, 5, 6, 8, 9].includes(code);
const over = (code: number) => code === 11 || code === 12 || code === -1;

export class NaiveDevice {
  phase: 'waiting' | 'issued' | 'held' | 'ended' = 'waiting';
  confirmed = false;
  heard: number | null = null;
  heldUntil: number | null = null;
  wanted = false;
  user = 0;
  components: { code: number; attempt: number; retries: number; again: number | null; available: boolean }[];

  constructor(count: number) {
    const untouched = () => ({ code: 0, attempt: 0, retries: 0, again: null, available: false });
    this.components = Array.from({ length: count }, untouched);
  }

  issue(plan: NaivePlan, facts: NaiveFacts, now: number, pushed: boolean): void {
    if (this.phase !== 'waiting' || !plan.open) return;
    if (plan.manual && this.user === 0) {
      if (!pushed || !facts.autoUpgrade) return;
      this.user = 1;
    }
    if (this.wanted) {
      this.#beginWanted(now);
      return;
    }
    this.#needless(plan, facts);
    const at = this.#first();
    if (at === -1) {
      this.phase = 'ended';
      return;
    }
    if (this.#at(at).attempt === 0 && !this.#fits(plan, facts, at)) return;
    for (const [index, component] of this.components.entries()) {
      if (component.code === 0 && component.attempt === 0 && this.#fits(plan, facts, index)) component.attempt = 1;
    }
    this.phase = 'issued';
    this.heard = now;
    this.heldUntil = null;
  }

  report(plan: NaivePlan, now: number, identifier: string, attempt: number, code: number): boolean {
    const index = plan.components.findIndex((each) => each.identifier === identifier);
    const component = this.components[index];
    if (!component || component.attempt !== attempt || this.phase !== 'issued') return false;
    // No attempt of it has begun that a device could speak of.
    if (attempt === 0) return false;
    if (!plan.open && !this.confirmed) return false;
    const first = code === 1 && component.code === 1 && !component.available;
    if (!first && !way[component.code]?.includes(code)) return false;
    if (code === 11 || (code !== 1 && this.#first() !== index)) return false;
    this.heard = now;
    if (code === 1) component.available = true;
    if (code === 2) this.confirmed = true;
    if (code === 3) {
      this.phase = 'held';
      this.heldUntil = now + plan.rejectionMs;
    }
    if (code === 6 || code === 12) this.#fail(plan, now, index, code);
    else component.code = code;
    return true;
  }

  versions(plan: NaivePlan, facts: NaiveFacts, now: number): void {
    if (this.phase !== 'issued' || (!plan.open && !this.confirmed)) return;
    this.heard = now;
    for (const [index, component] of this.components.entries()) {
      const version = facts.versions.get(plan.components[index]?.identifier ?? '');
      if (version === undefined) continue;
      if (version !== plan.components[index]?.target) {
        if (component.code === 9) this.#fail(plan, now, index, 12);
      } else if (component.again !== null) {
        this.#again(component, component.retries + 1);
        component.available = true;
        component.code = 11;
        this.confirmed = true;
      } else if (underWay(component.code)) component.code = 11;
    }
    this.#proceed(plan, facts);
  }

  due(plan: NaivePlan, facts: NaiveFacts, now: number): void {
    if (this.phase === 'held' && this.heldUntil !== null && this.heldUntil <= now) {
      this.phase = 'waiting';
      this.heldUntil = null;
      if (this.user === 2) this.issue(plan, facts, now, true);
      return;
    }
    if (this.phase === 'issued' && (plan.open || this.confirmed)) {
      for (const component of this.components) {
        if (component.again === null || component.again > now) continue;
        this.#again(component, component.retries + 1);
        this.heard = now;
      }
    }
    this.#silence(plan, now);
    this.#proceed(plan, facts);
  }

  retry(plan: NaivePlan, facts: NaiveFacts, now: number, begin: boolean): boolean {
    const failed = this.components.findIndex(({ code }) => code === 12);
    if (failed === -1 || this.wanted || !this.#fits(plan, facts, failed)) return false;
    for (const component of this.components) if (component.code === 12) component.again = null;
    this.phase = 'waiting';
    this.wanted = true;
    this.confirmed = false;
    this.heldUntil = null;
    if (begin) this.#beginWanted(now);
    return true;
  }

  online(plan: NaivePlan, now: number): void {
    if (this.phase === 'waiting' && this.wanted && plan.open) this.#beginWanted(now);
  }

  stop(): void {
    if (this.phase === 'ended' || this.confirmed) return;
    for (const component of this.components) {
      if (component.code === 1 || component.code === 3) component.code = 12;
      component.again = null;
    }
    this.phase = 'ended';
    this.heldUntil = null;
    this.wanted = false;
  }

  act(plan: NaivePlan, facts: NaiveFacts, now: number, what: NaiveAction): boolean {
    if (what.kind === 'putAway' && this.phase === 'ended') {
      this.user = 4;
      return true;
    }
    if (!plan.manual || !plan.open || now < plan.start || now >= plan.end) return false;
    switch (what.kind) {
      case 'retry': {
        if (!this.retry(plan, facts, now, facts.online)) return false;
        this.user = 1;
        return true;
      }
      case 'now':
        if (this.components.some(({ code }) => code === 12) || this.phase === 'ended' || this.phase === 'issued')
          return false;
        this.phase = 'waiting';
        this.heldUntil = null;
        this.user = 1;
        this.issue(plan, facts, now, false);
        return true;
      case 'appoint':
        if (what.to - what.from < hour || what.from < Math.max(now, plan.start) || what.to > plan.end) return false;
        if (this.phase !== 'waiting' && this.phase !== 'held') return false;
        this.phase = 'held';
        this.heldUntil = what.from;
        this.user = 2;
        return true;
      default:
        if (this.phase === 'ended' || this.confirmed || this.components.some(({ code }) => underWay(code)))
          return false;
        for (const component of this.components) if (!over(component.code)) this.#failUnstarted(component);
        this.phase = 'ended';
        this.heldUntil = null;
        this.user = 3;
        return true;
    }
  }

  /** Section 4: the first rule that holds. */
  status(): number {
    const codes = this.components.map(({ code }) => code);
    if (codes.includes(12)) return 3;
    const done = codes.every((code) => code === 11 || code === -1);
    if (codes.some((code) => code > 0) && !done) return 1;
    if (done && codes.includes(11)) return 2;
    return done ? -1 : 0;
  }

  #at(index: number) {
    const component = this.components[index];
    if (!component) throw new RangeError(`There is no component ${index}.`);
    return component;
  }

  #first(): number {
    return this.components.findIndex(({ code }) => code !== 11 && code !== -1);
  }

  #fits(plan: NaivePlan, facts: NaiveFacts, index: number): boolean {
    const wanted = plan.components[index];
    const version = facts.versions.get(wanted?.identifier ?? '');
    if (!wanted || version === undefined || version === wanted.target) return false;
    return wanted.sources.length === 0 || wanted.sources.includes(version);
  }

  #needless(plan: NaivePlan, facts: NaiveFacts): void {
    for (const [index, component] of this.components.entries()) {
      const wanted = plan.components[index];
      if (component.code === 0 && facts.versions.get(wanted?.identifier ?? '') === wanted?.target) component.code = -1;
    }
  }

  #proceed(plan: NaivePlan, facts: NaiveFacts): void {
    if (this.phase !== 'issued') return;
    this.#needless(plan, facts);
    const at = this.#first();
    if (at === -1) this.phase = 'ended';
    else if (this.#at(at).attempt === 0) {
      if (this.#fits(plan, facts, at)) this.#at(at).attempt = 1;
      else this.phase = 'waiting';
    }
  }

  #again(component: NaiveDevice['components'][number], retries: number): void {
    component.code = 1;
    component.attempt++;
    component.retries = retries;
    component.again = null;
    component.available = false;
  }

  #beginWanted(now: number): void {
    this.wanted = false;
    this.phase = 'issued';
    this.heard = now;
    this.heldUntil = null;
    for (const component of this.components) if (component.code === 12) this.#again(component, 0);
  }

  #fail(plan: NaivePlan, now: number, index: number, code: number): void {
    const component = this.#at(index);
    component.code = code;
    if (component.again !== null) return;
    if (component.retries < plan.retry && (plan.open || this.confirmed)) {
      component.again = now + 2 ** component.retries * 60_000;
      return;
    }
    component.code = 12;
    for (const later of this.components.slice(index + 1)) if (!over(later.code)) this.#failUnstarted(later);
    this.phase = 'ended';
  }

  #failUnstarted(component: NaiveDevice['components'][number]): void {
    if (component.attempt === 0) component.attempt = 1;
    component.code = 12;
    component.again = null;
  }

  #silence(plan: NaivePlan, now: number): void {
    if (this.phase !== 'issued' || this.heard === null || now - this.heard < day) return;
    if (this.components.some(({ again }) => again !== null)) return;
    if (now - this.heard > day + hour) {
      this.heard = now;
      return;
    }
    const busy = this.components.findIndex(({ code }) => underWay(code));
    const at = busy === -1 ? this.#first() : busy;
    if (busy !== -1 || (this.confirmed && this.#at(at).code === 1)) this.#fail(plan, now, at, 12);
    else this.phase = plan.over ? 'ended' : 'waiting';
  }
}

export type NaiveAction =
  | { kind: 'now' }
  | { kind: 'appoint'; from: number; to: number }
  | { kind: 'cancel' }
  | { kind: 'putAway' }
  | { kind: 'retry' };
