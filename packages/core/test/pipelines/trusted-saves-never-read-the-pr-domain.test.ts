// Invariant: trusted saves never read the pr domain. Pull requests may use what is trusted, and write only their own.

import { expect, test } from "@jest/globals";
import { readArtifact } from "../../src/lib/read-artifact.ts";
import { CorruptError } from "../../src/model/errors.ts";
import { noise } from "../support/arbitraries.ts";
import { accessOf, createJob, MAIN, PULL, refOf, testBackend } from "../support/job.ts";
import { listNames, withRecording } from "../support/stores.ts";
import { differences, file, makeTree, snapshotTree, type TreeSpec } from "../support/tree.ts";

const TREE: TreeSpec = Object.fromEntries(
  Array.from({ length: 4 }, (_, i) => [`tree/f${i}`, file(noise(i, 450_000))]),
);
const pull = accessOf(PULL, "pr", [PULL, MAIN]);
/** As wide as it can be: main told to read the pull request's scope too. */
const main = accessOf(MAIN, "trusted", [MAIN, PULL]);

test("a trusted save asks for no object of the pr domain, though it reads the scope and restored from it", async () => {
  const backend = testBackend();
  const job = createJob();
  makeTree(job.folders.workspace, TREE);
  const first = await job.save(backend, { access: pull, key: "deps-1" });
  if (first.status !== "saved") throw new Error("not saved");
  // The handover of a step that was told to restore it.
  await job.restore(backend, { access: pull, key: "deps-1" });

  const { store, calls } = withRecording(backend.store);
  const second = await job.save({ ...backend, store }, { access: main, key: "deps-2" });
  expect(second).toMatchObject({ status: "saved", reusedBytes: 0 });
  expect(calls.map((call) => call.name).filter((name) => name.includes("/pr/"))).toEqual([]);
  expect((await listNames(backend.store, "v1/trusted/packs/")).length).toBeGreaterThan(0);
});

test("a trusted restore gets no Ref of the pr domain", async () => {
  const backend = testBackend();
  const job = createJob();
  makeTree(job.folders.workspace, TREE);
  await job.save(backend, { access: pull });
  expect(await createJob().restore(backend, { access: main })).toMatchObject({ status: "miss" });
});

test("a pull request uses trusted packs, and puts nothing outside its domain", async () => {
  const backend = testBackend();
  const [from, to] = [createJob(), createJob()];
  makeTree(from.folders.workspace, TREE);
  await from.save(backend, { access: main, key: "deps-1" });
  makeTree(from.folders.workspace, { "tree/new": file("new") });
  const { store, calls } = withRecording(backend.store);
  const saved = await from.save({ ...backend, store }, { access: pull, key: "deps-2" });
  if (saved.status !== "saved") throw new Error("not saved");
  expect(saved.reusedBytes).toBeGreaterThan(1_000_000);
  const puts = calls.filter((call) => call.method === "put").map((call) => call.name);
  expect(puts.length).toBeGreaterThan(0);
  expect(puts.every((name) => name.startsWith("v1/pr/"))).toBe(true);
  await to.restore(backend, { access: pull, key: "deps-2" });
  expect(differences(snapshotTree(to.path("tree")), snapshotTree(from.path("tree")))).toEqual([]);
});

test("a trusted artifact that names a pack of the pr domain is corrupt", async () => {
  const backend = testBackend();
  const job = createJob();
  makeTree(job.folders.workspace, TREE);
  await job.save(backend, { access: pull });
  // The pull request's artifact under the trusted domain, as one who can write both would put it.
  const { contentHash } = await refOf(backend);
  const bytes = await backend.store.get(`v1/pr/artifacts/${contentHash}`);
  await backend.store.put(`v1/trusted/artifacts/${contentHash}`, bytes, contentHash);
  const place = { store: backend.store, domain: "trusted" as const, contentHash };
  await expect(readArtifact(place)).rejects.toBeInstanceOf(CorruptError);
});
