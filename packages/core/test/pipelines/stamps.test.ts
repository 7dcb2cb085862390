// What stamps are for, and what they must never do: files that have not changed are not read, those that have are.

import { lstatSync, readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Stamp } from "../../src/lib/stamp.ts";
import { noise, trees } from "../support/arbitraries.ts";
import { createJob, refOf, type TestJob, testBackend } from "../support/job.ts";
import { checkAsync } from "../support/properties.ts";
import { removeFolder, temporaryFolder } from "../support/temporary.ts";
import { differences, file, makeTree, snapshotTree, type TreeSpec } from "../support/tree.ts";

/** More than one artifact carries inline, so that there are packs to reuse. */
const TREE: TreeSpec = {
  ...Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`d${i % 7}/f${i}`, file(noise(i, 9000))])),
  big: file(noise(1000, 3_000_000)),
};
const TIME = 1_700_000_000;

/** Same size and times, other bytes. */
function swapBytes(path: string): void {
  const { size, atime, mtime } = lstatSync(path);
  writeFileSync(path, Buffer.alloc(size, "!"));
  utimesSync(path, atime, mtime);
}

/** Makes every stamp of the job claim that nothing has changed until now: only who believes it does not read. */
function forgeStamps({ folders }: TestJob): void {
  const folder = join(folders.temp, "cairn");
  for (const name of readdirSync(folder)) {
    const handover = JSON.parse(readFileSync(join(folder, name), "utf8")) as { stamps?: Stamp[] };
    const stamps = handover.stamps?.map((stamp) => ({ ...stamp, beforeMs: Date.now() }));
    writeFileSync(join(folder, name), JSON.stringify({ ...handover, ...(stamps && { stamps }) }));
  }
}

async function restoredJob(keptIn?: string) {
  const backend = testBackend({ stampsFolder: keptIn });
  const from = createJob();
  makeTree(from.path("tree"), TREE);
  await from.save(backend);
  const job = createJob();
  await job.restore(backend);
  await sleep(20);
  return { backend, job, saved: snapshotTree(from.path("tree")) };
}

test("a second restore does not read what has not changed", async () => {
  const { backend, job } = await restoredJob();
  swapBytes(job.path("tree/d1/f1"));
  await sleep(20);
  forgeStamps(job);
  expect(await job.restore(backend)).toMatchObject({ status: "hit" });
  expect(readFileSync(job.path("tree/d1/f1"))).toEqual(Buffer.alloc(9000, "!"));
});

test("and mends what has, with its size and times set back or moved here with its folder", async () => {
  const { backend, job, saved } = await restoredJob();
  const other = temporaryFolder();
  makeTree(other, Object.fromEntries(Object.keys(TREE).map((path) => [path, file("")])));
  for (const name of readdirSync(job.path("tree/d2"))) {
    const { size, atime, mtime } = lstatSync(job.path(`tree/d2/${name}`));
    writeFileSync(`${other}/d2/${name}`, Buffer.alloc(size, "!"));
    utimesSync(`${other}/d2/${name}`, atime, mtime);
  }
  await job.restore(backend);
  await sleep(20);
  swapBytes(job.path("tree/d1/f1"));
  swapBytes(job.path("tree/big"));
  renameSync(job.path("tree/d2"), job.path("old"));
  renameSync(`${other}/d2`, job.path("tree/d2"));
  expect(await job.restore(backend)).toMatchObject({ status: "hit" });
  expect(differences(snapshotTree(job.path("tree")), saved)).toEqual([]);
});

test("a later job finds the stamp where the machine keeps them, and none where it does not", async () => {
  for (const keptIn of [temporaryFolder(), undefined]) {
    const { backend, job } = await restoredJob(keptIn);
    removeFolder(job.folders.temp);
    swapBytes(job.path("tree/d1/f1"));
    await sleep(20);
    for (const name of keptIn === undefined ? [] : readdirSync(keptIn)) {
      const stamp = JSON.parse(readFileSync(join(keptIn!, name), "utf8")) as Stamp;
      writeFileSync(join(keptIn!, name), JSON.stringify({ ...stamp, beforeMs: Date.now() }));
    }
    await job.restore(backend);
    const isBelieved = readFileSync(job.path("tree/d1/f1"))[0] === "!".charCodeAt(0);
    expect(isBelieved).toBe(keptIn !== undefined);
  }
});

