// Room: what a case needs on its disk, and what is refused before anything is written.

import { expect, test } from "@jest/globals";
import { cases, dataSetsOf, findCase } from "../../src/cases.ts";
import type { PlannedDataSet } from "../../src/data-sets/data-set.ts";
import { recipes } from "../../src/data-sets/recipes.ts";
import { chooseDisk, needsOf } from "../../src/disk.ts";
import { UsageError } from "../../src/usage-error.ts";

const GB = 1e9;

function planned(name: string): PlannedDataSet {
  const recipe = recipes[name]!;
  const allocatedBytes = recipe.by === "generator" ? recipe.bytes : 2 * GB;
  return {
    name,
    path: recipe.path,
    key: name,
    archiveShare: recipe.archiveShare,
    size: { files: 100, folders: 10, symlinks: 0, bytes: allocatedBytes, allocatedBytes },
    origin: recipe.by === "generator" ? { make: async () => undefined } : { kept: "/kept" },
  };
}

const needsFor = (name: string, subjects = 3) => {
  const bench = findCase(name)!;
  const sets = new Map(dataSetsOf(bench).map((each) => [each, planned(each)]));
  return needsOf(bench, sets, { subjects: bench.isAlone ? 1 : subjects, runs: 3 });
};

test("a cold restore keeps what each tool stored, and a run needs the tree and an archive of it", () => {
  const { kept, run } = needsFor("random-4g-restore");
  // The file, three stored, one archive on its way, the floor's object and what it was made from.
  expect(kept).toBeGreaterThan((4 + 3 * 4 + 4 + 4) * GB);
  expect(run.bytes).toBeGreaterThan(8 * GB);
  expect(run.bytes).toBeLessThan(9 * GB);
});

test("a cold save of an installed tree keeps a copy of it, and has room for the restore that proves it", () => {
  const { kept, run } = needsFor("rust-target-save");
  expect(kept).toBeGreaterThan(2 * GB);
  expect(run.bytes).toBeGreaterThan(2 * GB);
});

test("a save after a reinstall has room for both trees", () => {
  expect(needsFor("js-app-bump-save").run.bytes).toBeGreaterThan(4 * GB);
});

test("no case needs more than 60 GB on ext4, where two runs at most are there at once", () => {
  for (const { name } of cases) {
    const { kept, run } = needsFor(name);
    expect(kept + 2 * run.bytes).toBeLessThan(60 * GB);
  }
});

const small = { kept: 1, run: { bytes: 1, files: 1 }, runs: 1 };

test.each([
  [{ disk: "auto", scratch: "/nowhere" }, small, "/nowhere"],
  [{ disk: "tmpfs", scratch: "/proc" }, small, "no tmpfs"],
  [{ disk: "folder", scratch: undefined }, { ...small, kept: 61 * GB }, "61.0 GB"],
] as const)("%j is refused", async (wishes, needs, named) => {
  const chosen = chooseDisk(wishes, needs, 1);
  await expect(chosen).rejects.toThrow(UsageError);
  await expect(chooseDisk(wishes, needs, 1)).rejects.toThrow(named);
});
