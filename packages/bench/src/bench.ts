// The benchmark from its command line to its reports: data sets, then for each case a scratch, a server on its network,
// the runs, and the results into their file.

import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cases, dataSetsOf } from "./cases.ts";
import type { Circumstances } from "./circumstances.ts";
import { type DataSet, type PlannedDataSet, planDataSet, provideDataSet } from "./data-sets/data-set.ts";
import { chooseDisk, needsOf } from "./disk.ts";
import { execute } from "./execute.ts";
import type { LookupResult } from "./lookup/lookup-result.ts";
import { type IndexSource, measureLookups } from "./lookup/measure-lookups.ts";
import { lookupLines } from "./lookup/report-lookup.ts";
import { busyWarning, describeMachine } from "./machine.ts";
import { mergeResults, noResults, readResults, writeResults } from "./merge-results.ts";
import { loopback, type Network, type NetworkKind } from "./network/network.ts";
import { openShapedNetwork } from "./network/shaped-network.ts";
import { type BenchOptions, type PlannedCase, parseOptions, runsOf } from "./options.ts";
import { chartOf } from "./report-chart.ts";
import { goalsTable } from "./report-goals.ts";
import { headOf, markdownOf, summarised, summaryOf, tableOf, updateDocument } from "./report-table.ts";
import { machineText } from "./report-text.ts";
import type { BenchResults, CaseResult } from "./results.ts";
import { runCase } from "./run-case.ts";
import { openScratch } from "./scratch.ts";
import type { ServerSource } from "./server.ts";
import { cairnFrom, peersFrom, type Subject } from "./subjects.ts";
import { type FilledStoreSource, measureUpkeep } from "./upkeep/measure-upkeep.ts";
import { upkeepLines } from "./upkeep/report-upkeep.ts";
import type { UpkeepResult } from "./upkeep/upkeep-result.ts";

export interface BenchPlaces {
  /** Of the checkout: its bundles and its docs. */
  readonly root: string;
  /** Where data sets are kept between benchmarks. */
  readonly cacheFolder: string;
  readonly cwd: string;
}

/** Who calls the benchmark knows how to start servers. */
export interface BenchSources {
  readonly servers: ServerSource;
  readonly indexes: IndexSource;
  readonly stores: FilledStoreSource;
}

/** @throws UsageError, or an Error that tells which run of which tool failed. */
export async function runBench(
  args: readonly string[],
  places: BenchPlaces,
  { servers, indexes, stores }: BenchSources,
  signal: AbortSignal,
): Promise<void> {
  const options = parseOptions(args, places.cwd);
  if (options.list) {
    for (const { name, title, dataSet, isOptIn } of cases) {
      console.log(`${name.padEnd(26)}${dataSet}: ${title}${isOptIn ? " (on demand)" : ""}`);
    }
    return;
  }
  const warning = busyWarning();
  if (warning !== undefined) console.log(warning);
  const subjects = subjectsOf(options, places);
  const circumstances = await circumstancesOf(options, places, servers, signal);
  // Before the first run: a data set that is missing is noticed at once.
  const dataSets = await planAll(options, places, signal);
  const context = { options, places, servers, subjects, circumstances, dataSets, signal };
  for (const [kind, plan] of Map.groupBy(options.plan, ({ network }) => network)) {
    const network = await openNetwork(kind, signal);
    try {
      for (const planned of plan) {
        const result = await measureCase(planned, network, context);
        console.log(`\n${tableOf(result)}\n`);
        // After each case: a later failure doesn't lose it.
        await report({ ...noResults, cases: [result] }, options, places);
      }
    } finally {
      await network.close();
    }
  }
  if (options.lookups.length > 0) {
    await measureAllLookups(indexes, options, circumstances, signal, (lookup) =>
      report({ ...noResults, lookups: [lookup] }, options, places),
    );
  }
  for (const objects of options.upkeep) {
    const upkeep = await measureUpkeepOf(objects, stores, options, circumstances, signal);
    await report({ ...noResults, upkeep: [upkeep] }, options, places);
  }
}

interface BenchContext {
  readonly options: BenchOptions;
  readonly servers: ServerSource;
  readonly subjects: readonly Subject[];
  readonly circumstances: Circumstances;
  readonly dataSets: ReadonlyMap<string, PlannedDataSet>;
  readonly signal: AbortSignal;
}

async function measureCase(
  { bench, disk: wanted, keepAlive }: PlannedCase,
  network: Network,
  { options, servers, subjects: all, circumstances, dataSets, signal }: BenchContext,
): Promise<CaseResult> {
  const planned = new Map(dataSetsOf(bench).map((name) => [name, dataSets.get(name)!]));
  const subjects = bench.isAlone ? all.slice(0, 1) : all;
  const treeBytes = planned.get(bench.dataSet)!.size.bytes;
  const runs = runsOf(options, treeBytes);
  const needs = needsOf(bench, planned, { subjects: subjects.length, runs });
  const { disk, parent } = await chooseDisk({ disk: wanted, scratch: options.scratch }, needs, treeBytes);
  const scratch = await openScratch({ disk, parent }, signal);
  try {
    const head = {
      ...circumstances,
      measuredAt: new Date().toISOString(),
      disk,
      network: network.kind,
      link: network.link,
      keepAlive,
    };
    console.log(headOf(head));
    const provided = new Map<string, DataSet>();
    for (const [name, each] of planned) provided.set(name, await provideDataSet(each, scratch));
    const data = await scratch.makeFolder("server");
    const server = await servers.start({ keepAlive, data, log: `${data}.log`, network, signal });
    try {
      const context = { server, scratch, dataSets: provided, subjects, runs, room: needs.run, signal };
      return { ...head, ...(await runCase(bench, context)) };
    } finally {
      await server.stop();
    }
  } finally {
    await scratch.dispose();
  }
}

