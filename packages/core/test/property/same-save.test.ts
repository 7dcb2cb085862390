// Saves are deterministic: the same tree gives the same objects, however the threads were scheduled; and a save after a
// small change sends little.

import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { DEFAULT_COMPRESSION } from "../../src/lib/codec.ts";
import { readTree } from "../../src/save/read-tree.ts";
import { createInlinePool, type WorkerPool } from "../../src/workers/pool.ts";
import { noise, trees } from "../support/arbitraries.ts";
import { createJob, testBackend } from "../support/job.ts";
import { checkAsync } from "../support/properties.ts";
import { listNames } from "../support/stores.ts";
import { removeFolder, temporaryFolder } from "../support/temporary.ts";
import { file, makeTree, type TreeSpec } from "../support/tree.ts";

/** About 30 MiB: several packs, big files, many small ones, equal ones. */
const LARGE: TreeSpec = Object.fromEntries([
  ...Array.from({ length: 4 }, (_, i) => [`tree/big-${i}`, file(noise(i, 5_000_000 + i * 777_777))] as const),
  ...Array.from(
    { length: 1500 },
    (_, i) => [`tree/d${i % 40}/f${i}`, file(noise(i % 700, 1000 + i * 5))] as const,
  ),
]);

test("saving the same tree into two stores gives the same packs and the same artifact", async () => {
  const job = createJob();
  makeTree(job.folders.workspace, LARGE);
  const names = [];
  for (const backend of [testBackend(), testBackend(), testBackend()]) {
    removeFolder(job.folders.temp);
    await job.save(backend);
    names.push((await listNames(backend.store)).filter((name) => name !== "v1/store.json"));
  }
  expect(names[0]!.length).toBeGreaterThan(2);
  expect(names[1]).toEqual(names[0]);
  expect(names[2]).toEqual(names[0]);
}, 120_000);

test("groups, chunks and entries do not depend on which thread is done first", async () => {
  const root = temporaryFolder();
  const settings = { compression: DEFAULT_COMPRESSION, known: new Set<never>() };
  const read = async (delays: readonly number[]) => {
    const inner = createInlinePool(settings);
    let calls = 0;
    const pool: WorkerPool = {
      ...inner,
      size: 4,
      run: (async (task: never, input: never) => {
        await sleep(delays[calls++ % delays.length]);
        return inner.run(task, input);
      }) as WorkerPool["run"],
    };
    const found: unknown[] = [];
    const roots = [
      { anchor: "absolute" as const, path: root, absolute: `${root}/tree`, written: `${root}/tree` },
    ];
    const none = { isExcluded: () => false, onLeftOut: () => {}, onWalked: () => {}, known: [], sealed: [] };
    const options = { roots, ...none, pool, signal: undefined };
    for await (const { chunks, entries } of readTree(options))
      found.push([chunks.map((chunk) => chunk.digest), entries]);
    return found;
  };
  const delays = fc.array(fc.nat({ max: 15 }), { minLength: 1, maxLength: 7 });
  await checkAsync(
    fc.asyncProperty(trees("tree"), delays, async (spec, list) => {
      removeFolder(`${root}/tree`);
      makeTree(root, spec);
      expect(await read(list)).toEqual(await read([0]));
    }),
    15,
  );
}, 120_000);

test("a save after a small change of a large tree sends less than a fifth, wherever the change is", async () => {
  await checkAsync(
    fc.asyncProperty(fc.nat({ max: 1499 }), fc.nat({ max: 4_999_999 }), async (small, position) => {
      const backend = testBackend();
      const job = createJob();
      makeTree(job.folders.workspace, LARGE);
      const first = await job.save(backend, { key: "deps-1" });
      removeFolder(job.folders.temp);
      const bytes = noise(1, 5_777_777);
      // An insertion, which moves all that follows.
      const inserted = Buffer.concat([
        bytes.subarray(0, position),
        Buffer.from("x"),
        bytes.subarray(position),
      ]);
      makeTree(job.folders.workspace, {
        [`tree/d${small % 40}/f${small}`]: file("changed"),
        "tree/big-1": file(inserted),
        "tree/new": file("new"),
      });
      const second = await job.save(backend, { key: "deps-2" });
      if (first.status !== "saved" || second.status !== "saved") throw new Error("not saved");
      expect(second.uploadedBytes).toBeLessThan(first.uploadedBytes / 5);
      expect(second.reusedBytes).toBeGreaterThan(20_000_000);
    }),
    4,
  );
}, 120_000);
