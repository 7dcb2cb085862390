// Invalidating by each selector, on the stores and indexes that people run: what fits is a miss at once, everything else
// stays a hit, a dry run changes nothing, and revalidate takes it back within a day.

import { expect, test } from "@jest/globals";
import type { SaveRequest } from "../../src/cache.ts";
import type { RefSelection } from "../../src/maintenance.ts";
import { PRUNE_GRACE_MS } from "../../src/model/limits.ts";
import { PLACES, type Place } from "../support/backends.ts";
import { accessOf, createJob, MAIN } from "../support/job.ts";
import { file, makeTree } from "../support/tree.ts";

const BRANCH = { repository: "octo/app", ref: "refs/heads/topic" };
const ELSEWHERE = { repository: "octo/web", ref: "refs/heads/main" };
const LOCK = `sha256:${"1".repeat(64)}`;

const SAVES: Readonly<Record<string, Partial<SaveRequest>>> = {
  old: { key: "deps-1", toolchain: "node-20", lockfileHash: LOCK },
  next: { key: "deps-10", toolchain: "node-22" },
  build: { key: "build-1", toolchain: "node-20" },
  branch: { key: "deps-1", access: accessOf(BRANCH) },
  web: { key: "deps-1", access: accessOf(ELSEWHERE), lockfileHash: LOCK },
};

const SELECTIONS: readonly (readonly [RefSelection, readonly string[]])[] = [
  [{ repository: "octo/app", key: "deps-1" }, ["old", "branch"]],
  [{ repository: "octo/app", keyPrefix: "deps-1" }, ["old", "next", "branch"]],
  [{ repository: "octo/app", toolchain: "node-20" }, ["old", "build"]],
  [{ lockfileHash: LOCK }, ["old", "web"]],
  [{ repository: "octo/app", ref: "refs/heads/topic" }, ["branch"]],
  [{ repository: "octo/web" }, ["web"]],
  [{ repository: "octo/app", toolchain: "node-20", keyPrefix: "build" }, ["build"]],
  [{ createdBeforeMs: 1 }, []],
  [{ createdBeforeMs: Date.now() + 86_400_000 }, Object.keys(SAVES)],
];

const job = createJob();
makeTree(job.folders.workspace, { "tree/a": file("a") });

async function filled(make: () => Promise<Place>): Promise<Place> {
  const place = await make();
  await place.withCache(async (cache) => {
    for (const request of Object.values(SAVES)) await cache.save(job.saveRequest(request));
  });
  return place;
}

/** The saves that a restore finds. */
function found(place: Place): Promise<string[]> {
  return place.withCache(async (cache) => {
    const hits: string[] = [];
    for (const [name, { key, access = accessOf(MAIN) }] of Object.entries(SAVES)) {
      const result = await cache.lookup(createJob().restoreRequest({ key: key!, access }));
      if (result.status === "hit" && result.exact) hits.push(name);
    }
    return hits;
  });
}

test.each(Object.entries(PLACES))("%s", async (_name, make) => {
  const place = await filled(make);
  const everything = Object.keys(SAVES);
  for (const [selection, names] of SELECTIONS) {
    const { dry, report } = await place.withMaintenance(async (maintenance) => {
      const dry = await maintenance.invalidate(selection, { dryRun: true });
      return { dry, report: await maintenance.invalidate(selection, { dryRun: false }) };
    });
    expect(dry.done).toHaveLength(names.length);
    expect(report).toMatchObject({ changed: [], late: [] });
    expect(report.done).toHaveLength(names.length);
    expect(await found(place)).toEqual(everything.filter((name) => !names.includes(name)));
    await place.withMaintenance(async (maintenance) => {
      // What is invalidated already is not done once more.
      expect((await maintenance.invalidate(selection, { dryRun: false })).done).toEqual([]);
      expect((await maintenance.revalidate(selection, { dryRun: true })).done).toHaveLength(names.length);
      const back = await maintenance.revalidate(selection, { dryRun: false });
      expect(back.done).toHaveLength(names.length);
    });
    expect(await found(place)).toEqual(everything);
  }
  const restored = await place.withCache((cache) =>
    cache.restore(createJob().restoreRequest({ key: "deps-1" })),
  );
  expect(restored.status).toBe("hit");
});

test("a dry run changes nothing", async () => {
  const place = await filled(PLACES["a folder and SQLite"]!);
  await place.withMaintenance((maintenance) => maintenance.invalidate({}, { dryRun: true }));
  expect(await found(place)).toHaveLength(Object.keys(SAVES).length);
});

test("after a day it is too late, and what has expired is not brought back", async () => {
  const place = await filled(PLACES["a folder and SQLite"]!);
  await place.withMaintenance((maintenance) => maintenance.invalidate({ key: "deps-1" }, { dryRun: false }));
  place.setAheadMs(PRUNE_GRACE_MS + 1_000);
  await place.withMaintenance(async (maintenance) => {
    const report = await maintenance.revalidate({ key: "deps-1" }, { dryRun: false });
    expect(report.done).toEqual([]);
    expect(report.late).toHaveLength(3);
  });
  place.setAheadMs(91 * 86_400_000);
  await place.withMaintenance(async (maintenance) => {
    // Expired by now: not what an invalidation made of them.
    expect(await maintenance.revalidate({}, { dryRun: false })).toEqual({ done: [], changed: [], late: [] });
    expect((await maintenance.invalidate({}, { dryRun: false })).done).toEqual([]);
  });
  expect(await found(place)).toEqual([]);
});

test("a save under an invalidated key takes its place, and then there is nothing to take back", async () => {
  const place = await filled(PLACES["a folder and SQLite"]!);
  await place.withMaintenance((maintenance) => maintenance.invalidate({ key: "build-1" }, { dryRun: false }));
  const saved = await place.withCache((cache) => cache.save(job.saveRequest({ key: "build-1" })));
  expect(saved.status).toBe("saved");
  await place.withMaintenance(async (maintenance) => {
    expect(await maintenance.revalidate({ key: "build-1" }, { dryRun: false })).toMatchObject({ done: [] });
  });
  expect(await found(place)).toHaveLength(Object.keys(SAVES).length);
});
