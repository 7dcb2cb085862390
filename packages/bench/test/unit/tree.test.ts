// That a restored tree is found to be incomplete or different, by the quick check and by the full one.

import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { differenceInSize, differencesBetween, sizeOfTree } from "../../src/tree.ts";

let folder: string;
let saved: string;
let restored: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bench-tree-"));
  saved = join(folder, "saved");
  restored = join(folder, "restored");
  mkdirSync(join(saved, "a/empty"), { recursive: true });
  writeFileSync(join(saved, "a/file"), "12345");
  writeFileSync(join(saved, "b"), "1");
  symlinkSync("a/file", join(saved, "link"));
  cpSync(saved, restored, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
});

afterEach(() => rmSync(folder, { recursive: true }));

test("a faithful copy has the same size and no differences", () => {
  expect(sizeOfTree(saved)).toMatchObject({ files: 2, folders: 2, symlinks: 1, bytes: 6 });
  expect(differenceInSize(sizeOfTree(saved), sizeOfTree(restored))).toBeUndefined();
  expect(differencesBetween(saved, restored)).toEqual([]);
});

test("the quick check sees what is missing and what has grown", () => {
  rmSync(join(restored, "link"));
  writeFileSync(join(restored, "b"), "123");
  expect(differenceInSize(sizeOfTree(saved), sizeOfTree(restored))).toBe(
    "0 symlinks instead of 1, 8 bytes instead of 6",
  );
});

test.each<[string, string, () => void]>([
  ["a/file", "missing", () => rmSync(join(restored, "a/file"))],
  ["a/empty", "missing", () => rmSync(join(restored, "a/empty"), { recursive: true })],
  ["a/new", "not in the tree that was saved", () => writeFileSync(join(restored, "a/new"), "")],
  ["link", "another link target", () => relink("b")],
  ["b", "another mode", () => chmodSync(join(restored, "b"), 0o755)],
  ["b", "another modification time", () => utimesSync(join(restored, "b"), 0, 1000)],
  ["a/file", "other content", () => rewrite("a/file", "12346")],
])("the full check sees %s: %s", (path, difference, damage) => {
  damage();
  expect(differencesBetween(saved, restored)).toEqual([`${path}: ${difference}`]);
});

test("what a restore leaves beside its tree is a difference only where it must not be", () => {
  writeFileSync(join(restored, "a/new"), "");
  expect(differencesBetween(saved, restored, { allowExtra: true })).toEqual([]);
  expect(differencesBetween(saved, restored, { limit: 0 })).toEqual([]);
});

test("a tree of a single file is looked at, too", () => {
  expect(sizeOfTree(join(saved, "b"))).toMatchObject({ files: 1, folders: 0, bytes: 1 });
  expect(differencesBetween(join(saved, "b"), join(restored, "b"))).toEqual([]);
  expect(differencesBetween(join(saved, "b"), join(restored, "a/file"))).toEqual([": another size"]);
});

test("content is compared to the end of files larger than a buffer", () => {
  const big = Buffer.alloc((1 << 20) + 10, 1);
  for (const root of [saved, restored]) {
    writeFileSync(join(root, "big"), big);
    utimesSync(join(root, "big"), 1000, 1000);
  }
  expect(differencesBetween(saved, restored)).toEqual([]);
  big[big.length - 1] = 2;
  writeFileSync(join(restored, "big"), big);
  utimesSync(join(restored, "big"), 1000, 1000);
  expect(differencesBetween(saved, restored)).toEqual(["big: other content"]);
});

function relink(target: string): void {
  rmSync(join(restored, "link"));
  symlinkSync(target, join(restored, "link"));
}

/** Other bytes under the same size and time. */
function rewrite(path: string, content: string): void {
  for (const root of [saved, restored]) utimesSync(join(root, path), 1000, 1000);
  writeFileSync(join(restored, path), content);
  utimesSync(join(restored, path), 1000, 1000);
}
