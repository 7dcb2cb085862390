// Invariant: damage heals. A restore that meets a missing or corrupt object tells the job's save, which sends that
// content again under another name and replaces the Ref. Nobody else has to do anything.

import { expect, test } from "@jest/globals";
import { readArtifact } from "../../src/lib/read-artifact.ts";
import { CorruptError, ObjectMissingError } from "../../src/model/errors.ts";
import { noise } from "../support/arbitraries.ts";
import { createJob, refOf, type TestBackend, testBackend } from "../support/job.ts";
import { damage } from "../support/stores.ts";
import { file, makeTree, snapshotTree } from "../support/tree.ts";

const TREE = Object.fromEntries(Array.from({ length: 4 }, (_, i) => [`tree/f${i}`, file(noise(i, 450_000))]));
const SMALL = { "tree/a": file("a") };

type Damage = (backend: TestBackend, name: string) => Promise<void>;
const garble: Damage = (backend, name) => damage(backend.store, name, (bytes) => bytes.fill(7));
const remove: Damage = (backend, name) => backend.store.delete(name);
const cutOff: Damage = (backend, name) => damage(backend.store, name, (bytes) => bytes.subarray(0, 10));

async function objectsOf(backend: TestBackend): Promise<Record<"chunks" | "segments" | "artifact", string>> {
  const { contentHash } = await refOf(backend);
  const { header } = await readArtifact({ store: backend.store, domain: "trusted", contentHash });
  const segments = header.segments[0]!.chunk.pack;
  const chunks = header.packs.find((pack) => pack.digest !== segments)?.digest;
  return {
    chunks: `v1/trusted/packs/${chunks}`,
    segments: `v1/trusted/packs/${segments}`,
    artifact: `v1/trusted/artifacts/${contentHash}`,
  };
}

for (const [how, harm, error] of [
  ["garbled", garble, CorruptError],
  ["missing", remove, ObjectMissingError],
  ["cut off", cutOff, CorruptError],
] as const) {
  test.each(["chunks", "segments", "artifact"] as const)(
    `the pack or artifact with the %s is ${how}`,
    async (which) => {
      const backend = testBackend();
      const first = createJob();
      makeTree(first.folders.workspace, TREE);
      await first.save(backend);
      const name = (await objectsOf(backend))[which];
      await harm(backend, name);

      const job = createJob();
      await expect(job.restore(backend)).rejects.toBeInstanceOf(error);
      // The job does its work without the cache.
      makeTree(job.folders.workspace, TREE);
      const saved = await job.save(backend);
      expect(saved).toMatchObject({ status: "saved", replaced: true });
      const other = createJob();
      expect(await other.restore(backend)).toMatchObject({ status: "hit", exact: true });
      expect(snapshotTree(other.path("tree"))).toEqual(snapshotTree(first.path("tree")));
    },
  );
}

test("a small artifact with everything in it is garbled", async () => {
  const backend = testBackend();
  const first = createJob();
  makeTree(first.folders.workspace, SMALL);
  await first.save(backend);
  await garble(backend, (await objectsOf(backend)).artifact);
  const job = createJob();
  await expect(job.restore(backend)).rejects.toBeInstanceOf(CorruptError);
  makeTree(job.folders.workspace, SMALL);
  expect(await job.save(backend)).toMatchObject({ status: "saved", replaced: true });
  expect(await createJob().restore(backend)).toMatchObject({ status: "hit" });
});

test("a pack that is known to be broken is no base either, under whatever key it is found", async () => {
  const backend = testBackend();
  const first = createJob();
  makeTree(first.folders.workspace, TREE);
  await first.save(backend, { key: "deps-1" });
  makeTree(first.folders.workspace, { "tree/new": file("new") });
  await first.save(backend, { key: "deps-2" });
  const { contentHash } = await refOf(backend, "deps-1");
  const { header } = await readArtifact({ store: backend.store, domain: "trusted", contentHash });
  const shared = header.packs.find((pack) => pack.digest !== header.segments[0]!.chunk.pack)!;
  await damage(backend.store, `v1/trusted/packs/${shared.digest}`, (bytes) => bytes.fill(7));

  const job = createJob();
  await expect(job.restore(backend, { key: "deps-1" })).rejects.toBeInstanceOf(CorruptError);
  makeTree(job.folders.workspace, TREE);
  // deps-2 names the same pack and would be a base.
  expect(await job.save(backend, { key: "deps-3" })).toMatchObject({ status: "saved" });
  expect(await createJob().restore(backend, { key: "deps-3" })).toMatchObject({ status: "hit" });
});

test("without a broken restore, a save of a key that exists leaves it alone", async () => {
  const backend = testBackend();
  const job = createJob();
  makeTree(job.folders.workspace, TREE);
  await job.save(backend);
  const { contentHash } = await refOf(backend);
  makeTree(job.folders.workspace, { "tree/new": file("new") });
  expect(await job.save(backend)).toMatchObject({ status: "exists" });
  expect((await refOf(backend)).contentHash).toBe(contentHash);
  expect(await job.save(backend, { overwrite: true })).toMatchObject({ status: "saved", replaced: true });
  expect(await job.save(backend, { overwrite: true })).toMatchObject({ status: "exists" });
});
