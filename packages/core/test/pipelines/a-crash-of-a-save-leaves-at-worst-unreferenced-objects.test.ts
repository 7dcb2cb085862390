// Invariant: a crash at any point of a save leaves at worst unreferenced objects. The process ends before any request
// to the store or the index; what is committed is whole, and the next save needs no help. Real kills are in crash/.

import { expect, test } from "@jest/globals";
import { noise } from "../support/arbitraries.ts";
import { createJob, refOf, type TestBackend, testBackend } from "../support/job.ts";
import { withHook } from "../support/stores.ts";
import { differences, file, makeTree, snapshotTree, type TreeSpec } from "../support/tree.ts";

const OLD: TreeSpec = Object.fromEntries(
  Array.from({ length: 6 }, (_, i) => [`tree/f${i}`, file(noise(i, 500_000))]),
);
const NEW: TreeSpec = {
  ...OLD,
  "tree/f3": file(noise(77, 500_000)),
  "tree/new": file(noise(78, 2_100_000)),
};

class Ended extends Error {}

/** The backend as the process sees it until its request of this number; after that it is gone. */
function endingAt(backend: TestBackend, at: number): { backend: TestBackend; ended: () => boolean } {
  let seen = 0;
  const count = (): void => {
    if (seen++ >= at) throw new Ended();
  };
  const index = Object.fromEntries(
    Object.entries(backend.index).map(([name, method]) => [
      name,
      typeof method !== "function"
        ? method
        : async (...args: never[]) => {
            count();
            return (method as (...args: never[]) => unknown)(...args);
          },
    ]),
  );
  return {
    backend: { ...backend, store: withHook(backend.store, count), index } as unknown as TestBackend,
    ended: () => seen > at,
  };
}

test("what was committed before is untouched, and the next save and restore work", async () => {
  const from = createJob();
  for (let at = 0, done = false; !done; at++) {
    const backend = testBackend();
    makeTree(from.folders.workspace, OLD);
    await from.save(backend, { key: "deps-1" });
    makeTree(from.folders.workspace, NEW);
    const first = await refOf(backend, "deps-1");

    const ending = endingAt(backend, at);
    const outcome: unknown = await from
      .save(ending.backend, { key: "deps-2" })
      .catch((error: unknown) => error);
    done = !ending.ended();
    if (!done && outcome instanceof Error) expect(outcome).toBeInstanceOf(Ended);
    expect(await refOf(backend, "deps-1")).toEqual(first);

    // The lease of the process that ended is of this process, which may take it again.
    const again = await from.save(backend, { key: "deps-2" });
    expect(["saved", "exists"]).toContain(again.status);
    if (at % 4 === 0 || done) {
      const to = createJob();
      expect(await to.restore(backend, { key: "deps-2" })).toMatchObject({ status: "hit", exact: true });
      expect(differences(snapshotTree(to.path("tree")), snapshotTree(from.path("tree")))).toEqual([]);
    }
  }
}, 180_000);
