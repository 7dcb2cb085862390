// What steps leave in the counters of their repository and day: every restore and save, by what became of it, apart for
// pull requests; nothing where it is off; and never at the cost of the step.

import { pathToFileURL } from "node:url";
import { describe, expect, test } from "@jest/globals";
import type { Cache, CacheSettings, RestoreResult } from "../../src/cache.ts";
import { createSqliteIndex } from "../../src/indexes/sqlite-index.ts";
import { createClock } from "../../src/lib/clock.ts";
import { recordStep } from "../../src/lib/record-step.ts";
import { type CounterRow, countersOf } from "../../src/model/counters.ts";
import { StoreUnavailableError } from "../../src/model/errors.ts";
import { openCache } from "../../src/open-cache.ts";
import { openMaintenance } from "../../src/open-maintenance.ts";
import { accessOf, createJob, MAIN, PULL, testBackend } from "../support/job.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { file, makeTree } from "../support/tree.ts";

const DAY_MS = 86_400_000;
const NOON = Date.UTC(2026, 0, 1, 12);

function bench(given: Partial<CacheSettings> & { readonly store?: string } = {}) {
  const folder = temporaryFolder();
  const clock = { ms: NOON };
  const sqlite = `${folder}/index.sqlite`;
  const settings = {
    store: pathToFileURL(folder).href,
    index: `sqlite://${sqlite}`,
    near: undefined,
    mode: { restore: true, save: true },
    timeoutMs: undefined,
    stampsFolder: undefined,
    notices: [],
    ...given,
  };
  const options = { env: {}, clock: createClock(() => clock.ms) };
  return {
    clock,
    folder,
    settings,
    options,
    async withCache<T>(work: (cache: Cache) => Promise<T>): Promise<T> {
      const cache = await openCache(settings, options);
      try {
        return await work(cache);
      } finally {
        await cache.close();
      }
    },
    async rows(): Promise<CounterRow[]> {
      const index = createSqliteIndex({ file: sqlite, clock: options.clock });
      const rows = await Array.fromAsync(index.counters({ from: "2020-01-01", to: "2030-01-01" }));
      await index.close();
      return rows.sort((a, b) => (a.day + a.domain < b.day + b.domain ? -1 : 1));
    },
  };
}

const job = createJob();
makeTree(job.folders.workspace, { "tree/a": file("a".repeat(1000)), "tree/b": file("b") });

test("a save, a hit, a partial hit and a miss are counted, with their bytes and times", async () => {
  const { clock, withCache, rows } = bench();
  const run = { system: "git", buildSeconds: 92 };
  const saved = await withCache((cache) => cache.save(job.saveRequest({ key: "deps-1", run })));
  expect(saved).toMatchObject({ status: "saved", ref: { buildSeconds: 92 } });
  const restore = (key: string, restoreKeys: string[] = []) =>
    withCache((cache) => cache.restore(createJob().restoreRequest({ key, restoreKeys })));
  const hit = (await restore("deps-1")) as RestoreResult & { status: "hit" };
  const partial = (await restore("deps-2", ["deps-"])) as RestoreResult & { status: "hit" };
  expect([hit.status, hit.exact, partial.status, partial.exact]).toEqual(["hit", true, "hit", false]);
  expect(await restore("other")).toMatchObject({ status: "miss" });
  const [{ counters, ...of }] = (await rows()) as [CounterRow];
  expect(of).toEqual({ repository: MAIN.repository, day: "2026-01-01", domain: "trusted" });
  expect(counters).toEqual(
    countersOf({
      saves: 1,
      savedBytes: 1001,
      uploadedBytes: (saved as { uploadedBytes: number }).uploadedBytes,
      saveMs: counters.saveMs,
      builtMs: 92_000,
      hits: 1,
      partialHits: 1,
      misses: 1,
      restoredBytes: 2002,
      downloadedBytes: hit.downloadedBytes + partial.downloadedBytes,
      restoreMs: counters.restoreMs,
      timedHits: 1,
      sparedMs: 92_000,
      sparingMs: Math.round(hit.durationMs),
    }),
  );
  expect(counters.restoreMs).toBeGreaterThan(0);
  // Sums of parts of milliseconds: rows hold whole ones.
  expect(Math.abs(counters.restoreMs - hit.durationMs - partial.durationMs)).toBeLessThan(2);

  clock.ms += DAY_MS;
  await restore("other");
  expect((await rows()).map(({ day, counters: { misses } }) => [day, misses])).toEqual([
    ["2026-01-01", 1],
    ["2026-01-02", 1],
  ]);
});