/** Rows are small and many: in memory, where there is any. */
async function measureAllLookups(
  indexes: IndexSource,
  { scratch: parent, lookups }: BenchOptions,
  circumstances: Circumstances,
  signal: AbortSignal,
  onResult: (result: LookupResult) => Promise<void>,
): Promise<void> {
  const needs = { kept: LOOKUP_BYTES, run: { bytes: 0, files: 0 }, openRuns: 0, runs: 0 };
  const scratch = await openScratch(await chooseDisk({ disk: "auto", scratch: parent }, needs, 0), signal);
  console.log(machineText(circumstances.machine));
  try {
    await measureLookups(
      indexes,
      lookups,
      scratch.makeFolder,
      circumstances,
      async (result) => {
        console.log(lookupLines(result));
        await onResult(result);
      },
      signal,
    );
  } finally {
    await scratch.dispose();
  }
}

/** In memory, where there is any: a disk is nothing that a bucket is made of. */
async function measureUpkeepOf(
  objects: number,
  stores: FilledStoreSource,
  { scratch: parent }: BenchOptions,
  circumstances: Circumstances,
  signal: AbortSignal,
): Promise<UpkeepResult> {
  const needs = { kept: objects * UPKEEP_BYTES_OF_EACH, run: { bytes: 0, files: 0 }, openRuns: 0, runs: 0 };
  const scratch = await openScratch(await chooseDisk({ disk: "auto", scratch: parent }, needs, 0), signal);
  console.log(machineText(circumstances.machine));
  try {
    const folder = await scratch.makeFolder("upkeep");
    const result = await measureUpkeep(stores, objects, folder, circumstances, signal);
    console.log(upkeepLines(result));
    return result;
  } finally {
    await scratch.dispose();
  }
}

/** A small file on a tmpfs. */
const UPKEEP_BYTES_OF_EACH = 8_000;

/** Two files a ref in the bucket's folder. */
const LOOKUP_BYTES = 1.5e9;

async function openNetwork(kind: NetworkKind, signal: AbortSignal): Promise<Network> {
  return kind === "shaped" ? openShapedNetwork(signal) : loopback;
}

function subjectsOf({ cairn, peers }: BenchOptions, { root }: BenchPlaces): readonly Subject[] {
  return [cairnFrom(cairn ?? join(root, "dist")), ...(peers === undefined ? [] : peersFrom(peers))];
}

async function circumstancesOf(
  { cairn }: BenchOptions,
  { root }: BenchPlaces,
  servers: ServerSource,
  signal: AbortSignal,
): Promise<Circumstances> {
  // Only changes of the bundles count: the reports of the benchmark itself are changes, too.
  const git = ["git", "-C", cairn ?? join(root, "dist")] as const;
  const commit = await execute([...git, "rev-parse", "--short", "HEAD"], { signal }).catch(() => undefined);
  const changes = await execute([...git, "status", "--porcelain", "--", "."], { signal }).catch(() => "");
  return {
    measuredAt: new Date().toISOString(),
    commit: commit === undefined ? undefined : `${commit.trim()}${changes === "" ? "" : "+"}`,
    machine: describeMachine(),
    server: servers.description,
  };
}

async function planAll(
  options: BenchOptions,
  { cacheFolder }: BenchPlaces,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, PlannedDataSet>> {
  const names = new Set(options.plan.flatMap(({ bench }) => dataSetsOf(bench)));
  const dataSets = new Map<string, PlannedDataSet>();
  for (const name of names) dataSets.set(name, await planDataSet(name, { options, cacheFolder, signal }));
  return dataSets;
}

/** Merges what was found into the file of results, and makes the reports of all that is there. */
async function report(found: BenchResults, options: BenchOptions, { root }: BenchPlaces): Promise<void> {
  const usual = options.docs ? "docs/assets/bench.json" : ".cache/bench/results.json";
  const json = options.json ?? join(root, usual);
  const results = mergeResults(await readResults(json), found);
  await writeResults(json, results);
  if (!options.docs) {
    await write(json.replace(/(\.json)?$/, ".svg"), chartOf(results));
    return;
  }
  await write(join(root, "docs/assets/bench.svg"), chartOf(results));
  await write(join(root, "docs/assets/bench-summary.svg"), chartOf({ cases: summarised(results) }));
  const page = join(root, "docs/benchmarks.md");
  await updateDocument(page, "bench:goals", goalsTable(results));
  await updateDocument(page, "bench", markdownOf(results));
  // What it shows may not have been measured yet, where a benchmark is run in parts.
  if (summarised(results).length > 0) {
    await updateDocument(join(root, "README.md"), "bench", summaryOf(results));
  }
}

async function write(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}
