// A file is kept only when its own bytes are right: equal files share bytes in the store, never a verdict.

import { readFileSync, utimesSync, writeFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { createJob, testBackend } from "../support/job.ts";
import { differences, file, makeTree, snapshotTree } from "../support/tree.ts";

const TIME = 1_700_000_000;

test.each(["a", "b", "c"])(
  "of three files with equal bytes, %s has changed with the same size and time",
  async (changed) => {
    const backend = testBackend();
    const job = createJob();
    const bytes = "equal bytes ".repeat(200);
    makeTree(job.path("tree"), { a: file(bytes), b: file(bytes), c: file(bytes), d: file("another") });
    for (const name of ["a", "b", "c", "d"]) utimesSync(job.path(`tree/${name}`), TIME, TIME);
    await job.save(backend);
    const before = snapshotTree(job.path("tree"));
    writeFileSync(job.path(`tree/${changed}`), bytes.replace("equal", "EQUAL"));
    utimesSync(job.path(`tree/${changed}`), TIME, TIME);
    expect(await job.restore(backend)).toMatchObject({ status: "hit" });
    expect(readFileSync(job.path(`tree/${changed}`), "utf8")).toBe(bytes);
    expect(differences(snapshotTree(job.path("tree")), before)).toEqual([]);
  },
);
