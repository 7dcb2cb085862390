// Which entries may be written: every rule by a small artifact that breaks it. See security/ for whole restores.

import { expect, test } from "@jest/globals";
import type { Entry } from "../../../src/model/entry.ts";
import { UnsafePathError } from "../../../src/model/errors.ts";
import { createPathCheck } from "../../../src/model/safe-path.ts";
import { segmentOf } from "../../support/segment.ts";

const times = { mode: 0o755, mtimeSeconds: 0, mtimeNanos: 0 };
const folder = (path: string, root = 0): Entry => ({ kind: "directory", root, path, ...times });
const file = (path: string, root = 0): Entry => ({
  kind: "file",
  root,
  path,
  ...times,
  size: 0,
  extents: [],
});
const { mode: _, ...modified } = times;
const link = (path: string, target = "x", root = 0): Entry => ({
  kind: "symlink",
  root,
  path,
  target,
  ...modified,
});
const other = (path: string, target: string, targetRoot = 0, root = 0): Entry => ({
  kind: "hardlink",
  root,
  path,
  targetRoot,
  target,
});

const rules = { rootCount: 2, windows: false, foldsCase: false };
const judge = (entries: readonly Entry[], given: Partial<typeof rules> = {}) => {
  const check = createPathCheck({ ...rules, ...given });
  check(segmentOf(entries));
};

test("what a save makes passes", () => {
  judge([
    folder(""),
    file("..."),
    file("a"),
    folder("b"),
    file("b/.cairn-notes"),
    file("b/c"),
    link("b/d", "../../anywhere"),
    file("b-"),
    file("back\\slash"),
    file("con"),
    other("e", "b/c"),
    file("new\nline"),
    file("", 1),
  ]);
  judge([file("", 0), other("", "", 0, 1)]);
});

test("what stands in earlier segments counts", () => {
  const check = createPathCheck(rules);
  check(segmentOf([folder(""), folder("a"), file("a/b")]));
  check(segmentOf([]));
  check(segmentOf([file("a/c"), other("a/d", "a/b"), folder("b")]));
  check(segmentOf([other("b/e", "a/c"), other("b/f", "a/b")]));
  expect(() => check(segmentOf([file("a/g")]))).toThrow(UnsafePathError);
});

test.each<[string, Entry[]]>([
  ["names that are not in order", [folder(""), file("b"), file("a")]],
  ["a folder that is entered twice", [folder(""), folder("a"), file("b"), file("a/c")]],
  ["roots that are not in order", [file("", 1), folder("", 0)]],
  ["no root", [folder("", 2)]],
  ["twice the same path", [folder(""), file("a"), file("a")]],
  ["twice the root", [folder(""), folder("")]],
  ["a folder and a file of one name", [folder(""), folder("a"), file("a")]],
  ["a parent that is no entry", [folder(""), file("a/b")]],
  ["a parent that comes later", [folder(""), file("a/b"), folder("a")]],
  ["a parent that is a file", [folder(""), file("a"), file("a/b")]],
  ["a parent that is a link", [folder(""), link("a", "/etc"), file("a/b")]],
  ["a parent that is another name of a file", [folder(""), file("f"), other("g", "f"), file("g/b")]],
  ["something below a root that is a file", [file(""), file("a")]],
  ["no root entry at all", [file("a")]],
  ["an absolute path", [folder(""), file("/etc/passwd")]],
  ["..", [folder(""), file("..")]],
  [".. in the middle", [folder(""), folder("a"), file("a/../b")]],
  [".", [folder(""), file(".")]],
  ["an empty name", [folder(""), folder("a"), file("a/")]],
  ["an empty name in the middle", [folder(""), folder("a"), file("a//b")]],
  ["NUL", [folder(""), file("a\0b")]],
  ["a name that is too long", [folder(""), file("é".repeat(128))]],
  ["Cairn's own names", [folder(""), file(".cairn-restoring")]],
  ["a root that is a symbolic link", [link("", "/etc")]],
  ["a link to nothing", [folder(""), link("a", "")]],
  ["a link target with NUL", [folder(""), link("a", "b\0c")]],
  ["a hard link to nothing", [folder(""), other("a", "b")]],
  ["a hard link to a folder", [folder(""), folder("b"), other("c", "b")]],
  ["a hard link to a symbolic link", [folder(""), link("b"), other("c", "b")]],
  ["a hard link to what comes later", [folder(""), other("a", "b"), file("b")]],
  ["a hard link to itself", [folder(""), other("a", "a")]],
  ["a hard link into no root", [folder(""), other("a", "b", 7)]],
  ["a hard link outside", [folder(""), other("a", "../../etc/passwd")]],
])("refuses %s", (_what, entries) => {
  expect(() => judge(entries)).toThrow(UnsafePathError);
});

test.each([
  "a:b",
  "C:",
  "back\\slash",
  "file.txt:stream",
  "con",
  "CON",
  "nul.txt",
  "Com1",
  "lpt9.log",
  "com¹",
  "aux.",
  "dot.",
  "space ",
  "que?stion",
  "pipe|",
  "star*",
  'quo"te',
  "<x>",
])("on Windows, refuses %j", (name) => {
  expect(() => judge([folder(""), file(name)], { windows: true })).toThrow(UnsafePathError);
  expect(() => judge([folder(""), file(name)])).not.toThrow();
});

test.each(["console", "com", "com10", "nulls", "a.con", ".gitignore"])("on Windows, takes %j", (name) => {
  expect(() => judge([folder(""), file(name)], { windows: true })).not.toThrow();
});

test("where the disk folds case, names that differ only in it are refused, in folders too", () => {
  const pairs: [Entry, Entry][] = [
    [file("README"), file("readme")],
    [file("cafe\u0301"), file("caf\u00e9")],
    [link("A"), file("a")],
  ];
  for (const [one, two] of pairs) {
    expect(() => judge([folder(""), one, two], { foldsCase: true })).toThrow(UnsafePathError);
    expect(() => judge([folder(""), one, two])).not.toThrow();
  }
  // A folder under two spellings would hold both folders' files.
  expect(() => judge([folder(""), folder("Lib"), folder("lib")], { foldsCase: true })).toThrow(
    UnsafePathError,
  );
});
