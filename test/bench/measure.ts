/** What the benchmarks measure with. */

export interface Measured {
  readonly perSecond: number;
  /** Microseconds of this process's CPU, of the kernel as well. */
  readonly cpu: number;
}

/** Starts a watch; called again, it tells the rate of so many things. */
export function watch(): (things: number) => Measured {
  const [begin, cpu] = [performance.now(), process.cpuUsage()];
  return (things) => {
    const { user, system } = process.cpuUsage(cpu);
    return { perSecond: (things / (performance.now() - begin)) * 1000, cpu: user + system };
  };
}

/** A figure of which so large a part of all is not above. @param part 0.5: the median */
export function quantile(numbers: readonly number[], part: number): number {
  return (
    numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * part))] ?? Number.NaN
  );
}

export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}

/** Ours and the same by bare statements, in one run. */
export interface Rate {
  readonly perCall: number;
  readonly ours: Measured;
  readonly bare: Measured;
}

/** Prints the medians of some rounds. */
export function printRates(rates: readonly Rate[]): void {
  for (const perCall of new Set(rates.map((rate) => rate.perCall))) {
    const some = rates.filter((rate) => rate.perCall === perCall);
    const wall = (pick: (rate: Rate) => number) => Math.round(median(some.map(pick)));
    const ratios = some.map(({ ours, bare }) => ours.perSecond / bare.perSecond);
    const cpu = median(some.map(({ ours, bare }) => bare.cpu / ours.cpu)).toFixed(2);
    console.log(
      `  ${perCall} a call: ${wall((r) => r.ours.perSecond)}/s, bare ${wall((r) => r.bare.perSecond)}/s, ratio ${median(ratios).toFixed(2)}` +
        ` by the wall (${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}), ${cpu} by CPU of this process`,
    );
  }
}