test("restored onto another saved state: only what differs is fetched, the rest is not read", async () => {
  const { backend, job, saved } = await restoredJob();
  writeFileSync(job.path("tree/d3/f3"), "changed");
  utimesSync(job.path("tree/d3/f3"), TIME, TIME);
  await job.save(backend, { key: "other" });
  await sleep(20);
  swapBytes(job.path("tree/d1/f1"));
  await sleep(20);
  forgeStamps(job);
  expect(await job.restore(backend)).toMatchObject({ status: "hit" });
  const there = snapshotTree(job.path("tree"));
  expect(differences(there, saved).filter((line) => !line.includes("d1"))).toEqual([]);
  expect(readFileSync(job.path("tree/d1/f1"))[0]).toBe("!".charCodeAt(0));
});

test("a save of the same job does not read what it restored; one of another job reads all", async () => {
  const { backend, job } = await restoredJob();
  const { contentHash } = await refOf(backend);
  for (const name of readdirSync(job.path("tree/d1"))) swapBytes(job.path(`tree/d1/${name}`));
  await sleep(20);
  forgeStamps(job);
  expect(await job.save(backend, { key: "same job" })).toMatchObject({ status: "saved", uploadedBytes: 0 });
  expect((await refOf(backend, "same job")).contentHash).toBe(contentHash);
  removeFolder(job.folders.temp);
  await job.save(backend, { key: "another job" });
  expect((await refOf(backend, "another job")).contentHash).not.toBe(contentHash);
});

test("a save of an unchanged tree sends nothing, whatever of it has to be read again", async () => {
  const { backend, job } = await restoredJob();
  const { contentHash } = await refOf(backend);
  // In half of the folders a file counts as changed. Files are copies of each other there, but none of these.
  for (const name of ["d1/f50", "d3/f52", "d5/f54"]) {
    const path = job.path(`tree/${name}`);
    const bytes = readFileSync(path);
    const { atime, mtime } = lstatSync(path);
    writeFileSync(path, bytes);
    utimesSync(path, atime, mtime);
  }
  expect(await job.save(backend, { key: "again" })).toMatchObject({ status: "saved", uploadedBytes: 0 });
  expect((await refOf(backend, "again")).contentHash).toBe(contentHash);
});

test("a base whose packs are condemned is read again and stored again", async () => {
  const { backend, job } = await restoredJob();
  const names: string[] = [];
  for await (const { name } of backend.store.list("v1/trusted/packs/")) names.push(name);
  const condemned = Buffer.from(JSON.stringify({ names }));
  await backend.store.swap("v1/condemned/current.json", condemned, null);
  const saved = await job.save(backend, { key: "again" });
  expect(saved).toMatchObject({ status: "saved" });
  if (saved.status === "saved") expect(saved.uploadedBytes).toBeGreaterThan(5_000_000);
});

test("stamps never change what is saved: any tree, changed in any way after it was restored", async () => {
  await checkAsync(
    fc.asyncProperty(trees("tree"), trees("tree", 6), async (one, two) => {
      const backend = testBackend();
      const from = createJob();
      makeTree(from.folders.workspace, one);
      if ((await from.save(backend).catch(() => undefined)) === undefined) return;
      const job = createJob();
      await job.restore(backend);
      await sleep(10);
      for (const [path, node] of Object.entries(two))
        if (node.kind === "file" && path in one && one[path]!.kind === "file")
          writeFileSync(join(job.folders.workspace, path), node.bytes);
      await job.save(backend, { key: "stamped" });
      removeFolder(job.folders.temp);
      const whole = await job.restore(testBackend({ store: backend.store, index: backend.index }), {
        key: "stamped",
      });
      expect(whole).toMatchObject({ status: "hit" });
      if (whole.status === "hit") expect(whole.keptBytes).toBe(whole.restoredBytes);
    }),
    20,
  );
}, 120_000);
