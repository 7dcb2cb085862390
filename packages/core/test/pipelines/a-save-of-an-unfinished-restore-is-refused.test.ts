// Invariant: a save of an unfinished restore is refused: of the root itself, of a file, of a folder around it.

import { rmSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { markerPlace, writeMarker } from "../../src/lib/marker.ts";
import { LocalFileError, UnfinishedRestoreError } from "../../src/model/errors.ts";
import { createJob, type TestJob, testBackend } from "../support/job.ts";
import { file, makeTree, snapshotTree } from "../support/tree.ts";

function unfinished(): TestJob {
  const job = createJob();
  makeTree(job.folders.workspace, { "tree/inner/x": file("x"), single: file("single") });
  return job;
}

test.each([
  ["the root", "tree", false, ["tree"]],
  ["one of several roots", "tree", false, ["single", "tree"]],
  ["a folder around it", "tree/inner", false, ["tree"]],
  ["the whole workspace", "tree/inner", false, ["."]],
  ["a file", "single", true, ["single"]],
  ["a folder around a file", "tree/inner/x", true, ["tree"]],
  ["the folder that the file is in", "single", true, ["."]],
])("%s", async (_what, root, isFile, paths) => {
  const job = unfinished();
  const backend = testBackend();
  const place = markerPlace(job.path(root), isFile);
  writeMarker(place, { id: "0123456789abcdef", rootCreated: false });
  await expect(job.save(backend, { paths })).rejects.toBeInstanceOf(UnfinishedRestoreError);
  rmSync(place.file);
  expect(await job.save(backend, { paths })).toMatchObject({ status: "saved" });
});

test("a marker that is cut off counts", async () => {
  const job = unfinished();
  makeTree(job.path("tree"), { ".cairn-restoring": file('{"id":"01') });
  await expect(job.save(testBackend())).rejects.toBeInstanceOf(UnfinishedRestoreError);
});

test("a marker that leads elsewhere leads nowhere", async () => {
  const backend = testBackend();
  const from = unfinished();
  await from.save(backend);
  const job = unfinished();
  makeTree(job.folders.workspace, { "moved/passwd": file("mine") });
  const before = snapshotTree(job.path("moved"));
  for (const id of ["../moved", "../../workspace/moved", ""]) {
    makeTree(job.path("tree"), {
      ".cairn-restoring": file(JSON.stringify({ id, rootCreated: false, pid: 0, host: "" })),
    });
    await job.restore(backend);
    expect(snapshotTree(job.path("moved"))).toEqual(before);
  }
});

test("another restore that still runs is not undone", async () => {
  const backend = testBackend();
  await unfinished().save(backend);
  const job = unfinished();
  const { hostname } = await import("node:os");
  const marker = { id: "0123456789abcdef", rootCreated: false, pid: process.ppid, host: hostname() };
  makeTree(job.path("tree"), { ".cairn-restoring": file(JSON.stringify(marker)) });
  const before = snapshotTree(job.path("tree"));
  await expect(job.restore(backend)).rejects.toBeInstanceOf(LocalFileError);
  expect(snapshotTree(job.path("tree"))).toEqual(before);
});
