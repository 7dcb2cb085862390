// Threat: an artifact with roots that this step's path lines do not ask for.

import { expect, test } from "@jest/globals";
import { CorruptError, UnsafePathError } from "../../src/model/errors.ts";
import type { Root } from "../../src/model/root.ts";
import { createVictim, everything, expectRefused, folder, plainFile, plant } from "../support/hostile.ts";
import { testBackend } from "../support/job.ts";

const entries = [folder(""), plainFile("authorized_keys")];

test.each<Root>([
  { anchor: "home", path: ".ssh" },
  { anchor: "home", path: "tree" },
  { anchor: "absolute", path: "/tmp/tree" },
  { anchor: "workspace", path: "." },
  { anchor: "workspace", path: "" },
  { anchor: "workspace", path: "src" },
  { anchor: "workspace", path: "tree/.." },
  { anchor: "workspace", path: "./tree" },
  { anchor: "workspace", path: "tree/" },
  { anchor: "workspace", path: "../home/.ssh" },
])("$anchor $path", async (root) => {
  await expectRefused({ roots: [root], entries }, UnsafePathError);
});

test.each<[string, Root]>([
  ["~/*", { anchor: "home", path: "../outside" }],
  ["packages/*/dist", { anchor: "workspace", path: "packages/../../outside" }],
  ["packages/*/dist", { anchor: "workspace", path: "packages/../dist" }],
  ["**/tree", { anchor: "workspace", path: "../tree" }],
  ["packages/*", { anchor: "workspace", path: "packages/a\0b" }],
  ["*", { anchor: "home", path: ".ssh" }],
])("the pattern %s and a root beside it", async (pattern, root) => {
  await expectRefused({ roots: [root], entries }, UnsafePathError, { paths: [pattern] });
});

test("one root that is asked for does not let in another", async () => {
  const roots: Root[] = [
    { anchor: "workspace", path: "tree" },
    { anchor: "home", path: ".ssh" },
  ];
  const both = [
    folder(""),
    plainFile("a"),
    folder("", { root: 1 }),
    plainFile("authorized_keys", { root: 1 }),
  ];
  await expectRefused({ roots, entries: both }, UnsafePathError);
});

test("the same root twice, and one inside another", async () => {
  const same: Root = { anchor: "workspace", path: "tree" };
  const both = [folder(""), plainFile("a"), folder("", { root: 1 }), plainFile("a", { root: 1 })];
  await expectRefused({ roots: [same, same], entries: both }, UnsafePathError);
  await expectRefused(
    { roots: [same, { anchor: "workspace", path: "tree/inner" }], entries: both },
    UnsafePathError,
    {
      paths: ["tree", "tree/inner"],
    },
  );
});

test("a root without an entry is left alone", async () => {
  const job = createVictim();
  const backend = testBackend();
  const roots: Root[] = [
    { anchor: "workspace", path: "tree" },
    { anchor: "workspace", path: "src" },
  ];
  const paths = ["tree", "src"];
  await plant(backend, job, { roots, entries }, paths);
  const before = everything(job)["workspace/src/main.ts"];
  await job.restore(backend, { paths, clean: true });
  expect(everything(job)["workspace/src/main.ts"]).toBe(before);
});

test("an entry that one of the step's own exclude lines leaves out", async () => {
  const job = createVictim();
  const backend = testBackend();
  const paths = ["tree", "!tree/old"];
  await plant(backend, job, { entries: [folder(""), plainFile("old")] }, paths);
  const before = everything(job);
  await expect(job.restore(backend, { paths })).rejects.toBeInstanceOf(UnsafePathError);
  expect(everything(job)).toEqual(before);
});

test("an unknown anchor", async () => {
  await expectRefused({ roots: [{ anchor: "etc" as never, path: "x" }], entries }, CorruptError);
});
