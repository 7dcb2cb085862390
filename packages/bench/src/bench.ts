// The benchmark from its command line to its reports: data sets, scratch, a server for each variant, the cases.

import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cases, dataSetsOf } from "./cases.ts";
import { buildDataSet, type DataSet } from "./data-sets.ts";
import { execute } from "./execute.ts";
import { busyWarning, describeMachine } from "./machine.ts";
import { type BenchOptions, parseOptions } from "./options.ts";
import { chartOf } from "./report-chart.ts";
import { headOf, markdownOf, summaryOf, tableOf, updateDocument } from "./report-table.ts";
import type { BenchResults, CaseResult } from "./results.ts";
import { runCase } from "./run-case.ts";
import { bytesNeeded, openScratch, type Scratch } from "./scratch.ts";
import type { ServerSource } from "./server.ts";
import { cairnFrom, peersFrom, type Subject } from "./subjects.ts";

export interface BenchPlaces {
  /** Of the checkout: its bundles and its docs. */
  readonly root: string;
  /** Where data sets are kept between benchmarks. */
  readonly cacheFolder: string;
  readonly cwd: string;
}

/** @throws UsageError, or an Error that tells which run of which tool failed. */
export async function runBench(
  args: readonly string[],
  places: BenchPlaces,
  servers: ServerSource,
  signal: AbortSignal,
): Promise<void> {
  const options = parseOptions(args, places.cwd);
  if (options.list) {
    for (const { name, title, dataSet } of cases) console.log(`${name.padEnd(18)}${dataSet}: ${title}`);
    return;
  }
  const warning = busyWarning();
  if (warning !== undefined) console.log(warning);
  const subjects = subjectsOf(options, places);
  const built = await buildAll(options, places, signal);
  const needs = bytesNeeded(options.cases, built, {
    subjects: subjects.length,
    runs: options.runs,
    servers: options.keepAlive.length,
  });
  const scratch = await openScratch(options.scratch, needs);
  const found: CaseResult[] = [];
  const head = {
    startedAt: new Date().toISOString(),
    machine: describeMachine(),
    scratch: scratch.isTmpfs ? "tmpfs" : "disk",
    server: servers.description,
  } as const;
  console.log(headOf(head));
  try {
    const dataSets = await copyAll(built, scratch, signal);
    const context = { subjects, dataSets, scratch, signal, runs: options.runs };
    for (const keepAlive of options.keepAlive) {
      const data = await scratch.makeFolder("server");
      const server = await servers.start({ keepAlive, data, log: `${data}.log`, signal });
      try {
        for (const bench of options.cases) {
          const result = await runCase(bench, { ...context, keepAlive, server });
          found.push(result);
          console.log(`\n${tableOf(result)}\n`);
          // After each case: a later failure doesn't lose it.
          await report({ ...head, cases: found }, options, places);
        }
      } finally {
        await server.stop();
      }
    }
  } finally {
    await scratch.dispose();
  }
}

function subjectsOf({ cairn, peers }: BenchOptions, { root }: BenchPlaces): readonly Subject[] {
  return [cairnFrom(cairn ?? join(root, "dist")), ...(peers === undefined ? [] : peersFrom(peers))];
}

async function buildAll(
  options: BenchOptions,
  { cacheFolder }: BenchPlaces,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, DataSet>> {
  const dataSets = new Map<string, DataSet>();
  for (const name of dataSetsOf(options.cases)) {
    dataSets.set(name, await buildDataSet(name, options, cacheFolder, signal));
  }
  return dataSets;
}

/** Saves then read from the same kind of disk that restores write to. */
async function copyAll(
  built: ReadonlyMap<string, DataSet>,
  scratch: Scratch,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, DataSet>> {
  const copies = new Map<string, DataSet>();
  for (const [name, dataSet] of built) {
    const folder = await scratch.makeFolder(name);
    await execute(["cp", "-a", `${dataSet.folder}/.`, folder], { signal });
    copies.set(name, { ...dataSet, folder });
  }
  return copies;
}

async function report(results: BenchResults, options: BenchOptions, { root }: BenchPlaces): Promise<void> {
  const json = options.json ?? join(root, ".cache/bench/last.json");
  const chart = options.docs ? join(root, "docs/assets/bench.svg") : `${json.replace(/\.json$/, "")}.svg`;
  await write(json, `${JSON.stringify(results, undefined, 2)}\n`);
  await write(chart, chartOf(results));
  if (!options.docs) return;
  await updateDocument(join(root, "docs/benchmarks.md"), markdownOf(results));
  await updateDocument(join(root, "README.md"), summaryOf(results));
}

async function write(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}
