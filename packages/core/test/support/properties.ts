// fast-check with the project's settings: the seed of every run is printed when it fails, and CAIRN_TEST_SEED repeats it.

import fc from "fast-check";

const seed = process.env["CAIRN_TEST_SEED"]
  ? Number(process.env["CAIRN_TEST_SEED"])
  : Date.now() & 0x7fffffff;

function settings(runs: number): fc.Parameters<unknown> {
  return { seed, numRuns: Number(process.env["CAIRN_TEST_RUNS"] ?? runs), endOnFailure: false };
}

/** @throws with the seed and the smallest counterexample. */
export function check<T>(property: fc.IProperty<T>, runs = 200): void {
  fc.assert(property, settings(runs) as fc.Parameters<T>);
}

/** The same for properties that do I/O. Shrinking a tree takes long, so it ends after a minute with the best so far. */
export async function checkAsync<T>(property: fc.IAsyncProperty<T>, runs: number): Promise<void> {
  await fc.assert(property, { ...settings(runs), interruptAfterTimeLimit: 55_000 } as fc.Parameters<T>);
}
