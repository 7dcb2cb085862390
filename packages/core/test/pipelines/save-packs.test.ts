// What a save puts where: small trees into the artifact itself, larger ones into packs, and nothing twice.

import { randomBytes } from "node:crypto";
import { expect, test } from "@jest/globals";
import { readArtifact } from "../../src/lib/read-artifact.ts";
import { createJob, refOf, type TestBackend, testBackend } from "../support/job.ts";
import { damage, listNames } from "../support/stores.ts";
import { differences, file, makeTree, snapshotTree, type TreeSpec } from "../support/tree.ts";

const MIB = 2 ** 20;

const headerOf = async (backend: TestBackend, key = "key") => {
  const { contentHash } = await refOf(backend, key);
  return (await readArtifact({ store: backend.store, domain: "trusted", contentHash })).header;
};

/** So many files of one MiB each, of which no two have anything in common. */
const incompressible = (count: number, name = "file"): TreeSpec =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${name}-${i}`, file(randomBytes(MIB))]));

test("a small tree is one object beside the store's identity", async () => {
  const backend = testBackend();
  const job = createJob();
  makeTree(job.path("tree"), { a: file("a"), b: file(randomBytes(500_000)) });
  await job.save(backend);
  expect(await listNames(backend.store)).toEqual([
    "v1/store.json",
    expect.stringMatching(/^v1\/trusted\/artifacts\/[0-9a-f]{64}$/),
  ]);
});

// The last chunk fills the pack exactly when nothing is left over: then no pack is open and yet one is full.
test.each([15, 16, 17])("a tree of about one pack: %i MiB", async (count) => {
  const backend = testBackend();
  const [from, to] = [createJob(), createJob()];
  makeTree(from.path("tree"), incompressible(count));
  await from.save(backend);
  const header = await headerOf(backend);
  expect(header.inlineBytes).toBe(0);
  expect(header.packs.map((pack) => pack.usedBytes).reduce((a, b) => a + b)).toBeGreaterThan(count * MIB);
  await to.restore(backend);
  expect(differences(snapshotTree(to.path("tree")), snapshotTree(from.path("tree")))).toEqual([]);
});

test("a save after a small change sends the change and names the packs of the first", async () => {
  const backend = testBackend();
  const job = createJob();
  makeTree(job.path("tree"), incompressible(20));
  const first = await job.save(backend);
  makeTree(job.path("tree"), { "file-3": file("changed") });
  const second = await job.save(backend, { key: "key-2" });
  expect(first).toMatchObject({ status: "saved", reusedBytes: 0 });
  expect(second).toMatchObject({ status: "saved" });
  if (second.status !== "saved") return;
  // The chunk of file-3 may hold neighbours; nothing else is sent.
  expect(second.uploadedBytes).toBeLessThan(4 * MIB);
  expect(second.reusedBytes).toBeGreaterThan(15 * MIB);
  const [one, two] = [await headerOf(backend), await headerOf(backend, "key-2")];
  const names = one.packs.map((pack) => pack.digest);
  expect(two.packs.filter((pack) => names.includes(pack.digest)).length).toBeGreaterThan(0);
});

test("a small tree that is stored under another key was already stored as a whole", async () => {
  const backend = testBackend();
  const job = createJob();
  makeTree(job.path("tree"), { a: file("one"), b: file("two") });
  await job.save(backend);
  const again = await job.save(backend, { key: "key-2" });
  expect(again).toMatchObject({ status: "saved", uploadedBytes: 0, reusedBytes: 6 });
});

test("a base whose later segments can't be read is no base at all", async () => {
  const backend = testBackend();
  const [job, other] = [createJob(), createJob()];
  // More entries than a segment takes, in two saves, so that the segments lie in packs of their own.
  const many = (from: number, count: number): TreeSpec =>
    Object.fromEntries(
      Array.from({ length: count }, (_, i) => [`n${from + i}`, file(`${from + i}`.padEnd(1_000))]),
    );
  makeTree(job.path("tree"), { ...incompressible(2), ...many(0, 9_000) });
  await job.save(backend, { key: "key-1" });
  makeTree(job.path("tree"), { ...incompressible(2, "z"), ...many(50_000, 1_500) });
  await job.save(backend, { key: "key-2" });
  const header = await headerOf(backend, "key-2");
  const last = header.segments.at(-1)!.chunk;
  expect(new Set(header.segments.map((segment) => segment.chunk.pack)).size).toBeGreaterThan(1);
  await damage(backend.store, `v1/trusted/packs/${last.pack}`, (bytes) => bytes.fill(0, last.offset));

  const third = await job.save(backend, { key: "key-3" });
  expect(third).toMatchObject({ status: "saved" });
  expect(await other.restore(backend, { key: "key-3" })).toMatchObject({ status: "hit" });
  expect(differences(snapshotTree(other.path("tree")), snapshotTree(job.path("tree")))).toEqual([]);
});
