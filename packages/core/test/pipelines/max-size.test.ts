// A store on one machine keeps itself within max-size: after a save, the saves that its policy takes first go at once,
// unless a running job may still need them; and it never takes what a live Ref needs.

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "@jest/globals";
import type { SaveResult } from "../../src/cache.ts";
import type { EvictionPolicy } from "../../src/model/eviction.ts";
import { createDirectorySessions } from "../../src/objects/directory-sessions.ts";
import { noise } from "../support/arbitraries.ts";
import { type Place, placeOf } from "../support/backends.ts";
import { bytesIn } from "../support/disk-size.ts";
import { createJob } from "../support/job.ts";
import { putNewerArtifact } from "../support/newer-artifact.ts";
import { all } from "../support/refs.ts";
import { runScript } from "../support/scripts.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { differences, file, makeTree, snapshotTree, type TreeSpec } from "../support/tree.ts";

const MB = 1_000_000;

function embedded(maxSize: number, evict: EvictionPolicy): { folder: string; place: Place } {
  const folder = temporaryFolder();
  const store = `${pathToFileURL(folder).href}?max-size=${maxSize}&evict=${evict}`;
  return { folder, place: placeOf(store, `sqlite://${folder}/index.sqlite`) };
}

function tree(seed: number, bytes = 2 * MB): TreeSpec {
  return { "tree/a": file(noise(seed, bytes / 2)), "tree/b": file(noise(seed + 100, bytes / 2)) };
}

async function save(place: Place, key: string, spec: TreeSpec): Promise<SaveResult & { status: "saved" }> {
  const job = createJob();
  makeTree(job.folders.workspace, spec);
  const saved = await place.withCache((cache) => cache.save(job.saveRequest({ key })));
  if (saved.status !== "saved") throw new Error(saved.status);
  return saved;
}

async function restore(place: Place, key: string, spec: TreeSpec): Promise<string> {
  const [job, wanted] = [createJob(), createJob()];
  const restored = await place.withCache((cache) => cache.restore(job.restoreRequest({ key })));
  if (restored.status === "hit" && restored.exact) {
    makeTree(wanted.folders.workspace, spec);
    expect(differences(snapshotTree(job.path("tree")), snapshotTree(wanted.path("tree")))).toEqual([]);
  }
  return restored.status;
}

const content = (folder: string): number => bytesIn(join(folder, "v1"));

async function keys(place: Place): Promise<string[]> {
  return place.withMaintenance(async (maintenance) =>
    (await all(maintenance.list({}))).map(({ key }) => key).sort(),
  );
}

