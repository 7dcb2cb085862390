// What is saved comes back: the plain case, with one of everything.

import { randomBytes } from "node:crypto";
import { expect, test } from "@jest/globals";
import { createJob, testBackend } from "../support/job.ts";
import { directory, file, hardlink, makeTree, snapshotTree, symlink } from "../support/tree.ts";

const EVERYTHING = {
  "": directory({ mode: 0o750, mtime: 1_600_000_000.123456 }),
  "a/b/deep.txt": file("deep", { mode: 0o640, mtime: 1_500_000_000.999999 }),
  "a/empty": file(""),
  "a/locked": file("locked", { mode: 0o400 }),
  "a/tool": file("#!/bin/sh\n", { mode: 0o755 }),
  "big.bin": file(randomBytes(5_000_000)),
  "big again.bin": hardlink("big.bin"),
  closed: directory({ mode: 0o555 }),
  "closed/inside": file("inside"),
  dangling: symlink("nowhere/at/all"),
  "empty folder": directory(),
  link: symlink("a/b"),
  twin: file("deep"),
};

test("a tree comes back as it was, on another machine", async () => {
  const backend = testBackend();
  const [from, to] = [createJob(), createJob()];
  makeTree(from.path("tree"), EVERYTHING);
  const before = snapshotTree(from.path("tree"));

  const saved = await from.save(backend);
  const restored = await to.restore(backend);

  expect(saved).toMatchObject({ status: "saved", replaced: false, notices: [] });
  expect(restored).toMatchObject({ status: "hit", exact: true, notices: [], keptBytes: 0 });
  expect(snapshotTree(to.path("tree"))).toEqual(before);
  expect(snapshotTree(from.path("tree"))).toEqual(before);
});
