// Which saves start threads.

import { afterEach, expect, test } from "@jest/globals";
import { DEFAULT_COMPRESSION } from "../../../src/lib/codec.ts";
import type { Digest } from "../../../src/model/digest.ts";
import { isSmallTree } from "../../../src/save/small-tree.ts";
import { openPool, type WorkerPool } from "../../../src/workers/pool.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { file, makeTree, type TreeSpec } from "../../support/tree.ts";

const opened: WorkerPool[] = [];

afterEach(async () => {
  for (const pool of opened.splice(0)) await pool.close();
});

/** Threads of a save of these trees; 1 is the caller's own. */
function threadsFor(...trees: TreeSpec[]): number {
  const roots = trees.map((tree) => {
    const absolute = temporaryFolder();
    makeTree(absolute, tree);
    return { anchor: "absolute", path: absolute, absolute, written: absolute } as const;
  });
  const settings = { compression: DEFAULT_COMPRESSION, known: new Set<Digest>() };
  const pool = openPool(settings, { isSmall: isSmallTree(roots), isLazy: true });
  opened.push(pool);
  return pool.size;
}

const files = (count: number, content: string): TreeSpec =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`file ${i}`, file(content)]));

test("a tree that is stored before a thread has started has none", () => {
  expect(threadsFor(files(10, "x".repeat(10_000)))).toBe(1);
  expect(threadsFor({}, files(250, ""))).toBe(1);
});

test("a large file, many files, or many in all the roots have threads", () => {
  expect(threadsFor({ "a/b": file("x".repeat(1_100_000)) })).toBeGreaterThan(1);
  expect(threadsFor(files(300, ""))).toBeGreaterThan(1);
  expect(threadsFor(files(150, ""), files(150, ""))).toBeGreaterThan(1);
});
