// The comparison that proves a restore: it must see every sort of difference.
import {
  appendFileSync,
  chmodSync,
  linkSync,
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
import { compareTrees, describeTree } from "./tree.ts";

let folder = "";
const at = (path: string): string => join(folder, path);
const time = 1_700_000_000.123456;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tree-"));
  mkdirSync(at("a/empty"), { recursive: true });
  writeFileSync(at("a/file"), "content", { mode: 0o644 });
  linkSync(at("a/file"), at("a/same"));
  writeFileSync(at("a/other"), "content", { mode: 0o644 });
  symlinkSync("file", at("a/link"));
  for (const path of ["a/file", "a/other", "a/empty", "a", "."]) utimesSync(at(path), time, time);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("describes every path, in order", () => {
  expect(describeTree(folder).map(({ path, kind }) => `${kind} ${path}`)).toEqual([
    "directory .",
    "directory a",
    "directory a/empty",
    "file a/file",
    "symlink a/link",
    "file a/other",
    "file a/same",
  ]);
});

test("finds no difference where there is none, and says nothing of what is left out", () => {
  const before = describeTree(folder);
  expect(compareTrees(before, describeTree(folder))).toEqual([]);
  expect(describeTree(folder, { without: ["a"] }).map(({ path }) => path)).toEqual(["."]);
});

test.each<[string, () => void, string]>([
  ["a byte", () => writeFileSync(at("a/other"), "cOntent"), "a/other: sha256 is"],
  ["a size", () => appendFileSync(at("a/other"), "!"), "a/other: size is 8, expected 7"],
  ["a mode", () => chmodSync(at("a/other"), 0o600), "a/other: mode is 600, expected 644"],
  ["a microsecond", () => utimesSync(at("a/other"), time, time + 1.5e-6), "a/other: mtimeUs is"],
  ["the time of a folder", () => utimesSync(at("a/empty"), time, time - 1), "a/empty: mtimeUs is"],
  ["a missing folder", () => rmSync(at("a/empty"), { recursive: true }), "a/empty: missing"],
  ["an extra file", () => writeFileSync(at("a/empty/new"), ""), "a/empty/new: not expected"],
  ["a link to elsewhere", () => relink("other"), "a/link: target is other, expected file"],
  ["a file in the place of a link", () => replaceLink(), "a/link: kind is file, expected symlink"],
  ["a copy in the place of a hard link", () => copySame(), "a/same: sameFileAs is none, expected a/file"],
])("finds %s", (_, change, difference) => {
  const before = describeTree(folder);
  change();
  expect(compareTrees(before, describeTree(folder))).toContainEqual(expect.stringContaining(difference));
});

function relink(target: string): void {
  rmSync(at("a/link"));
  symlinkSync(target, at("a/link"));
}

function replaceLink(): void {
  rmSync(at("a/link"));
  writeFileSync(at("a/link"), "content");
}

function copySame(): void {
  rmSync(at("a/same"));
  writeFileSync(at("a/same"), "content", { mode: 0o644 });
  utimesSync(at("a/same"), time, time);
}
