// Invariant: no byte reaches the destination before both its digests matched. Whatever bit of whatever object is
// another: the restore ends with CorruptError and the tree is as it was.

import { expect, test } from "@jest/globals";
import { CorruptError, ObjectMissingError } from "../../src/model/errors.ts";
import { noise } from "../support/arbitraries.ts";
import { createJob, testBackend } from "../support/job.ts";
import { flipBit, listNames } from "../support/stores.ts";
import { differences, file, makeTree, snapshotTree, type TreeSpec } from "../support/tree.ts";

const small: TreeSpec = { "tree/a": file("a".repeat(1000)), "tree/b": file(noise(1, 1000)) };
const large: TreeSpec = {
  ...Object.fromEntries(
    Array.from({ length: 200 }, (_, i) => [`tree/t${i}`, file(`text ${i} `.repeat(500))]),
  ),
  "tree/big": file(noise(2, 4_000_000)),
  "tree/mid": file(noise(3, 1_500_000)),
};

test.each<[string, TreeSpec, number]>([
  ["an artifact that holds everything", small, 60],
  ["packs and their artifact", large, 30],
])(
  "bits turned over in %s",
  async (_what, spec, flips) => {
    const backend = testBackend();
    const from = createJob();
    makeTree(from.folders.workspace, spec);
    await from.save(backend);
    const to = createJob();
    makeTree(to.folders.workspace, {
      "tree/a": file("mine"),
      "tree/t7": file("mine too"),
      "tree/own": file("own"),
    });
    const before = snapshotTree(to.folders.workspace);
    const wholeBefore = snapshotTree(from.path("tree"));

    for (const name of (await listNames(backend.store)).filter((object) => object !== "v1/store.json")) {
      const { sizeBytes } = (await backend.store.head(name))!;
      let corrupt = 0;
      for (let i = 0; i < flips; i++) {
        const bit = Math.floor(((i + 0.5) / flips) * sizeBytes * 8);
        await flipBit(backend.store, name, bit);
        const outcome: unknown = await to.restore(backend).catch((error: unknown) => error);
        if (outcome instanceof CorruptError) {
          corrupt++;
          // Whoever reads this in the save step has to find the object.
          expect(outcome.objectName).toBe(name);
          expect(differences(snapshotTree(to.folders.workspace), before)).toEqual([]);
        } else {
          // A pack ends in a list of its chunks, which no restore reads.
          expect(outcome).toMatchObject({ status: "hit" });
          expect(name).toContain("/packs/");
          const after = snapshotTree(to.path("tree"));
          for (const path of Object.keys(wholeBefore))
            expect([path, after[path]]).toEqual([path, wholeBefore[path]]);
        }
        await flipBit(backend.store, name, bit);
        if (!(outcome instanceof CorruptError)) break;
      }
      expect(corrupt).toBeGreaterThanOrEqual(name.includes("/artifacts/") ? flips : flips * 0.8);
    }
  },
  120_000,
);

test("an object that is gone, or shorter than it was", async () => {
  const backend = testBackend();
  const from = createJob();
  makeTree(from.folders.workspace, large);
  await from.save(backend);
  const to = createJob();
  for (const name of (await listNames(backend.store)).filter((object) => object !== "v1/store.json")) {
    const object = (await backend.store.read(name))!;
    await backend.store.swap(name, object.bytes.subarray(0, object.bytes.length / 2), object.tag);
    await expect(to.restore(backend)).rejects.toBeInstanceOf(CorruptError);
    await backend.store.delete(name);
    await expect(to.restore(backend)).rejects.toBeInstanceOf(ObjectMissingError);
    expect(Object.keys(snapshotTree(to.folders.workspace))).toEqual([""]);
    await backend.store.swap(name, object.bytes, null);
  }
  expect(await to.restore(backend)).toMatchObject({ status: "hit" });
});