describe("a save makes room", () => {
  test.each<[EvictionPolicy, string[]]>([
    ["lru", ["a", "d"]],
    ["lfu", ["a", "d"]],
    ["fifo", ["c", "d"]],
    ["size", ["b", "d"]],
  ])("%s leaves %j", async (evict, left) => {
    const { folder, place } = embedded(6 * MB, evict);
    await save(place, "a", tree(1, 2 * MB));
    await save(place, "b", tree(2, 1.4 * MB));
    await save(place, "c", tree(3, 1.9 * MB));
    // Used last and most: a. Never: c. Once: b.
    place.setAheadMs(60_000);
    expect(await restore(place, "b", tree(2, 1.4 * MB))).toBe("hit");
    place.setAheadMs(120_000);
    for (let n = 0; n < 2; n++) expect(await restore(place, "a", tree(1, 2 * MB))).toBe("hit");
    place.setAheadMs(180_000);
    // 5.3 MB are there, 7.3 would be, 5.4 are to stay: at least one has to go.
    const { notices } = await save(place, "d", tree(4, evict === "size" ? 0.9 * MB : 2 * MB));
    if (evict !== "size") expect(notices.join()).toMatch(/evicted \(/);
    expect(content(folder)).toBeLessThanOrEqual(6 * MB);
    expect(await keys(place)).toEqual(expect.arrayContaining(["d"]));
    if (evict === "fifo") expect(await keys(place)).not.toContain("a");
    if (evict === "lru" || evict === "lfu") {
      expect(await keys(place)).not.toContain("c");
      expect(await restore(place, "a", tree(1, 2 * MB))).toBe("hit");
    }
    expect(left).toHaveLength(2);
  });

  test("over many saves the folder stays below, and what is in it restores", async () => {
    const { folder, place } = embedded(5 * MB, "lru");
    for (let n = 0; n < 12; n++) {
      await save(place, `key-${n}`, tree(n, 1.5 * MB));
      expect(content(folder)).toBeLessThanOrEqual(5 * MB);
      expect(await restore(place, `key-${n}`, tree(n, 1.5 * MB))).toBe("hit");
    }
    const left = await keys(place);
    expect(left.length).toBeGreaterThanOrEqual(2);
    for (const key of left)
      expect(await restore(place, key, tree(Number(key.slice(4)), 1.5 * MB))).toBe("hit");
    expect(await restore(place, "key-0", tree(0))).toBe("miss");
  });

  test("a save that is larger than all there may be is not kept, and says so", async () => {
    const { folder, place } = embedded(1 * MB, "lru");
    const { notices } = await save(place, "huge", tree(1, 3 * MB));
    expect(notices.join()).toContain("1 save was evicted");
    expect(content(folder)).toBeLessThanOrEqual(1 * MB);
    expect(await restore(place, "huge", tree(1, 3 * MB))).toBe("miss");
  });

  test("where it can't be told what a save needs, nothing goes, and the next save says so", async () => {
    const { folder, place } = embedded(4 * MB, "lru");
    await save(place, "old", tree(1, 2.5 * MB));
    await place.withBackend(async ({ store, index }) => {
      const [ref] = await all(index.list({}));
      await index.commit({ ...ref!, key: "newer", contentHash: await putNewerArtifact(store) });
    });
    const { notices } = await save(place, "new", tree(2, 2.5 * MB));
    expect(notices.join()).toMatch(/larger than max-size, and was not pruned: .*format version 9/);
    expect(await keys(place)).toEqual(["new", "newer", "old"]);
    expect(content(folder)).toBeGreaterThan(5 * MB);
    expect(await restore(place, "old", tree(1, 2.5 * MB))).toBe("hit");
  });

  test("what a running job may need goes when it has ended", async () => {
    const { folder, place } = embedded(4 * MB, "lru");
    await save(place, "old", tree(1, 2.5 * MB));
    const other = await createDirectorySessions({ root: folder }).begin();
    const { notices } = await save(place, "new", tree(2, 2.5 * MB));
    expect(notices.join()).toContain("wait for the jobs at work now to end");
    expect(await keys(place)).toEqual(["new"]);
    expect(content(folder)).toBeGreaterThan(5 * MB);
    await other.end();
    await save(place, "small", tree(3, 10_000));
    expect(content(folder)).toBeLessThanOrEqual(4 * MB);
    expect(await restore(place, "new", tree(2, 2.5 * MB))).toBe("hit");
  });

  test("cairn prune on one machine deletes at once what nobody can need", async () => {
    const { folder, place } = embedded(100 * MB, "lru");
    for (const [n, key] of ["a", "b", "c"].entries()) await save(place, key, tree(n, 1.5 * MB));
    await place.withMaintenance(async (maintenance) => {
      for (const ref of await all(maintenance.list({ keyPrefix: "b" }))) await maintenance.remove(ref);
      const report = await maintenance.prune({ dryRun: false });
      expect(report).toMatchObject({ condemned: { objects: 0 }, keptRefs: 2 });
      expect(report.deleted.bytes).toBeGreaterThan(1.4 * MB);
    });
    expect(content(folder)).toBeLessThan(3.2 * MB);
    expect(await restore(place, "a", tree(0, 1.5 * MB))).toBe("hit");
  });
});

test("where the index is elsewhere, nobody knows who else uses the store: it is told, and nothing goes", async () => {
  const [folder, elsewhere] = [temporaryFolder(), temporaryFolder()];
  const place = placeOf(`${pathToFileURL(folder).href}?max-size=1MB`, `sqlite://${elsewhere}/index.sqlite`);
  await save(place, "a", tree(1));
  const { notices } = await save(place, "b", tree(2));
  expect(notices.join()).toContain("max-size is not kept by itself");
  expect(await keys(place)).toEqual(["a", "b"]);
});

test("four processes save and restore within one size: every hit is whole, and the folder stays below", async () => {
  const { folder, place } = embedded(4 * MB, "lru");
  const script = new URL("../support/busy-job.ts", import.meta.url);
  const runs = await Promise.all(
    Array.from({ length: 4 }, (_, n) => runScript(script, [place.settings.store, String(n), "30"])),
  );
  const outcomes = runs.map(({ code, stdout, stderr }) => {
    expect([code, stderr]).toEqual([0, ""]);
    return JSON.parse(stdout) as { hits: number; misses: number; wrong: string[] };
  });
  for (const { wrong } of outcomes) expect(wrong).toEqual([]);
  expect(outcomes.reduce((sum, { hits }) => sum + hits, 0)).toBeGreaterThan(4);
  await save(place, "last", tree(200, 10_000));
  expect(content(folder)).toBeLessThanOrEqual(4 * MB);
  await place.withMaintenance(async (maintenance) => {
    for (const ref of await all(maintenance.list({})))
      expect([ref.key, (await maintenance.verify(ref)).problems]).toEqual([ref.key, []]);
  });
});
