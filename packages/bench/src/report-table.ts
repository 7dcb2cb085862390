// Tables: one for each case, for a terminal and for docs/benchmarks.md. Pure but for updateDocument.

import { readFile, writeFile } from "node:fs/promises";
import { lookupTable } from "./lookup/report-lookup.ts";
import type { Measurement } from "./measure.ts";
import { machineText, markdownTable, placeText, sourceText, spreadText, wireText } from "./report-text.ts";
import type { BenchResults, CaseResult, FloorResult, SubjectResult } from "./results.ts";
import { pairRatios, spreadOf } from "./statistics.ts";
import { upkeepTable } from "./upkeep/report-upkeep.ts";

/** For a terminal, before the first run. */
export function headOf(result: Omit<CaseResult, "case" | "tree" | "subjects" | "floors">): string {
  return `${machineText(result.machine)}; everything ${placeText(result)}; ${result.server}`;
}

/** For a terminal. */
export function tableOf(result: CaseResult): string {
  const rows = [COLUMNS, ...rowsOf(result)];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  "),
  );
  return [titleOf(result), ...lines].join("\n");
}

/** For the docs: for each kind of disk and network a part with a table for each case. */
export function markdownOf(results: BenchResults): string {
  const places = Map.groupBy(results.cases, wireText);
  const parts = [...places].map(([place, cases]) => {
    // The parts of a long benchmark may have been measured on several machines.
    const machines = new Set(
      cases.map((each) => `${machineText(each.machine)}; ${each.server}${linkText(each)}`),
    );
    const tables = cases.map((result) => {
      const title = `**${titleOf(result)}**, ${sourceText(result)}`;
      return `${title}\n\n${markdownTable([COLUMNS, ...rowsOf(result)], FIGURES)}`;
    });
    return [`### Everything ${place}`, `${[...machines].join("; or ")}.`, ...tables].join("\n\n");
  });
  const lookups = results.lookups.length === 0 ? [] : ["### Look-ups", lookupTable(results.lookups)];
  const upkeep =
    results.upkeep.length === 0 ? [] : ["### Looking after a store", ...results.upkeep.map(upkeepTable)];
  return [...parts, ...lookups, ...upkeep].join("\n\n");
}

/** The cases of the front page. */
const SUMMARISED = [
  "js-app-restore",
  "js-app-restore-unchanged",
  "js-app-save",
  "js-app-save-unchanged",
  "js-app-bump-save-kept",
];

/** The results that the front page shows. */
export function summarised({ cases }: Pick<BenchResults, "cases">): readonly CaseResult[] {
  return SUMMARISED.flatMap((name) =>
    cases.filter(
      (each) =>
        each.case.name === name && each.disk === "tmpfs" && each.network === "loopback" && each.keepAlive,
    ),
  );
}

/** For the front page: one table, a row for each case. */
export function summaryOf(results: BenchResults): string {
  const found = summarised(results);
  const [first] = found;
  if (first === undefined) return "";
  const rows = found.map((result) => [
    `${result.case.dataSet}: ${result.case.title}`,
    ...result.subjects.map((subject) => {
      const { uploadedBytes, downloadedBytes } = subject.traffic;
      const moved =
        result.case.operation === "save"
          ? `${megabytes(uploadedBytes)} MB up`
          : `${megabytes(downloadedBytes)} MB down`;
      return `${spreadOf(wallTimes(subject)).median.toFixed(2)} s, ${moved}`;
    }),
  ]);
  const head = ["", ...first.subjects.map(({ title }) => title)];
  return [
    `Medians, ${machineText(first.machine)}; everything ${placeText(first)}; ${first.server}.`,
    markdownTable([head, ...rows], head.map((_, i) => i).slice(1)),
  ].join("\n\n");
}

/** Replaces what stands between the two marks of a part. @throws when they aren't there. */
export async function updateDocument(file: string, part: string, markdown: string): Promise<void> {
  const text = await readFile(file, "utf8");
  const [before, after] = [`<!-- ${part}:begin -->`, `<!-- ${part}:end -->`];
  const begin = text.indexOf(before);
  const end = text.indexOf(after);
  if (begin < 0 || end < begin) throw new Error(`${file} has no ${before} … ${after}`);
  await writeFile(file, `${text.slice(0, begin + before.length)}\n${markdown}\n${text.slice(end)}`);
}

const COLUMNS = [
  "",
  "time, s",
  "times Cairn's",
  "CPU, core-s",
  "memory, MB",
  "uploaded, MB",
  "downloaded, MB",
  "requests",
  "in the bucket, MB",
];
const FIGURES = COLUMNS.map((_, i) => i).slice(1);

function rowsOf({ subjects, floors }: CaseResult): readonly (readonly string[])[] {
  const own = subjects[0]!;
  return [
    ...subjects.map((subject) => [
      ...timesOf(subject, own),
      megabytes(subject.traffic.uploadedBytes),
      megabytes(subject.traffic.downloadedBytes),
      String(subject.traffic.requests),
      megabytes(subject.storedBytes),
    ]),
    ...floors.map((floor) => [...timesOf({ ...floor, title: `floor: ${floor.title}` }, own), "", "", "", ""]),
  ];
}

function timesOf(each: FloorResult, own: FloorResult): readonly string[] {
  return [
    each.title,
    spreadText(spreadOf(wallTimes(each)), 2),
    each === own ? "" : spreadText(pairRatios(wallTimes(own), wallTimes(each)), 2),
    median(each, cpuSeconds).toFixed(1),
    (median(each, ({ peakRssBytes }) => peakRssBytes) / 1e6).toFixed(0),
  ];
}

const linkText = ({ link }: CaseResult): string => (link === undefined ? "" : `; ${link}`);

function titleOf({ case: bench, tree, subjects }: CaseResult): string {
  const size = `${tree.files.toLocaleString("en-US")} ${tree.files === 1 ? "file" : "files"}, ${sizeText(tree.bytes)}`;
  const runs = subjects[0]!.runs.length;
  return `${bench.dataSet}: ${bench.title} (${size}; ${runs} ${runs === 1 ? "run" : "runs"})`;
}

const sizeText = (bytes: number): string =>
  bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(0)} MB`;
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

function median({ runs }: FloorResult, pick: (run: Measurement) => number): number {
  return spreadOf(runs.map(pick)).median;
}

const wallTimes = ({ runs }: Pick<SubjectResult, "runs">): number[] =>
  runs.map(({ wallSeconds }) => wallSeconds);
const cpuSeconds = ({ userSeconds, systemSeconds }: Measurement): number => userSeconds + systemSeconds;
