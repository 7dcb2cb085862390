// Goals: each bound is judged at its edge, against the faster tool, from the newest result of its place.

import { describe, expect, test } from "@jest/globals";
import { findCase } from "../../src/cases.ts";
import { caseGoals } from "../../src/goals.ts";
import type { LookupResult } from "../../src/lookup/lookup-result.ts";
import type { Measurement } from "../../src/measure.ts";
import { goalsTable, judge } from "../../src/report-goals.ts";
import type { CaseResult, SubjectResult } from "../../src/results.ts";

const runOf = (wallSeconds: number): Measurement => ({
  exitCode: 0,
  wallSeconds,
  userSeconds: 0,
  systemSeconds: 0,
  peakRssBytes: 100e6,
  serverCpuSeconds: 0,
  foreignCpuSeconds: 0,
});

const subjectOf = (title: string, seconds: readonly number[], bytes = 1e6): SubjectResult => ({
  name: title,
  title,
  runs: seconds.map(runOf),
  traffic: { requests: 1, uploadedBytes: bytes, downloadedBytes: 0 },
  storedBytes: bytes,
});

const circumstances = {
  measuredAt: "2026-01-02T00:00:00.000Z",
  commit: "abc1234",
  machine: { cores: 2, cpu: "CPU", memoryBytes: 2 ** 30, system: "Linux", node: "v24" },
  server: "server",
};

function resultOf(
  name: string,
  subjects: readonly SubjectResult[],
  more: Partial<CaseResult> = {},
): CaseResult {
  return {
    ...circumstances,
    case: findCase(name)!,
    tree: { files: 1, folders: 0, symlinks: 0, bytes: 1, allocatedBytes: 1 },
    disk: "tmpfs",
    network: "loopback",
    link: undefined,
    keepAlive: true,
    subjects,
    floors: [],
    ...more,
  };
}

const verdict = (title: string, cases: readonly CaseResult[], lookups: readonly LookupResult[] = []) =>
  judge({ cases, lookups, upkeep: [] }).find((each) => each.title.startsWith(title))!;

test("every goal is about a case that there is", () => {
  expect(caseGoals.filter((goal) => findCase(goal.case) === undefined)).toEqual([]);
});

describe("speed", () => {
  const own = subjectOf("Cairn", [1, 1, 1]);

  test("is that against the faster of the others, run by run", () => {
    const found = verdict("cold restore, js-app, both", [
      resultOf("js-app-restore", [own, subjectOf("slow", [9, 9, 9]), subjectOf("fast", [1.5, 1.6, 1.7])]),
    ]);
    expect(found).toMatchObject({ measured: "1.60 (1.50–1.70)x of fast", isReached: true });
  });

  test("just below the bound is not reached, and the floors are told", () => {
    const floors = [{ title: "tar -x", runs: [runOf(0.9)] }];
    const found = verdict("cold restore, js-app, both", [
      resultOf("js-app-restore", [own, subjectOf("peer", [1.59, 1.59, 1.59])], { floors }),
    ]);
    expect(found).toMatchObject({ isReached: false, floors: "tar -x 0.90 s" });
  });

  test("is not measured without another tool, on another network, or by a server that closes connections", () => {
    const pair = [own, subjectOf("peer", [2, 2, 2])];
    for (const result of [
      resultOf("js-app-restore", [own]),
      resultOf("js-app-restore", pair, { network: "shaped" }),
      resultOf("js-app-restore", pair, { keepAlive: false }),
      resultOf("js-app-save", pair),
    ]) {
      expect(verdict("cold restore, js-app, both", [result]).isReached).toBeUndefined();
    }
  });

  test("is taken from memory rather than from a disk, and from the newest", () => {
    const peer = (seconds: number) => [own, subjectOf("peer", [seconds, seconds, seconds])];
    const found = verdict("cold restore, js-app, both", [
      resultOf("js-app-restore", peer(2), { measuredAt: "2026-01-03T00:00:00.000Z" }),
      resultOf("js-app-restore", peer(3)),
      resultOf("js-app-restore", peer(4), { disk: "ext4", measuredAt: "2026-01-04T00:00:00.000Z" }),
    ]);
    expect(found.measured).toMatch(/^2\.00/);
  });
});

test("a goal of two bounds needs both", () => {
  const subjects = (bytes: number) => [subjectOf("Cairn", [1], bytes), subjectOf("peer", [4], 12e6)];
  const found = (bytes: number) =>
    verdict("save after js-app-bump, times kept", [resultOf("js-app-bump-save-kept", subjects(bytes))]);
  expect(found(1e6)).toMatchObject({
    isReached: true,
    measured: "4.00 (4.00–4.00)x of peer, 8.3 % of the bytes",
  });
  expect(found(1.1e6).isReached).toBe(false);
});

test("the stored size is compared with the smallest of the others", () => {
  const found = verdict("stored size", [
    resultOf("js-app-save", [subjectOf("Cairn", [1], 96), subjectOf("a", [1], 100), subjectOf("b", [1], 98)]),
  ]);
  expect(found).toMatchObject({ isReached: false, measured: "0.980 of the peers' archive" });
});

test("memory is the highest of any run in any case", () => {
  const hungry = { ...subjectOf("Cairn", [1]), runs: [runOf(1), { ...runOf(1), peakRssBytes: 513e6 }] };
  const found = verdict("peak memory", [
    resultOf("js-app-save", [subjectOf("Cairn", [1])]),
    resultOf("js-app-restore", [hungry]),
  ]);
  expect(found).toMatchObject({
    isReached: false,
    measured: "513 MB in js-app-restore, the most of 2 results",
  });
});

describe("look-ups", () => {
  const lookupOf = (refs: number, median: number, requests: number): LookupResult => ({
    ...circumstances,
    index: "dynamodb",
    refs,
    lookups: [{ what: "exact", milliseconds: { median, min: median, max: median }, requests }],
  });

  test.each([
    [1.5, 3, true],
    [1.6, 1, false],
    [1, 4, false],
  ])("%d times as long with %d requests: %j", (times, requests, isReached) => {
    expect(
      verdict("one lookup", [], [lookupOf(10, 1, 1), lookupOf(100_000, times, requests)]).isReached,
    ).toBe(isReached);
  });

  test("need both ends", () => {
    expect(verdict("one lookup", [], [lookupOf(100_000, 1, 1)]).isReached).toBeUndefined();
  });
});

test("the table says so where nothing was measured", () => {
  const rows = goalsTable({ cases: [], lookups: [], upkeep: [] }).split("\n").slice(2);
  expect(rows).toHaveLength(caseGoals.length + 2);
  expect(rows.every((row) => row.includes("| not measured |"))).toBe(true);
});