test("a save that finds its key taken, and a look-up, count nothing", async () => {
  const { withCache, rows } = bench();
  await withCache((cache) => cache.save(job.saveRequest()));
  const before = await rows();
  await withCache((cache) => cache.save(job.saveRequest()));
  await withCache((cache) => cache.lookup(job.restoreRequest()));
  expect(await rows()).toEqual(before);
});

test("a pull request's steps are apart from those of branches", async () => {
  const { withCache, rows } = bench();
  await withCache((cache) => cache.save(job.saveRequest()));
  const access = accessOf(PULL, "pr", [PULL, MAIN]);
  await withCache((cache) => cache.restore(createJob().restoreRequest({ access })));
  expect(await rows()).toMatchObject([
    { domain: "pr", counters: { hits: 1, saves: 0 } },
    { domain: "trusted", counters: { hits: 0, saves: 1 } },
  ]);
});

test("a job that may only read is counted where it reads; one that reads nothing, nowhere", async () => {
  const { withCache, rows } = bench();
  const readOnly = { ...accessOf(), writes: undefined };
  await withCache((cache) => cache.restore(createJob().restoreRequest({ access: readOnly })));
  expect(await rows()).toMatchObject([{ repository: MAIN.repository, counters: { misses: 1 } }]);
  const nothing = { ...readOnly, reads: [] };
  await withCache((cache) => cache.restore(createJob().restoreRequest({ access: nothing })));
  expect(await rows()).toMatchObject([{ counters: { misses: 1 } }]);
});

test("a restore that fails is a miss to the job, and told apart", async () => {
  const { withCache, rows, folder } = bench();
  const saved = await withCache((cache) => cache.save(job.saveRequest()));
  const { contentHash } = (saved as { ref: { contentHash: string } }).ref;
  makeTree(`${folder}/v1/trusted/artifacts`, { [contentHash]: file("damaged") });
  await expect(withCache((cache) => cache.restore(createJob().restoreRequest()))).rejects.toThrow(/digest/);
  expect(await rows()).toMatchObject([{ counters: { hits: 0, misses: 1, failures: 1 } }]);
});

test("off means that nothing is counted", async () => {
  const { withCache, rows } = bench({ metrics: "off" });
  await withCache((cache) => cache.save(job.saveRequest()));
  await withCache((cache) => cache.restore(createJob().restoreRequest()));
  expect(await rows()).toEqual([]);
});

test("what a prune evicts, and what a store evicts by itself, is counted", async () => {
  const { withCache, rows, settings, options, clock } = bench();
  await withCache((cache) => cache.save(job.saveRequest({ key: "one" })));
  clock.ms += DAY_MS;
  await withCache((cache) => cache.save(job.saveRequest({ key: "two" })));
  const maintenance = await openMaintenance(settings, options);
  const call = { maxSizeBytes: 1, confirmedBytes: Number.POSITIVE_INFINITY };
  await maintenance.prune({ ...call, dryRun: true });
  const before = await rows();
  await maintenance.prune({ ...call, dryRun: false });
  await maintenance.close();
  expect(before.map(({ counters }) => counters.evictions)).toEqual([0, 0]);
  expect((await rows()).map(({ counters }) => counters.evictions)).toEqual([0, 2]);

  const small = bench();
  Object.assign(small.settings, { store: `${small.settings.store}?max-size=1` });
  await small.withCache((cache) => cache.save(job.saveRequest()));
  expect(await small.rows()).toMatchObject([{ counters: { saves: 1, evictions: 1 } }]);
});

describe("an index that can't count", () => {
  const backend = testBackend();
  const access = accessOf();

  test("and says so costs nothing", async () => {
    const count = () => Promise.reject(new StoreUnavailableError("away"));
    const index = { ...backend.index, count };
    await expect(recordStep({ ...backend, index }, [], access, countersOf({}))).resolves.toBeUndefined();
  });

  test("and never answers is waited for no longer than its signal says", async () => {
    const reasons: unknown[] = [];
    const index = {
      ...backend.index,
      count: (_: CounterRow, options?: { signal?: AbortSignal | undefined }) =>
        new Promise<void>((_resolve, reject) => {
          options!.signal!.addEventListener("abort", () => {
            reasons.push(options!.signal!.reason);
            reject(options!.signal!.reason as Error);
          });
        }),
    };
    // A timer keeps the process alive until the signal's own, which does not, has gone off.
    const alive = setInterval(() => {}, 1000);
    await recordStep({ ...backend, index }, [], access, countersOf({}));
    clearInterval(alive);
    expect(reasons).toMatchObject([{ name: "TimeoutError" }]);
  });

  test("for a reason of our own making is not hidden", async () => {
    const count = () => Promise.reject(new TypeError("a bug"));
    const index = { ...backend.index, count };
    await expect(recordStep({ ...backend, index }, [], access, countersOf({}))).rejects.toThrow("a bug");
  });
});
