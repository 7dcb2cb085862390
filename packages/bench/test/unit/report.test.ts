// The reports: what a table row says, that a document is changed between its marks only, that the chart is to scale.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { findCase } from "../../src/cases.ts";
import type { Measurement } from "../../src/measure.ts";
import { chartOf } from "../../src/report-chart.ts";
import { markdownOf, summaryOf, tableOf, updateDocument } from "../../src/report-table.ts";
import type { BenchResults, CaseResult, SubjectResult } from "../../src/results.ts";

const runOf = (wallSeconds: number): Measurement => ({
  exitCode: 0,
  wallSeconds,
  userSeconds: wallSeconds,
  systemSeconds: 0.5,
  peakRssBytes: 250e6,
  serverCpuSeconds: 0,
  foreignCpuSeconds: 0,
});

const subjectOf = (title: string, seconds: readonly number[], uploadedBytes: number): SubjectResult => ({
  name: title.toLowerCase(),
  title,
  runs: seconds.map(runOf),
  traffic: { requests: 12, uploadedBytes, downloadedBytes: 0 },
  storedBytes: 164.2e6,
});

const result: CaseResult = {
  measuredAt: "2026-01-02T03:04:05.000Z",
  commit: "abc1234",
  machine: { cores: 2, cpu: "Some CPU", memoryBytes: 24 * 2 ** 30, system: "Linux 6", node: "v24.0.0" },
  server: "server v1",
  disk: "tmpfs",
  network: "loopback",
  link: undefined,
  keepAlive: true,
  case: findCase("js-app-save")!,
  tree: { files: 87_495, folders: 7_097, symlinks: 88, bytes: 855e6, allocatedBytes: 1.2e9 },
  subjects: [subjectOf("Cairn", [1, 2, 3], 9.6e6), subjectOf("A <peer>", [2, 6, 6], 164.2e6)],
  floors: [{ title: "tar -c", runs: [0.5, 0.5, 0.5].map(runOf) }],
};

const results: BenchResults = { cases: [result], lookups: [], upkeep: [] };

describe("tables", () => {
  test("a row holds the median with its range, the ratio pair by pair, CPU, memory and bytes", () => {
    const row = markdownOf(results)
      .split("\n")
      .find((line) => line.startsWith("| A <peer>"));
    expect(row).toBe(
      "| A <peer> | 6.00 (2.00–6.00) | 2.00 (2.00–3.00) | 6.5 | 250 | 164.2 | 0.0 | 12 | 164.2 |",
    );
  });

  test("a floor has times and no traffic", () => {
    expect(markdownOf(results)).toContain(
      "| floor: tar -c | 0.50 (0.50–0.50) | 0.25 (0.17–0.50) | 1.0 | 250 |  |  |  |  |",
    );
  });

  test("upkeep has a table for each number of objects, with requests to table and bucket", () => {
    const { machine, server, commit, measuredAt } = result;
    const steps = [{ what: "prune", seconds: 1.24, requests: { index: 7, store: 1234 } }];
    const upkeep = [{ machine, server, commit, measuredAt, objects: 100_000, refs: 20_000, steps }];
    const text = markdownOf({ cases: [], lookups: [], upkeep });
    expect(text).toContain("**100,000 objects, 20,000 refs**, 2026-01-02, abc1234; server v1");
    expect(text).toContain("| prune | 1.2 | 7 | 1,234 |");
  });

  test("each place has its part, with the machine; each case tells when, of what and how often", () => {
    const shaped: CaseResult = { ...result, network: "shaped", link: "20.1 ms, 199 MB/s" };
    const text = markdownOf({ cases: [result, shaped], lookups: [], upkeep: [] });
    expect(text).toContain(
      "### Everything on a tmpfs, over loopback\n\n2 cores of Some CPU, 24 GiB, Linux 6, Node v24.0.0; server v1.",
    );
    expect(text).toContain(
      "### Everything on a tmpfs, over a shaped network\n\n2 cores of Some CPU, 24 GiB, Linux 6, Node v24.0.0; server v1; 20.1 ms, 199 MB/s.",
    );
    expect(text).toContain("(87,495 files, 855 MB; 3 runs)**, 2026-01-02, abc1234");
  });

  test("columns of the terminal's table line up", () => {
    const [, ...rows] = tableOf(result).split("\n");
    expect(new Set(rows.map((row) => row.length)).size).toBe(1);
  });

  test("the summary has a row for each case and tells what a save uploads", () => {
    expect(summaryOf(results)).toContain(
      "| js-app: save into an empty bucket | 2.00 s, 9.6 MB up | 6.00 s, 164.2 MB up |",
    );
  });
});

describe("the document", () => {
  test("is changed between its marks only, again and again", async () => {
    const folder = mkdtempSync(join(tmpdir(), "bench-report-"));
    const file = join(folder, "page.md");
    writeFileSync(file, "before\n<!-- bench:begin -->\nold\n<!-- bench:end -->\nafter\n");
    await updateDocument(file, "bench", "new");
    await updateDocument(file, "bench", "newer");
    expect(readFileSync(file, "utf8")).toBe(
      "before\n<!-- bench:begin -->\nnewer\n<!-- bench:end -->\nafter\n",
    );
    rmSync(folder, { recursive: true });
  });

  test("without marks is left alone", async () => {
    const folder = mkdtempSync(join(tmpdir(), "bench-report-"));
    const file = join(folder, "page.md");
    writeFileSync(file, "text");
    await expect(updateDocument(file, "bench", "new")).rejects.toThrow("bench:begin");
    expect(readFileSync(file, "utf8")).toBe("text");
    rmSync(folder, { recursive: true });
  });
});

describe("the chart", () => {
  test("bars are as long as their medians, and names are escaped", () => {
    const chart = chartOf(results);
    const widths = [...chart.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));
    expect(widths[1]! / widths[0]!).toBeCloseTo(3, 1);
    expect(chart).toContain("A &lt;peer>");
    expect(chart).toContain("6.00 s (3.0x)");
  });

  test("each case has a scale of its own, and no two lie over each other", () => {
    const slow: CaseResult = {
      ...result,
      subjects: [subjectOf("Cairn", [100], 0), subjectOf("B", [300], 0)],
    };
    const chart = chartOf({ cases: [result, slow] });
    const bars = [...chart.matchAll(/<rect [^>]*y="([\d.]+)" width="([\d.]+)"/g)];
    expect(Number(bars[1]![2]) / Number(bars[3]![2])).toBeCloseTo(1, 1);
    expect(new Set(bars.map(([, y]) => y)).size).toBe(4);
  });
});
