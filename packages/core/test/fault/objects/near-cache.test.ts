// The near cache when its disk refuses: a restore gets every byte all the same, with one notice. And several processes
// of one machine at once, one of them killed.

import { chmod, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { filesIn, sizeOf } from "../../support/near.ts";
import { runSource, runSourceAsNobody, runSourceOnSmallDisk, startSource } from "../../support/run-source.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const SIZE = 500_000;

/** Packs 0, 1, 2… of half a megabyte in a memory store; `readAll` reads some of them through the near cache. */
const OPEN = `
  import { createHash } from "node:crypto";
  import { createMemoryStore } from "SRC/objects/memory-store.ts";
  import { withCounting } from "SRC/objects/with-counting.ts";
  import { withNearCache } from "SRC/objects/with-near-cache.ts";
  import { sha256 } from "SRC/lib/sha256.ts";
  const { store: far, counts } = withCounting(createMemoryStore());
  const notices = [];
  const open = (maxSizeBytes, freeBytes) =>
    withNearCache(far, { root: process.argv[1], maxSizeBytes, freeBytes, onNotice: (line) => notices.push(line) });
  const packs = [];
  for (let index = 0; index < 40; index++) {
    const bytes = Buffer.alloc(${SIZE}, createHash("sha256").update(String(index)).digest());
    const name = "v1/trusted/packs/" + sha256(bytes);
    await far.put(name, bytes, sha256(bytes));
    packs.push({ name, bytes });
  }
  async function readAll(near, chosen = packs) {
    for (const { name, bytes } of chosen) {
      const range = { offset: 1000, length: ${SIZE} - 1000 };
      if (Buffer.compare(await near.get(name), bytes) !== 0) throw new Error("wrong bytes");
      if (Buffer.compare(await near.get(name, range), bytes.subarray(1000)) !== 0) throw new Error("wrong range");
    }
  }
  const print = (value) => process.stdout.write(JSON.stringify(value));`;

const READ = `${OPEN}
  const near = open(2 ** 30);
  await readAll(near, packs.slice(0, 5));
  await readAll(near, packs.slice(0, 5));
  print({ reads: counts.get.requests, notices });`;

test("a folder that may be neither read nor written", async () => {
  const root = temporaryFolder();
  await chmod(root, 0o700);
  const { reads, notices } = JSON.parse(await runSourceAsNobody(READ, root));
  expect(reads).toBe(20);
  expect(notices).toEqual([expect.stringContaining(`the near cache in ${root} could not be read: EACCES`)]);
});

test("a folder in one that may not be written", async () => {
  const parent = temporaryFolder();
  await chmod(parent, 0o755);
  const root = join(parent, "near");
  const { reads, notices } = JSON.parse(await runSourceAsNobody(READ, root));
  expect(reads).toBe(20);
  expect(notices).toEqual([expect.stringContaining("keeps nothing more: EACCES")]);
});

test("a folder that may be read and not written is read", async () => {
  const root = temporaryFolder();
  expect(JSON.parse(await runSource(READ, root))).toEqual({ reads: 10, notices: [] });
  const some = `${OPEN}
    await readAll(open(2 ** 30), packs.slice(3, 7));
    print({ reads: counts.get.requests, notices });`;
  const open = async (folder: string) => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      await chmod(path, entry.isDirectory() ? 0o755 : 0o644);
      if (entry.isDirectory()) await open(path);
    }
  };
  await chmod(root, 0o755);
  await open(root);
  const { reads, notices } = JSON.parse(await runSourceAsNobody(some, root));
  expect(reads).toBe(4);
  expect(notices).toEqual([expect.stringContaining("keeps nothing more: EACCES")]);
});

test("a disk that is full, and says so only when it is written to", async () => {
  const full = `${OPEN}
    const { readdirSync } = await import("node:fs");
    const near = open(2 ** 30, async () => 2 ** 40);
    await readAll(near);
    const left = readdirSync(process.argv[1] + "/.tmp");
    await readAll(open(2 ** 30, async () => 2 ** 40), packs.slice(0, 1));
    print({ reads: counts.get.requests, notices, left });`;
  const { reads, notices, left } = JSON.parse(await runSourceOnSmallDisk(full, temporaryFolder(), 4));
  expect(reads).toBe(80);
  expect(notices).toEqual([expect.stringContaining("keeps nothing more: ENOSPC")]);
  expect(left).toEqual([]);
});

test("a small disk is noticed before it is full", async () => {
  const output = await runSourceOnSmallDisk(READ, temporaryFolder(), 64);
  expect(JSON.parse(output)).toEqual({
    reads: 20,
    notices: [expect.stringContaining("disk is nearly full")],
  });
});

test("six processes read, write and remove in one folder", async () => {
  const root = temporaryFolder();
  const maxSizeBytes = 20 * SIZE;
  const shuffled = `${OPEN}
    const near = open(Number(process.argv[2]));
    for (let round = 0; round < 4; round++) {
      const chosen = packs.toSorted(() => Math.random() - 0.5).slice(0, 25);
      await Promise.all([readAll(near, chosen.slice(0, 12)), readAll(near, chosen.slice(12))]);
    }
    print({ notices, hits: 200 - counts.get.requests });`;
  const writer = await startSource(
    `${OPEN}
    process.stdout.write("go");
    for (;;) await readAll(open(Number(process.argv[2])));`,
    root,
    String(maxSizeBytes),
  );
  setTimeout(() => void writer.kill(), 500);
  const outputs = await Promise.all(
    Array.from({ length: 6 }, () => runSource(shuffled, root, String(maxSizeBytes))),
  );
  for (const output of outputs) {
    const { notices, hits } = JSON.parse(output);
    expect(notices).toEqual([]);
    expect(hits).toBeGreaterThan(0);
  }
  // Each may pass the limit by a tenth before it looks again.
  expect(sizeOf(join(root, "trusted"))).toBeLessThanOrEqual(maxSizeBytes * 1.7);
  await runSource(`${OPEN}\nawait readAll(open(Number(process.argv[2])));`, root, String(maxSizeBytes));
  expect(sizeOf(join(root, "trusted"))).toBeLessThanOrEqual(maxSizeBytes);
  expect(filesIn(join(root, ".tmp")).length).toBeLessThanOrEqual(1);
}, 60_000);
