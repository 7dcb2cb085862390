// Roots in their odd shapes: patterns, links, files, what can't be read, other file systems. Whatever a save takes, its
// own restore gives back.

import { execFileSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { LocalFileError, NothingToSaveError } from "../../src/model/errors.ts";
import { createJob, type TestJob, testBackend } from "../support/job.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { differences, file, hardlink, makeTree, snapshotTree, symlink } from "../support/tree.ts";

async function roundTrip(from: TestJob, to: TestJob, paths: readonly string[]) {
  const backend = testBackend();
  const saved = await from.save(backend, { paths });
  const restored = await to.restore(backend, { paths });
  return { saved, restored };
}

test("patterns, also of the folder beside the workspace and across home and workspace", async () => {
  const [from, to] = [createJob(), createJob()];
  makeTree(from.folders.workspace, {
    "packages/a/dist/x": file("a"),
    "packages/b/dist/x": file("b"),
    "packages/c/y": file("c"),
  });
  makeTree(join(from.folders.workspace, "../beside"), { "one/x": file("1"), "two/x": file("2") });
  const paths = ["packages/*/dist", "../beside/*"];
  await roundTrip(from, to, paths);
  expect(Object.keys(snapshotTree(to.folders.workspace))).toEqual([
    "",
    "packages",
    "packages/a",
    "packages/a/dist",
    "packages/a/dist/x",
    "packages/b",
    "packages/b/dist",
    "packages/b/dist/x",
  ]);
  expect(readFileSync(join(to.folders.workspace, "../beside/two/x"), "utf8")).toBe("2");
});

test("a pattern whose absolute text matches below home comes back", async () => {
  const job = createJob();
  makeTree(job.folders.home, { "cache/x": file("x") });
  const base = join(job.folders.home, "..");
  const { restored } = await roundTrip(job, job, [`${base}/h?me/cache`]);
  expect(restored.status).toBe("hit");
});

test("a workspace with brackets in its name", async () => {
  const workspace = join(temporaryFolder(), "app [main] *");
  const job = createJob({ workspace });
  makeTree(workspace, { "a/dist/x": file("x"), "a/dist/x.log": file("log") });
  const other = createJob();
  await roundTrip(job, other, ["*/dist", "!**/*.log"]);
  expect(Object.keys(snapshotTree(other.folders.workspace))).toEqual(["", "a", "a/dist", "a/dist/x"]);
});

test("a root that is a link is followed once, when saved and when restored", async () => {
  const [from, to] = [createJob(), createJob()];
  makeTree(from.path("real"), { x: file("x"), inner: symlink("x") });
  symlinkSync("real", from.path("tree"));
  mkdirSync(to.path("elsewhere"));
  symlinkSync("elsewhere", to.path("tree"));
  await roundTrip(from, to, ["tree"]);
  expect(lstatSync(to.path("tree")).isSymbolicLink()).toBe(true);
  expect(snapshotTree(to.path("elsewhere"))).toEqual(snapshotTree(from.path("real")));
});

test("a file and other names of it as roots", async () => {
  const [from, to] = [createJob(), createJob()];
  makeTree(from.folders.workspace, { one: file("same"), two: hardlink("one"), "sub/three": hardlink("one") });
  await roundTrip(from, to, ["two", "one", "sub"]);
  const [before, after] = [from, to].map((job) => snapshotTree(job.folders.workspace));
  expect(differences(after!, { ...before!, "": after![""]! })).toEqual([]);
  expect(lstatSync(to.path("one")).nlink).toBe(3);
});

test("names of one file in roots on two file systems become two files", async () => {
  const from = createJob();
  const home = temporaryFolder("/dev/shm");
  const to = createJob({ home });
  expect(lstatSync(home).dev).not.toBe(lstatSync(to.folders.workspace).dev);
  makeTree(join(from.folders.workspace, ".."), {
    "home/store/x": file("shared", { mode: 0o640, mtime: 1_600_000_000.123456 }),
    "workspace/tree/x": hardlink("home/store/x"),
  });
  const { restored } = await roundTrip(from, to, ["~/store", "tree"]);
  expect(restored.status).toBe("hit");
  const line = snapshotTree(join(home, "store"))["x"]!;
  expect(line).toMatch(/^file 0640 1600000000123456 6 /);
  expect(snapshotTree(to.path("tree"))["x"]).toBe(line);
});

test("a root of which nothing can be read is not in the artifact, and the others are restored", async () => {
  const [from, to] = [createJob(), createJob()];
  makeTree(from.folders.workspace, { "tree/x": file("x"), last: file("last") });
  execFileSync("mkfifo", [from.path("pipe")]);
  const { saved, restored } = await roundTrip(from, to, ["pipe", "tree", "last"]);
  expect(saved).toMatchObject({ notices: [expect.stringContaining("FIFO")] });
  expect(restored.status).toBe("hit");
  expect(readFileSync(to.path("last"), "utf8")).toBe("last");
  expect(existsSync(to.path("pipe"))).toBe(false);
});

test("nothing at all that can be read is nothing to save", async () => {
  const job = createJob();
  execFileSync("mkfifo", [job.path("pipe")]);
  await expect(job.save(testBackend(), { paths: ["pipe"] })).rejects.toBeInstanceOf(NothingToSaveError);
  await expect(job.save(testBackend(), { paths: ["missing", "a/b"] })).rejects.toBeInstanceOf(
    NothingToSaveError,
  );
  await expect(job.save(testBackend(), { paths: [] })).rejects.toBeInstanceOf(NothingToSaveError);
});

test("a root inside another one is saved once, and both lines find it", async () => {
  const [from, to] = [createJob(), createJob()];
  makeTree(from.path("tree"), { "inner/x": file("x"), y: file("y") });
  const { saved } = await roundTrip(from, to, ["tree/inner", "tree", "./tree/"]);
  expect(saved).toMatchObject({ ref: { entryCount: 4 } });
  expect(snapshotTree(to.path("tree"))).toEqual(snapshotTree(from.path("tree")));
});

test("a folder is not thrown away for a file, nor a file for a folder", async () => {
  const [from, to] = [createJob(), createJob()];
  makeTree(from.folders.workspace, { "tree/x": file("x"), single: file("single") });
  const backend = testBackend();
  await from.save(backend, { paths: ["tree", "single"] });
  makeTree(to.folders.workspace, { tree: file("a file"), single: file("x") });
  await expect(to.restore(backend, { paths: ["tree", "single"] })).rejects.toBeInstanceOf(LocalFileError);
  const other = createJob();
  makeTree(other.folders.workspace, { "important/data": file("data") });
  symlinkSync("important", other.path("single"));
  await expect(other.restore(backend, { paths: ["tree", "single"] })).rejects.toBeInstanceOf(LocalFileError);
  expect(readFileSync(other.path("important/data"), "utf8")).toBe("data");
  expect(existsSync(other.path("tree"))).toBe(false);
});

test("special files in the way are moved, and excluded ones are left where they are", async () => {
  const [from, to] = [createJob(), createJob()];
  makeTree(from.path("tree"), { a: file("a"), b: file("b"), "c/d": file("d") });
  const backend = testBackend();
  const paths = ["tree", "!tree/**/keep"];
  await from.save(backend, { paths });
  makeTree(to.path("tree"), { b: file("other"), "extra/keep/x": file("kept"), "extra/more": file("gone") });
  execFileSync("mkfifo", [to.path("tree/a"), to.path("tree/c")]);
  await to.restore(backend, { paths, clean: true });
  expect(readFileSync(to.path("tree/a"), "utf8")).toBe("a");
  expect(readFileSync(to.path("tree/c/d"), "utf8")).toBe("d");
  expect(readFileSync(to.path("tree/extra/keep/x"), "utf8")).toBe("kept");
  expect(existsSync(to.path("tree/extra/more"))).toBe(false);
});

test("the workspace itself", async () => {
  const [from, to] = [createJob(), createJob()];
  makeTree(from.folders.workspace, { "a/b": file("b"), "c.txt": file("c") });
  writeFileSync(to.path("c.txt"), "other");
  await roundTrip(from, to, ["."]);
  const [before, after] = [from, to].map((job) => snapshotTree(realpathSync(job.folders.workspace)));
  expect(after).toEqual(before);
});
