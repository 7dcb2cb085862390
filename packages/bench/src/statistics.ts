// The few numbers that a series of runs is told by. Pure.

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @param values at least one. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle]!;
  return {
    median: sorted.length % 2 === 1 ? upper : (sorted[middle - 1]! + upper) / 2,
    min: sorted[0]!,
    max: sorted.at(-1)!,
  };
}

/** Run by run, since neighbours in time share the machine's mood: how many times as long `others` took as `own`. */
export function pairRatios(own: readonly number[], others: readonly number[]): Spread {
  return spreadOf(own.map((value, i) => others[i]! / value));
}
