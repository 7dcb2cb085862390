// The tar stream of an artifact: whole, in bounded memory, and a clean end where a chunk is gone.

import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { expect, test } from "@jest/globals";
import { extract } from "tar-stream";
import { exportTar } from "../../../src/maintain/export-tar.ts";
import { verify } from "../../../src/maintain/verify.ts";
import { createMemoryStore } from "../../../src/objects/memory-store.ts";
import { createJob, refOf, testBackend } from "../../support/job.ts";
import { directory, file, hardlink, makeTree, symlink } from "../../support/tree.ts";

async function savedTree(spec: Parameters<typeof makeTree>[1]) {
  const backend = testBackend({ store: createMemoryStore("test") });
  const job = createJob();
  makeTree(job.path("tree"), spec);
  await job.save(backend);
  const { contentHash, domain } = await refOf(backend);
  return { backend, place: { store: backend.store, domain, contentHash } };
}

async function entriesOf(tar: Uint8Array): Promise<Record<string, string>> {
  const entries: Record<string, string> = {};
  const reader = extract();
  reader.on("entry", (header, stream, next) => {
    void buffer(stream as never).then((bytes) => {
      entries[header.name] = `${header.type} ${header.linkname ?? bytes.length}`;
      next();
    });
  });
  const done = new Promise<void>((resolve, reject) => {
    reader.on("finish", () => resolve());
    reader.on("error", reject);
  });
  reader.end(Buffer.from(tar));
  await done;
  return entries;
}

test("every kind of entry, also files larger than what is kept in memory", async () => {
  // 72 MB of zeros are a few hundred stored bytes: one read holds more plain bytes than the reader keeps.
  const { place } = await savedTree({
    zeros: file(Buffer.alloc(72_000_000)),
    small: file("small"),
    empty: file(""),
    folder: directory(),
    link: symlink("small"),
    other: hardlink("small"),
  });
  expect(await entriesOf(await buffer(await exportTar(place)))).toEqual({
    "tree/": "directory 0",
    "tree/empty": "file 0",
    "tree/folder/": "directory 0",
    "tree/link": "symlink small",
    "tree/other": expect.stringMatching(/^(link tree\/small|file 5)$/),
    "tree/small": expect.stringMatching(/^(link tree\/other|file 5)$/),
    "tree/zeros": "file 72000000",
  });
  expect(await verify(place)).toMatchObject({ problems: [] });
});

test("a pack that is gone ends the stream with its name, and nothing else happens", async () => {
  const { backend, place } = await savedTree({ big: file(randomBytes(3_000_000)), small: file("small") });
  for await (const { name, sizeBytes } of backend.store.list("v1/trusted/packs/")) {
    // What holds the entries is small, and stays readable.
    if (sizeBytes > 1_000_000) await backend.store.delete(name);
  }
  await expect(buffer(await exportTar(place))).rejects.toMatchObject({ code: "OBJECT_MISSING" });
  const { problems } = await verify(place);
  expect(problems).toEqual(expect.arrayContaining([expect.stringContaining("v1/trusted/packs/")]));
});
