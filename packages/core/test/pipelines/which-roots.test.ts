// Which paths become roots of a save, and that a restore takes every one of them back.

import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { createJob, testBackend } from "../support/job.ts";
import { differences, file, makeTree, snapshotTree } from "../support/tree.ts";

const tree = { "a/x": file("x"), "a/.hidden/y": file("y"), "b/z": file("z") };

async function roundTrip(paths: readonly string[], prepare?: (job: ReturnType<typeof createJob>) => void) {
  const backend = testBackend();
  const first = createJob();
  makeTree(first.path("p"), tree);
  prepare?.(first);
  const saved = await first.save(backend, { paths });
  const second = createJob();
  const restored = await second.restore(backend, { paths });
  expect(restored.status).toBe("hit");
  return { saved, first, second, names: readdirSync(second.folders.workspace, { recursive: true }).sort() };
}

test("a pattern that ends in ** takes the folder itself, and comes back", async () => {
  const { first, second } = await roundTrip(["p/**"]);
  expect(differences(snapshotTree(second.path("p")), snapshotTree(first.path("p")))).toEqual([]);
});

test("a pattern matches names that start with a dot", async () => {
  const { names } = await roundTrip(["p/a/*"]);
  expect(names).toEqual(["p", "p/a", "p/a/.hidden", "p/a/.hidden/y", "p/a/x"]);
});

test("a pattern outside the workspace comes back at the line's own anchor", async () => {
  const backend = testBackend();
  const first = createJob();
  makeTree(`${first.folders.workspace}/../sibling`, { one: file("1"), two: file("2") });
  await first.save(backend, { paths: ["../sibling/*"] });
  const second = createJob();
  expect(await second.restore(backend, { paths: ["../sibling/*"] })).toMatchObject({ status: "hit" });
  expect(readdirSync(`${second.folders.workspace}/../sibling`).sort()).toEqual(["one", "two"]);
});

test("an exclude line leaves out a root, too", async () => {
  const { names } = await roundTrip(["p/*", "!p/b"]);
  expect(names).toEqual(["p", "p/a", "p/a/.hidden", "p/a/.hidden/y", "p/a/x"]);
});

test("an exclude line holds below a root that is a symbolic link", async () => {
  const backend = testBackend();
  const job = createJob();
  makeTree(job.path("real"), tree);
  symlinkSync(job.path("real"), job.path("link"));
  const paths = ["link", "!link/a/.hidden"];
  await job.save(backend, { paths });
  const other = createJob();
  await other.restore(backend, { paths });
  expect(readdirSync(other.path("link"), { recursive: true }).sort()).toEqual(["a", "a/x", "b", "b/z"]);
});

test("a root that can't be saved is left out, and the others come back", async () => {
  const { saved, names } = await roundTrip(["p", "pipe"], (job) =>
    execFileSync("mkfifo", [job.path("pipe")]),
  );
  expect(saved).toMatchObject({ status: "saved", notices: [expect.stringContaining("it is a FIFO")] });
  expect(names).not.toContain("pipe");
});

test("nothing but what can't be saved is no save", async () => {
  const job = createJob();
  execFileSync("mkfifo", [job.path("tree")]);
  await expect(job.save(testBackend())).rejects.toMatchObject({ code: "NOTHING_TO_SAVE" });
});

test("thousands of matches are neither slow to save nor to restore", async () => {
  const { names } = await roundTrip(["many/*"], (job) => {
    mkdirSync(job.path("many"));
    for (let i = 0; i < 3_000; i++) writeFileSync(job.path(`many/${i}`), String(i));
  });
  expect(names).toHaveLength(3_001);
});

test("an unfinished restore is not saved through a folder above or below it", async () => {
  const marker = JSON.stringify({ id: "0123456789abcdef", rootCreated: false, pid: 0, host: "gone" });
  const above = createJob();
  makeTree(above.path("tree"), { "inner/x": file("x") });
  writeFileSync(above.path("tree/inner/.cairn-restoring"), marker);
  await expect(above.save(testBackend())).rejects.toMatchObject({
    code: "UNFINISHED_RESTORE",
    root: above.path("tree/inner"),
  });
  const below = createJob();
  makeTree(below.path("tree"), { "inner/x": file("x") });
  writeFileSync(below.path("tree/.cairn-restoring"), marker);
  await expect(below.save(testBackend(), { paths: ["tree/inner"] })).rejects.toMatchObject({
    code: "UNFINISHED_RESTORE",
    root: below.path("tree"),
  });
});
