// Files whose bytes are right get their modes and times; the first that can't be corrected is told of.

import { lstatSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { AS_IT_IS, createRestoreTasks } from "../../../src/workers/restore-tasks.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { file, makeTree } from "../../support/tree.ts";

const { correctStates } = createRestoreTasks({ umask: 0o022 });

test("a mode is set where there is one, a time always, also one before 1970", () => {
  const folder = temporaryFolder();
  makeTree(folder, { a: file("a", { mtime: 5 }), b: file("b", { mtime: 5 }) });
  const before = lstatSync(`${folder}/a`).mode;
  const paths = ["a", "b"].map((name) => `${folder}/${name}`).join("\0");
  expect(correctStates({ paths, numbers: Float64Array.of(AS_IT_IS, 1_700_000_000.25, 0o751, -3) })).toBe(
    undefined,
  );
  expect(lstatSync(`${folder}/a`)).toMatchObject({ mode: before, mtimeMs: 1_700_000_000_250 });
  expect(lstatSync(`${folder}/b`).mode & 0o777).toBe(0o751);
  expect(lstatSync(`${folder}/b`).mtimeMs).toBe(-3000);
});

test("a file that is gone is named, and nothing behind it is touched", () => {
  const folder = temporaryFolder();
  makeTree(folder, { b: file("b", { mtime: 5 }) });
  const before = lstatSync(`${folder}/b`).mtimeMs;
  const paths = ["gone", "b"].map((name) => `${folder}/${name}`).join("\0");
  const failed = correctStates({ paths, numbers: Float64Array.of(AS_IT_IS, 1, AS_IT_IS, 1) });
  expect(failed).toMatchObject({ status: "failed", path: `${folder}/gone`, code: "ENOENT" });
  expect(lstatSync(`${folder}/b`).mtimeMs).toBe(before);
});
