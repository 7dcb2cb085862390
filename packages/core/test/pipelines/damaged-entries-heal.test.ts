// Damage to the entries of an artifact heals as damage to its content does: the restore names the object, and the job's
// save step puts the entries elsewhere and replaces the Ref.

import { randomBytes } from "node:crypto";
import { expect, test } from "@jest/globals";
import { accessOf, createJob, testBackend } from "../support/job.ts";
import { differences, file, makeTree, snapshotTree } from "../support/tree.ts";

test("a corrupt segment is a named object, and gone after the job's own save", async () => {
  const backend = testBackend();
  const first = createJob();
  makeTree(first.path("tree"), { big: file(randomBytes(3_000_000)), small: file("small") });
  await first.save(backend);

  const packs = [];
  for await (const pack of backend.store.list("v1/trusted/packs/")) packs.push(pack);
  const { name } = packs.sort((a, b) => a.sizeBytes - b.sizeBytes)[0]!;
  const { bytes, tag } = (await backend.store.read(name))!;
  const damaged = Buffer.from(bytes);
  damaged[20] = damaged[20]! ^ 1;
  await backend.store.swap(name, damaged, tag);

  const second = createJob();
  await expect(second.restore(backend)).rejects.toMatchObject({ code: "CORRUPT", objectName: name });
  makeTree(second.path("tree"), { rebuilt: file("as the job would") });
  expect(await second.save(backend)).toMatchObject({ status: "saved", replaced: true });

  const third = createJob();
  expect(await third.restore(backend, { access: accessOf() })).toMatchObject({ status: "hit" });
  expect(differences(snapshotTree(third.path("tree")), snapshotTree(second.path("tree")))).toEqual([]);
});
