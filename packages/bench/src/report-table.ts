// Tables: one for each case, for a terminal and for docs/benchmarks.md. Pure but for updateDocument.

import { readFile, writeFile } from "node:fs/promises";
import type { Machine } from "./machine.ts";
import type { Measurement } from "./measure.ts";
import type { BenchResults, CaseResult, SubjectResult } from "./results.ts";
import { pairRatios, type Spread, spreadOf } from "./statistics.ts";

export function headOf({ machine, scratch, server }: Omit<BenchResults, "cases">): string {
  return `${machineText(machine)}; everything on ${scratch === "tmpfs" ? "a tmpfs" : "a disk"}; ${server} on loopback`;
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

/** For the docs: machine, options and a table for each case. */
export function markdownOf(results: BenchResults): string {
  const tables = results.cases.map((result) => {
    return `**${titleOf(result)}**\n\n${markdownTable([COLUMNS, ...rowsOf(result)])}`;
  });
  return [`Measured on ${results.startedAt.slice(0, 10)}: ${headOf(results)}.`, ...tables].join("\n\n");
}

/** For the front page: one table, a column for each case. */
export function summaryOf(results: BenchResults): string {
  const columns = ["", ...results.cases.map(titleOf)];
  const names = results.cases[0]?.subjects.map(({ title }) => title) ?? [];
  const rows = names.map((title, i) => [
    title,
    ...results.cases.map(({ case: { operation }, subjects }) => {
      const { traffic, ...subject } = subjects[i]!;
      const moved =
        operation === "save"
          ? `${megabytes(traffic.uploadedBytes)} MB up`
          : `${megabytes(traffic.downloadedBytes)} MB down`;
      return `${spreadOf(wallTimes(subject)).median.toFixed(2)} s, ${moved}`;
    }),
  ]);
  return [`Medians, ${headOf(results)}.`, markdownTable([columns, ...rows])].join("\n\n");
}

const BEGIN = "<!-- bench:begin -->";
const END = "<!-- bench:end -->";

/** Replaces what stands between the two marks. @throws when they aren't there. */
export async function updateDocument(file: string, markdown: string): Promise<void> {
  const text = await readFile(file, "utf8");
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`${file} has no ${BEGIN} … ${END}`);
  await writeFile(file, `${text.slice(0, begin + BEGIN.length)}\n${markdown}\n${text.slice(end)}`);
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

function rowsOf({ subjects }: CaseResult): readonly (readonly string[])[] {
  const [own] = subjects;
  return subjects.map((subject) => [
    subject.title,
    spreadText(spreadOf(wallTimes(subject)), 2),
    subject === own ? "" : spreadText(pairRatios(wallTimes(own!), wallTimes(subject)), 2),
    median(subject, cpuSeconds).toFixed(1),
    (median(subject, ({ peakRssBytes }) => peakRssBytes) / 1e6).toFixed(0),
    megabytes(subject.traffic.uploadedBytes),
    megabytes(subject.traffic.downloadedBytes),
    String(subject.traffic.requests),
    megabytes(subject.storedBytes),
  ]);
}

function titleOf({ case: bench, tree, keepAlive, subjects }: CaseResult): string {
  const size = `${tree.files.toLocaleString("en-US")} files, ${(tree.bytes / 1e6).toFixed(0)} MB`;
  const runs = subjects[0]!.runs.length;
  const connections = keepAlive ? "connections kept" : "a connection for each request";
  return `${bench.dataSet}: ${bench.title} (${size}; ${connections}; ${runs} ${runs === 1 ? "run" : "runs"})`;
}

function machineText({ cores, cpu, memoryBytes, system, node }: Machine): string {
  return `${cores} cores of ${cpu}, ${Math.round(memoryBytes / 2 ** 30)} GiB, ${system}, Node ${node}`;
}

function markdownTable([head, ...rows]: readonly (readonly string[])[]): string {
  const rule = head!.map((_, i) => (i === 0 ? "---" : "---:"));
  return [head!, rule, ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** Median, and the range it was found in. */
function spreadText({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

function median({ runs }: SubjectResult, pick: (run: Measurement) => number): number {
  return spreadOf(runs.map(pick)).median;
}

const wallTimes = ({ runs }: Pick<SubjectResult, "runs">): number[] =>
  runs.map(({ wallSeconds }) => wallSeconds);
const cpuSeconds = ({ userSeconds, systemSeconds }: Measurement): number => userSeconds + systemSeconds;
