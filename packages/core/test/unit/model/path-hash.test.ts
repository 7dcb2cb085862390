// Cuts by path: the sizes come out as meant, and a changed path moves no other cut.

import { expect, test } from "@jest/globals";
import { CHUNK_TARGET_BYTES, SEGMENT_TARGET_ENTRIES } from "../../../src/model/limits.ts";
import { cutsChunkAfter, cutsSegmentAfter, pathHash } from "../../../src/model/path-hash.ts";

/** Paths as they are in a real tree: long common prefixes, counters, few letters. */
function treePaths(count: number): string[] {
  return Array.from(
    { length: count },
    (_, i) => `node_modules/package-${Math.floor(i / 37)}/dist/esm/chunk-${i % 37}.js`,
  );
}

test("the hash of a path is part of the format", () => {
  expect(["", "a", "node_modules/.bin/tsc", "é🦉"].map(pathHash)).toEqual([
    2872998923, 444641715, 1562834207, 3831440653,
  ]);
});

test.each([2_000, 10_000, 60_000])("chunks of files of %i bytes have the target on average", (size) => {
  const paths = treePaths(100_000);
  const cuts = paths.filter((path) => cutsChunkAfter(path, size)).length;
  const mean = (paths.length * size) / cuts;
  expect(mean).toBeGreaterThan(CHUNK_TARGET_BYTES * 0.85);
  expect(mean).toBeLessThan(CHUNK_TARGET_BYTES * 1.15);
});

test("segments have the target on average, and their cuts are not those of the chunks", () => {
  const paths = treePaths(400_000);
  const segmentCuts = paths.filter(cutsSegmentAfter);
  const mean = paths.length / segmentCuts.length;
  expect(mean).toBeGreaterThan(SEGMENT_TARGET_ENTRIES * 0.75);
  expect(mean).toBeLessThan(SEGMENT_TARGET_ENTRIES * 1.25);
  // Independent, both fall together on one path in a hundred; on the same bits they always would.
  const both = segmentCuts.filter((path) => cutsChunkAfter(path, 10_000)).length;
  expect(both).toBeLessThan(segmentCuts.length * 0.1);
});

test("a larger file cuts wherever a smaller one did: growing moves no cut away", () => {
  for (const path of treePaths(10_000)) {
    if (cutsChunkAfter(path, 1_000)) expect(cutsChunkAfter(path, 5_000)).toBe(true);
  }
});

test("a file of the target size always ends its chunk", () => {
  for (const path of treePaths(1_000)) expect(cutsChunkAfter(path, CHUNK_TARGET_BYTES)).toBe(true);
});
