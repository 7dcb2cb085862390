// Invariant: a prune takes nothing from a save in progress and nothing from a restore in progress, whenever it comes. A
// save that began before something was condemned may still rely on it; one that begins later does not even when it is
// gone already and the same bytes are to be written again.

import { expect, test } from "@jest/globals";
import { type PruneBackend, prune } from "../../src/maintain/prune.ts";
import type { PruneOptions } from "../../src/maintenance.ts";
import { DeadlineError } from "../../src/model/errors.ts";
import { SAVE_MAX_AGE_MS } from "../../src/model/limits.ts";
import { withCondemned } from "../../src/objects/with-condemned.ts";
import type { SwappableStore } from "../../src/ports/object-store.ts";
import { noise } from "../support/arbitraries.ts";
import { createJob, refOf, type TestBackend, type TestJob, testBackend } from "../support/job.ts";
import { condemnedNames, needsOf } from "../support/step-save.ts";
import { listNames, withHook } from "../support/stores.ts";
import { differences, file, makeTree, snapshotTree } from "../support/tree.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TREE = Object.fromEntries(Array.from({ length: 4 }, (_, n) => [`tree/f${n}`, file(noise(n, 450_000))]));
const CHANGED = { ...TREE, "tree/new": file(noise(77, 200_000)) };
const SURE: PruneOptions = { dryRun: false, confirmedBytes: Number.POSITIVE_INFINITY };

function bench() {
  const clock = { ms: Date.UTC(2026, 0, 1) };
  const backend = testBackend({ now: () => clock.ms });
  return { clock, backend, prune: (given = backend) => prune(given as PruneBackend, SURE) };
}

function jobWith(spec: typeof TREE): TestJob {
  const job = createJob();
  makeTree(job.folders.workspace, spec);
  return job;
}

async function expectWhole(backend: TestBackend, key: string, spec: typeof TREE): Promise<void> {
  const job = createJob();
  expect(await job.restore(backend, { key })).toMatchObject({ status: "hit", exact: true });
  expect(differences(snapshotTree(job.path("tree")), snapshotTree(jobWith(spec).path("tree")))).toEqual([]);
}

/** The store with something that happens once, before the first call that fits. */
function once(
  store: SwappableStore,
  fits: (method: string, name: string) => boolean,
  happens: () => Promise<unknown>,
): SwappableStore {
  let done = false;
  const hooked = withHook(store, async (method, name) => {
    if (done || !fits(method, name)) return;
    done = true;
    await happens();
  });
  return { ...store, ...hooked };
}

test("what a save in progress reuses is condemned meanwhile: it commits, and nothing is deleted", async () => {
  const { clock, backend, prune } = bench();
  await jobWith(TREE).save(backend, { key: "base" });
  clock.ms += 2 * DAY_MS;
  const job = jobWith(CHANGED);
  await createJob({ temp: job.folders.temp }).restore(backend, { key: "base" });
  const packs = (await listNames(backend.store, "v1/")).filter((name) => name.includes("/packs/"));
  const store = once(
    backend.store,
    (method, name) => method === "put" && name.includes("/artifacts/"),
    async () => {
      await backend.index.remove(await refOf(backend, "base"));
      await prune();
      expect(await condemnedNames(backend)).toEqual(expect.arrayContaining(packs));
      clock.ms += SAVE_MAX_AGE_MS - 1;
    },
  );
  const saved = await job.save({ ...backend, store: withCondemned(store) }, { key: "next" });
  expect(saved).toMatchObject({ status: "saved" });
  expect(saved.status === "saved" && saved.reusedBytes).toBeGreaterThan(1_000_000);
  const needs = await needsOf(backend, await refOf(backend, "next"));
  const reused = packs.filter((name) => needs.includes(name));
  expect(reused.length).toBeGreaterThan(0);
  for (let day = 0; day < 4; day++) {
    clock.ms += DAY_MS;
    await prune();
    expect(await listNames(backend.store, "v1/")).toEqual(expect.arrayContaining(reused));
    await expectWhole(backend, "next", CHANGED);
  }
  expect(await condemnedNames(backend)).toEqual([]);
});

