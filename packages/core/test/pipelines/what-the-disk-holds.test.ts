// A file is kept only when its own bytes are right: equal files share bytes in the store, never a verdict. What is right but
// for its times is not written again.

import { chmodSync, linkSync, lstatSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { CorruptError } from "../../src/model/errors.ts";
import type { SwappableStore } from "../../src/ports/object-store.ts";
import { noise } from "../support/arbitraries.ts";
import { createJob, testBackend } from "../support/job.ts";
import { removeFolder } from "../support/temporary.ts";
import { differences, file, makeTree, snapshotTree, type TreeSpec } from "../support/tree.ts";

const TIME = 1_700_000_000;

test.each(["a", "b", "c"])(
  "of three files with equal bytes, %s has changed with the same size and time",
  async (changed) => {
    const backend = testBackend();
    const job = createJob();
    const bytes = "equal bytes ".repeat(200);
    makeTree(job.path("tree"), { a: file(bytes), b: file(bytes), c: file(bytes), d: file("another") });
    for (const name of ["a", "b", "c", "d"]) utimesSync(job.path(`tree/${name}`), TIME, TIME);
    await job.save(backend);
    const before = snapshotTree(job.path("tree"));
    writeFileSync(job.path(`tree/${changed}`), bytes.replace("equal", "EQUAL"));
    utimesSync(job.path(`tree/${changed}`), TIME, TIME);
    expect(await job.restore(backend)).toMatchObject({ status: "hit" });
    expect(readFileSync(job.path(`tree/${changed}`), "utf8")).toBe(bytes);
    expect(differences(snapshotTree(job.path("tree")), before)).toEqual([]);
  },
);

/** Too large to be carried inline, in two chunks at least. */
const NEW_TIMES: TreeSpec = {
  ...Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`d${i % 3}/f${i}`, file(noise(i, 9000))])),
  big: file(noise(250, 2_500_000)),
};

async function savedWithOldTimes(given: TreeSpec = NEW_TIMES) {
  const backend = testBackend();
  const job = createJob();
  makeTree(job.path("tree"), given);
  await job.save(backend);
  const saved = snapshotTree(job.path("tree"));
  // As after an install: the same bytes, written just now. And no stamp that would tell.
  for (const path of Object.keys(given)) utimesSync(job.path(`tree/${path}`), TIME, TIME);
  chmodSync(job.path("tree/d1/f1"), 0o600);
  removeFolder(job.folders.temp);
  return { backend, job, saved };
}

test("a file of which only times and mode are wrong is corrected, not written again", async () => {
  const { backend, job, saved } = await savedWithOldTimes();
  const inode = (path: string) => lstatSync(job.path(`tree/${path}`)).ino;
  const before = ["d1/f1", "d2/f2", "big"].map(inode);
  const restored = await job.restore(backend);
  if (restored.status === "hit") expect(restored.keptBytes).toBe(restored.restoredBytes);
  expect(["d1/f1", "d2/f2", "big"].map(inode)).toEqual(before);
  expect(differences(snapshotTree(job.path("tree")), saved)).toEqual([]);
});

test("one that has another name outside is written again: that name keeps its times", async () => {
  const { backend, job, saved } = await savedWithOldTimes();
  linkSync(job.path("tree/d1/f1"), job.path("outside"));
  await job.restore(backend);
  expect(lstatSync(job.path("outside"))).toMatchObject({ mtimeMs: TIME * 1000, nlink: 1 });
  expect(differences(snapshotTree(job.path("tree")), saved)).toEqual([]);
});

test("when the restore then fails, they have the times and the mode that they had", async () => {
  const { backend, job } = await savedWithOldTimes();
  writeFileSync(job.path("tree/d0/f0"), "another size: its chunk has to be fetched");
  for await (const { name } of backend.store.list("v1/trusted/packs/")) await flip(backend.store, name);
  const before = snapshotTree(job.path("tree"));
  await expect(job.restore(backend)).rejects.toBeInstanceOf(CorruptError);
  expect(differences(snapshotTree(job.path("tree")), before)).toEqual([]);
});

/** Damages the first chunk of a pack, so that the segments behind it stay readable. */
async function flip(store: SwappableStore, name: string): Promise<void> {
  const { bytes, tag } = (await store.read(name))!;
  bytes[100]! ^= 1;
  await store.swap(name, bytes, tag);
}
