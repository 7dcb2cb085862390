// The top of a checkout: where searches end, and what names are relative to.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { findCheckout, foldersUpward, relativeWithin } from "../../../src/keys/folders-upward.ts";
import { temporaryFolder } from "../../support/temporary.ts";

function tree(...folders: string[]): string {
  const root = temporaryFolder();
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
  return root;
}

test("is the nearest folder with a .git, a folder or the file of a worktree", () => {
  const root = tree("a/.git", "a/b/c", "a/sub/d");
  writeFileSync(join(root, "a/sub/.git"), "gitdir: elsewhere");
  expect(findCheckout(join(root, "a/b/c"), undefined)).toBe(join(root, "a"));
  expect(findCheckout(join(root, "a/sub/d"), undefined)).toBe(join(root, "a/sub"));
});

test("is never above the workspace, which it is without a .git", () => {
  const root = tree(".git", "workspace/app/src");
  const workspace = join(root, "workspace");
  expect(findCheckout(join(workspace, "app/src"), workspace)).toBe(workspace);
  mkdirSync(join(workspace, "app/.git"));
  expect(findCheckout(join(workspace, "app/src"), workspace)).toBe(join(workspace, "app"));
});

test("without either is the folder itself; a workspace elsewhere is none", () => {
  const root = tree("a", "b");
  expect(findCheckout(join(root, "a"), join(root, "b"))).toBe(join(root, "a"));
  expect(findCheckout(join(root, "a"), undefined)).toBe(join(root, "a"));
});

test("folders upward end at the top", () => {
  expect(foldersUpward("/a/b/c", "/a")).toEqual(["/a/b/c", "/a/b", "/a"]);
  expect(foldersUpward("/a", "/a")).toEqual(["/a"]);
  expect(foldersUpward("/b", "/a")).toEqual(["/b"]);
  expect(foldersUpward("/a/b", "/")).toEqual(["/a/b", "/a", "/"]);
});

test("a name is relative to a folder, or undefined outside of it", () => {
  expect(relativeWithin("/a/b/c", "/a")).toBe("b/c");
  expect(relativeWithin("/a", "/a")).toBe(".");
  expect(relativeWithin("/a/..b", "/a")).toBe("..b");
  expect(relativeWithin("/b", "/a")).toBeUndefined();
  expect(relativeWithin("/ab", "/a")).toBeUndefined();
});