test("a save that begins when it is condemned sends it anew, and is whole when it is gone", async () => {
  const { clock, backend, prune } = bench();
  await jobWith(TREE).save(backend, { key: "base" });
  const job = jobWith(CHANGED);
  await createJob({ temp: job.folders.temp }).restore(backend, { key: "base" });
  clock.ms += 2 * DAY_MS;
  await backend.index.remove(await refOf(backend, "base"));
  await prune();
  const condemned = await condemnedNames(backend);
  const saved = await job.save({ ...backend, store: withCondemned(backend.store) }, { key: "next" });
  expect(saved).toMatchObject({ status: "saved", reusedBytes: 0 });
  clock.ms += DAY_MS + HOUR_MS;
  await prune();
  const names = await listNames(backend.store, "v1/");
  expect(condemned.filter((name) => names.includes(name))).toEqual([]);
  await expectWhole(backend, "next", CHANGED);
});

test.each([
  ["before it is condemned", false],
  ["when it is condemned", true],
])(
  "a job saves untouched what it restored, %s: whole, when what the other save had is gone",
  async (_when, isLate) => {
    const { clock, backend, prune } = bench();
    await jobWith(TREE).save(backend, { key: "base" });
    clock.ms += 2 * DAY_MS;
    const job = createJob();
    await job.restore(backend, { key: "base" });
    await backend.index.remove(await refOf(backend, "base"));
    if (isLate) await prune();
    const saved = await job.save({ ...backend, store: withCondemned(backend.store) }, { key: "next" });
    expect(saved).toMatchObject(
      isLate ? { status: "saved", reusedBytes: 0 } : { status: "saved", uploadedBytes: 0 },
    );
    for (let day = 0; day < 3; day++) {
      clock.ms += DAY_MS + HOUR_MS;
      await prune();
      await expectWhole(backend, "next", TREE);
    }
    expect(await condemnedNames(backend)).toEqual([]);
  },
);

test("the same bytes are saved again while they are deleted: a request that arrives late hits nothing", async () => {
  const { clock, backend, prune } = bench();
  await jobWith(TREE).save(backend, { key: "base" });
  clock.ms += 2 * DAY_MS;
  await backend.index.remove(await refOf(backend, "base"));
  await prune();
  clock.ms += DAY_MS;
  const late: string[] = [];
  let isSaved = false;
  const store: SwappableStore = {
    ...backend.store,
    async delete(name, options) {
      await backend.store.delete(name, options);
      late.push(name);
      if (isSaved || !name.includes("/packs/")) return;
      // Between two deletes: the same tree, whose packs would have the names that were just deleted.
      isSaved = true;
      const saved = await jobWith(TREE).save(
        { ...backend, store: withCondemned(backend.store) },
        { key: "again" },
      );
      expect(saved.status).toBe("saved");
    },
  };
  await prune({ ...backend, store });
  expect(isSaved).toBe(true);
  // The server carries out once more what it had answered before.
  for (const name of late) await backend.store.delete(name);
  await expectWhole(backend, "again", TREE);
  clock.ms += 2 * HOUR_MS;
  await prune();
  await expectWhole(backend, "again", TREE);
  expect(await condemnedNames(backend)).toEqual([]);
});

test("a restore in progress reads to its end what is evicted and condemned meanwhile", async () => {
  const { clock, backend } = bench();
  await jobWith(TREE).save(backend, { key: "base" });
  clock.ms += 2 * DAY_MS;
  const job = createJob();
  const evicting = { dryRun: false, maxSizeBytes: 0 };
  const store = once(
    backend.store,
    (method, name) => method === "get" && name.includes("/packs/"),
    async () => {
      expect((await prune(backend as PruneBackend, evicting)).removed).toHaveLength(1);
      clock.ms += DAY_MS - HOUR_MS;
      await prune(backend as PruneBackend, evicting);
    },
  );
  expect(await job.restore({ ...backend, store }, { key: "base" })).toMatchObject({ status: "hit" });
  expect(differences(snapshotTree(job.path("tree")), snapshotTree(jobWith(TREE).path("tree")))).toEqual([]);
  clock.ms += DAY_MS;
  await prune(backend as PruneBackend, SURE);
  expect((await listNames(backend.store, "v1/trusted/")).length).toBe(0);
});

test("a save that is too old for the grace does not commit", async () => {
  const { backend } = bench();
  const { now } = performance;
  const store = once(
    backend.store,
    (method, name) => method === "put" && name.includes("/artifacts/"),
    async () => {
      performance.now = () => now.call(performance) + SAVE_MAX_AGE_MS;
    },
  );
  try {
    await expect(jobWith(TREE).save({ ...backend, store })).rejects.toBeInstanceOf(DeadlineError);
  } finally {
    performance.now = now;
  }
});
