// A tree becomes that of another data set, and only what differs is written.

import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { applyChange, changeBetween } from "../../src/change-tree.ts";
import { differencesBetween } from "../../src/tree.ts";

let folder: string;
let before: string;
let after: string;

const OLD = 1000;
const NEW = 2000;

function write(root: string, path: string, content: string, time: number): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
  utimesSync(join(root, path), time, time);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bench-change-"));
  before = join(folder, "before");
  after = join(folder, "after");
  write(before, "same", "1", OLD);
  write(before, "other", "1", OLD);
  write(before, "mode", "1", OLD);
  write(before, "gone/a", "1", OLD);
  write(before, "gone/b/c", "1", OLD);
  write(before, "becomes-folder", "1", OLD);
  write(after, "same", "1", NEW);
  write(after, "other", "2", NEW);
  write(after, "mode", "1", NEW);
  chmodSync(join(after, "mode"), 0o755);
  write(after, "new/a", "1", NEW);
  write(after, "becomes-folder/a", "1", NEW);
  symlinkSync("same", join(after, "link"));
});

afterEach(() => rmSync(folder, { recursive: true }));

test("what is in a removed folder is not removed again, and folders come before what is in them", () => {
  const { removed, written } = changeBetween(before, after);
  expect(removed).toEqual(["gone"]);
  expect(written.toSorted()).toEqual(
    ["becomes-folder", "becomes-folder/a", "link", "mode", "new", "new/a", "other"].toSorted(),
  );
  expect(written.indexOf("new")).toBeLessThan(written.indexOf("new/a"));
});

test("the tree becomes the other one, and what is equal keeps its inode and its time", () => {
  const change = changeBetween(before, after);
  const { ino, ctimeMs } = lstatSync(join(before, "same"));
  applyChange(change, after, before);
  expect(lstatSync(join(before, "same"))).toMatchObject({ ino, ctimeMs, mtimeMs: OLD * 1000 });
  expect(differencesBetween(after, before)).toEqual(["same: another modification time"]);
  expect(changeBetween(before, after)).toEqual({ removed: [], written: [] });
});
