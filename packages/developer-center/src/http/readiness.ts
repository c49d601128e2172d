import type { Clock } from '../clock.ts';

/** A part that Developer Center works with. */
export interface Part {
  readonly name: 'store' | 'files' | 'mqtt';
  /** Without it no request can be answered; without another, everything else goes on. */
  readonly needed: boolean;
  /** What is wrong when it is away, as a sentence. */
  readonly away: string;
  /** Looks at it. Rejects when it is away. */
  readonly check: () => Promise<void>;
}

export interface Readiness {
  /** Everything that is needed is there. */
  readonly ready: boolean;
  readonly parts: Readonly<Partial<Record<Part['name'], 'ok' | 'away'>>>;
  /** What is wrong, as sentences; none: everything is there. */
  readonly problems: readonly string[];
}

/** Milliseconds. An answer is good for so long; a part that needs longer for one counts as away until it comes. */
const [freshMs, limitMs] = [5000, 2000];

/** Looks at the parts when somebody asks: at each once in five seconds at most, and never at one twice at a time. */
export function readinessOf(parts: readonly Part[], clock: Clock): () => Promise<Readiness> {
  const looks = parts.map((part) => ({ part, look: lookOf(part, clock) }));
  return async () => {
    const seen = await Promise.all(looks.map(async ({ part, look }) => ({ part, ok: await look() })));
    const away = seen.filter(({ ok }) => !ok).map(({ part }) => part);
    return {
      ready: away.every(({ needed }) => !needed),
      parts: Object.fromEntries(seen.map(({ part, ok }) => [part.name, ok ? 'ok' : 'away'])),
      problems: away.map((part) => part.away),
    };
  };
}

function lookOf({ check }: Part, clock: Clock): () => Promise<boolean> {
  let last: { readonly ok: boolean; readonly at: number } | null = null;
  let looking: Promise<boolean> | null = null;
  return () => {
    // The other way as well: the clock may have been set back.
    if (last && Math.abs(clock.now() - last.at) < freshMs) return Promise.resolve(last.ok);
    looking ??= check()
      .then(
        () => true,
        () => false,
      )
      .then((ok) => {
        last = { ok, at: clock.now() };
        looking = null;
        return ok;
      });
    return within(looking, clock);
  };
}

/** Whether it is there within the limit. What is looked at never rejects. */
function within(looking: Promise<boolean>, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const stop = clock.after(limitMs, () => resolve(false));
    void looking.then((ok) => {
      stop();
      resolve(ok);
    });
  });
}
