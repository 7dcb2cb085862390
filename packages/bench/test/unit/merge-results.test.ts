// Results of a benchmark that is run in parts: the newest of each place stays, in the order of the cases.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { findCase } from "../../src/cases.ts";
import { mergeResults, noResults, readResults, writeResults } from "../../src/merge-results.ts";
import type { CaseResult } from "../../src/results.ts";

function resultOf(name: string, measuredAt: string, more: Partial<CaseResult> = {}): CaseResult {
  return {
    measuredAt,
    commit: undefined,
    machine: { cores: 2, cpu: "CPU", memoryBytes: 1, system: "Linux", node: "v24" },
    server: "server",
    case: findCase(name)!,
    tree: { files: 1, folders: 0, symlinks: 0, bytes: 1, allocatedBytes: 1 },
    disk: "tmpfs",
    network: "loopback",
    link: undefined,
    keepAlive: true,
    subjects: [],
    floors: [],
    ...more,
  };
}

const of = (...cases: CaseResult[]) => ({ ...noResults, cases });
const names = ({ cases }: { readonly cases: readonly CaseResult[] }) =>
  cases.map((each) => `${each.case.name} ${each.network} ${each.disk} ${each.measuredAt}`);

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bench-merge-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

test("a new result takes the place of the old one, and of no other", () => {
  const before = of(resultOf("js-app-save", "1"), resultOf("js-app-restore", "1"));
  expect(names(mergeResults(before, of(resultOf("js-app-save", "2"))))).toEqual([
    "js-app-save loopback tmpfs 2",
    "js-app-restore loopback tmpfs 1",
  ]);
});

test("networks, disks and servers are kept apart, loopback in memory first", () => {
  const found = of(
    resultOf("js-app-save", "1", { network: "shaped" }),
    resultOf("js-app-save", "1", { disk: "ext4" }),
    resultOf("js-app-save", "1", { keepAlive: false }),
    resultOf("js-app-restore", "1"),
    resultOf("js-app-save", "1"),
  );
  const merged = mergeResults(noResults, found);
  expect(names(merged)).toEqual([
    "js-app-save loopback tmpfs 1",
    "js-app-restore loopback tmpfs 1",
    "js-app-save loopback tmpfs 1",
    "js-app-save loopback ext4 1",
    "js-app-save shaped tmpfs 1",
  ]);
  expect(mergeResults(merged, found)).toEqual(merged);
});

test("look-ups are merged by index and number", () => {
  const lookup = (refs: number, measuredAt: string) => {
    const { machine, server, commit } = resultOf("js-app-save", "1");
    return { index: "bucket" as const, refs, measuredAt, machine, server, commit, lookups: [] };
  };
  const merged = mergeResults(
    { ...noResults, lookups: [lookup(1000, "1"), lookup(10, "1")] },
    { ...noResults, lookups: [lookup(1000, "2")] },
  );
  expect(merged.lookups.map(({ refs, measuredAt }) => [refs, measuredAt])).toEqual([
    [10, "1"],
    [1000, "2"],
  ]);
});

test("upkeep is merged by the number of objects, and a file of before there was any is read", async () => {
  const upkeep = (objects: number, measuredAt: string) => {
    const { machine, server, commit } = resultOf("js-app-save", "1");
    return { objects, refs: objects / 5, measuredAt, machine, server, commit, steps: [] };
  };
  const merged = mergeResults(
    { ...noResults, upkeep: [upkeep(1000, "1"), upkeep(10, "1")] },
    { ...noResults, upkeep: [upkeep(1000, "2")] },
  );
  expect(merged.upkeep.map(({ objects, measuredAt }) => [objects, measuredAt])).toEqual([
    [10, "1"],
    [1000, "2"],
  ]);
  const file = join(folder, "old.json");
  writeFileSync(file, JSON.stringify({ format: 1, cases: [], lookups: [] }));
  expect(await readResults(file)).toEqual(noResults);
});

test("the file gives back what was written; without one there are no results", async () => {
  const file = join(folder, "inner/results.json");
  expect(await readResults(file)).toEqual(noResults);
  const results = mergeResults(noResults, of(resultOf("js-app-save", "1", { commit: "abc" })));
  await writeResults(file, results);
  expect(await readResults(file)).toEqual(JSON.parse(JSON.stringify(results)));
});

test.each(["", "[]", "null", '{"startedAt":"x","cases":[]}'])(
  "a file that holds %j is refused",
  async (text) => {
    const file = join(folder, "results.json");
    writeFileSync(file, text);
    await expect(readResults(file)).rejects.toThrow("--json");
  },
);
