// Invariant: a failed restore leaves the tree as it was, here where the store fails: at any of its requests, by an
// abort at any moment, with files being written by worker threads meanwhile.

import { expect, test } from "@jest/globals";
import { CancelledError, StoreUnavailableError } from "../../src/model/errors.ts";
import { noise } from "../support/arbitraries.ts";
import { createJob, testBackend } from "../support/job.ts";
import { withHook } from "../support/stores.ts";
import {
  differences,
  directory,
  file,
  hardlink,
  makeTree,
  snapshotTree,
  symlink,
  type TreeSpec,
} from "../support/tree.ts";

const SAVED: TreeSpec = {
  ...Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [`tree/d${i % 4}/f${i}`, file(noise(i, 600_000))]),
  ),
  "tree/big": file(noise(99, 7_000_000)),
  "tree/other": hardlink("tree/big"),
  "tree/link": symlink("big"),
};
/** Some right, some wrong, some missing. */
const THERE: TreeSpec = {
  ...Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [
      `tree/d${i % 4}/f${i}`,
      i % 3 === 0 ? file("wrong") : SAVED[`tree/d${i % 4}/f${i}`]!,
    ]),
  ),
  "tree/d1": directory({ mode: 0o700, mtime: 1_234_567_890.5 }),
  "tree/big": file(noise(98, 7_000_000)),
  "tree/link/was a folder": file("x"),
};

async function prepared(there: TreeSpec) {
  const backend = testBackend();
  const from = createJob();
  makeTree(from.folders.workspace, SAVED);
  await from.save(backend);
  const to = createJob();
  makeTree(to.folders.workspace, there);
  return {
    backend,
    to,
    complete: snapshotTree(from.path("tree")),
    before: snapshotTree(to.folders.workspace),
  };
}

test.each([
  ["onto nothing", {}],
  ["onto a copy that differs", THERE],
])(
  "a request that fails, %s",
  async (_what, there) => {
    const { backend, to, complete, before } = await prepared(there);
    for (let at = 0, done = false; !done; at++) {
      let seen = 0;
      const store = withHook(backend.store, () => {
        if (seen++ === at) throw new StoreUnavailableError("gone");
      });
      const outcome: unknown = await to.restore({ ...backend, store }).catch((error: unknown) => error);
      done = seen <= at;
      if (done) break;
      expect(outcome).toBeInstanceOf(StoreUnavailableError);
      expect(differences(snapshotTree(to.folders.workspace), before)).toEqual([]);
    }
    expect(differences(snapshotTree(to.path("tree")), complete)).toEqual([]);
  },
  120_000,
);

test("an abort at any request or any progress, and the next restore completes", async () => {
  const { backend, to, complete, before } = await prepared(THERE);
  for (let at = 0; at < 14; at++) {
    const controller = new AbortController();
    const reason = new CancelledError("stop");
    let seen = 0;
    const count = (): void => {
      if (seen++ === at) controller.abort(reason);
    };
    const store = withHook(backend.store, count);
    const outcome: unknown = await to
      .restore({ ...backend, store }, { signal: controller.signal, onProgress: count })
      .catch((error: unknown) => error);
    if (outcome !== reason) {
      // Too late: everything was written.
      expect(outcome).toMatchObject({ status: "hit" });
      break;
    }
    expect(differences(snapshotTree(to.folders.workspace), before)).toEqual([]);
  }
  await to.restore(backend);
  expect(differences(snapshotTree(to.path("tree")), complete)).toEqual([]);
}, 120_000);
