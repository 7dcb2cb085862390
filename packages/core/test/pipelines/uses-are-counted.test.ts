// Whose use of a Ref is counted where: a job's own Ref at once; main's Ref, used by a pull request, in a row of the pull
// request, which the next trusted job folds in. So main's Ref stays alive though only pull requests use it.

import { pathToFileURL } from "node:url";
import { expect, test } from "@jest/globals";
import type { Cache } from "../../src/cache.ts";
import { createSqliteIndex } from "../../src/indexes/sqlite-index.ts";
import { createClock } from "../../src/lib/clock.ts";
import { foldUses } from "../../src/lib/count-uses.ts";
import { openCache } from "../../src/open-cache.ts";
import { accessOf, createJob, MAIN, PULL, testBackend } from "../support/job.ts";
import { makeRef } from "../support/refs.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { file, makeTree } from "../support/tree.ts";

const DAY_MS = 86_400_000;

function bench() {
  const folder = temporaryFolder();
  const clock = { ms: Date.now() };
  const sqlite = `${folder}/index.sqlite`;
  const settings = {
    store: `${pathToFileURL(folder).href}?ttl=10d`,
    index: `sqlite://${sqlite}`,
    near: undefined,
    mode: { restore: true, save: true },
    timeoutMs: undefined,
    stampsFolder: undefined,
    notices: [],
  };
  const options = { env: {}, clock: createClock(() => clock.ms) };
  return {
    clock,
    async withCache<T>(work: (cache: Cache) => Promise<T>): Promise<T> {
      const cache = await openCache(settings, options);
      try {
        return await work(cache);
      } finally {
        await cache.close();
      }
    },
    /** What is in the index. */
    async rows() {
      const index = createSqliteIndex({ file: sqlite, clock: options.clock });
      const [refs, uses] = [await Array.fromAsync(index.list({})), await Array.fromAsync(index.uses({}))];
      await index.close();
      return { refs, uses };
    },
  };
}

const job = createJob();
makeTree(job.folders.workspace, { "tree/a": file("a") });
const fromPull = accessOf(PULL, "pr", [PULL, MAIN]);

test("a pull request's use of main's Ref waits beside the pull request until a trusted job takes it", async () => {
  const { clock, withCache, rows } = bench();
  await withCache((cache) => cache.save(job.saveRequest()));
  const created = (await rows()).refs[0]!;
  clock.ms += 5 * DAY_MS;
  for (let n = 0; n < 3; n++)
    await withCache((cache) => cache.restore(createJob().restoreRequest({ access: fromPull })));
  const before = await rows();
  expect(before.refs).toEqual([created]);
  expect(before.uses).toMatchObject([{ of: { scope: MAIN, key: "key" }, by: PULL, count: 3 }]);

  await withCache((cache) => cache.save(job.saveRequest({ key: "other" })));
  const after = await rows();
  expect(after.uses).toEqual([]);
  expect(after.refs.find(({ key }) => key === "key")).toEqual({
    ...created,
    accessCount: 3,
    lastAccessedAtMs: clock.ms,
    expiresAtMs: clock.ms + 10 * DAY_MS,
  });
  // Past the end that it had without them.
  clock.ms = created.expiresAtMs + DAY_MS;
  const restored = await withCache((cache) => cache.restore(createJob().restoreRequest()));
  expect(restored.status).toBe("hit");
  expect((await rows()).refs.find(({ key }) => key === "key")?.accessCount).toBe(4);
});

test("a pull request folds nothing, a look-up counts nothing, and who may write nothing counts nothing", async () => {
  const { withCache, rows } = bench();
  await withCache((cache) => cache.save(job.saveRequest()));
  await withCache((cache) => cache.lookup(createJob().restoreRequest({ access: fromPull })));
  const reader = { ...fromPull, writes: undefined };
  await withCache((cache) => cache.restore(createJob().restoreRequest({ access: reader })));
  expect((await rows()).uses).toEqual([]);
  await withCache((cache) => cache.restore(createJob().restoreRequest({ access: fromPull })));
  await withCache((cache) => cache.save(job.saveRequest({ access: fromPull, key: "mine" })));
  expect((await rows()).uses).toHaveLength(1);
  expect((await rows()).refs.find(({ key }) => key === "key")?.accessCount).toBe(0);
});

test("uses of a Ref that was replaced since, or claimed by a number that is none, change nothing", async () => {
  const { index, clock } = testBackend();
  const nowMs = clock.now();
  const lives = { createdAtMs: nowMs, expiresAtMs: nowMs + DAY_MS, notAfterMs: nowMs + 9 * DAY_MS };
  const [old, current] = [makeRef(lives), makeRef({ ...lives, createdAtMs: nowMs + 1 })];
  await index.commit(old);
  await index.recordUse(old, { by: PULL, atMs: nowMs });
  await index.commit(current, { replaces: old });
  expect(await foldUses({ index, clock, refTtlMs: DAY_MS }, {}, {})).toBe(0);
  expect(await Array.fromAsync(index.uses({}))).toEqual([]);
  expect(await index.lookup({ ...current, match: "exact" })).toEqual(current);
  // From a clock that is a year ahead: the use counts as one of now.
  await index.recordUse(current, { by: PULL, atMs: nowMs + 365 * DAY_MS });
  expect(await foldUses({ index, clock, refTtlMs: 2 * DAY_MS }, {}, {})).toBe(1);
  const { expiresAtMs } = (await index.lookup({ ...current, match: "exact" }))!;
  expect(expiresAtMs).toBeLessThanOrEqual(clock.now() + 2 * DAY_MS);
});
