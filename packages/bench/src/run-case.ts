// Performs one case: seeds, one warm-up round, then the counted rounds, the subjects and the floors in turn in each
// (A B C A B C). The warm-up goes through the counting proxy and is checked in full.

import { join } from "node:path";
import { type Buckets, createBuckets } from "./buckets.ts";
import type { BenchCase } from "./cases.ts";
import { changeBetween } from "./change-tree.ts";
import { type CountingProxy, startCountingProxy } from "./counting-proxy.ts";
import { type DataSet, stage } from "./data-sets/data-set.ts";
import type { Room } from "./disk-kind.ts";
import { setUpJob } from "./job.ts";
import type { Measurement } from "./measure.ts";
import { perform } from "./perform.ts";
import type { CaseResult, SubjectResult } from "./results.ts";
import { runFloor, startFloors } from "./run-floor.ts";
import { type RunContext, runOnce } from "./run-once.ts";
import type { Scratch } from "./scratch.ts";
import type { RunningServer } from "./server.ts";
import type { Subject } from "./subjects.ts";

export interface CaseContext {
  readonly server: RunningServer;
  readonly scratch: Scratch;
  readonly dataSets: ReadonlyMap<string, DataSet>;
  readonly subjects: readonly Subject[];
  /** Counted ones of each subject. */
  readonly runs: number;
  readonly room: Room;
  readonly signal: AbortSignal;
}

export async function runCase(
  bench: BenchCase,
  context: CaseContext,
): Promise<Pick<CaseResult, "case" | "tree" | "subjects" | "floors">> {
  const { server, dataSets, subjects, runs } = context;
  const buckets = createBuckets(server.data, context);
  const run: RunContext = {
    ...context,
    bench,
    buckets,
    source: await sourceOf(bench, context),
    change: changeOf(bench, dataSets),
  };
  const seeded = await seedAll(subjects, run);
  const series: Series[] = subjects.map((subject, i) => ({ subject, seeded: seeded[i]!, runs: [] }));
  const floors = await startFloors(bench, run);
  const proxy = await startCountingProxy(server.url);
  const firsts: FirstRun[] = [];
  try {
    for (const each of series) firsts.push(await runFirst(each, run, proxy));
  } finally {
    await proxy.close();
  }
  for (const each of floors) await runFloor(each, run);
  for (let round = 1; round <= runs; round++) {
    const what = `run ${round} of ${runs}`;
    for (const each of series) each.runs.push(await runCounted(each, run, what));
    for (const each of floors) {
      each.runs.push(await runFloor(each, run));
      tell(bench, each.title, what, each.runs.at(-1)!);
    }
  }
  return {
    case: bench,
    tree: dataSets.get(bench.dataSet)!.size,
    subjects: series.map((each, i) => ({
      name: each.subject.name,
      title: each.subject.title,
      runs: each.runs,
      ...firsts[i]!,
    })),
    floors: floors.map(({ title, runs }) => ({ title, runs })),
  };
}

/** The runs of one subject in one case. */
interface Series {
  readonly subject: Subject;
  /** The bucket in which it saved what the case wants stored; empty where that is nothing. */
  readonly seeded: string;
  readonly runs: Measurement[];
}

/** A save whose job restores nothing reads a copy that stays until the case ends. */
async function sourceOf(bench: BenchCase, context: CaseContext): Promise<string> {
  const dataSet = context.dataSets.get(bench.dataSet)!;
  const isNeeded = bench.operation === "save" && bench.restored === undefined;
  return isNeeded ? (await stage(dataSet, context)).folder : dataSet.folder;
}

function changeOf({ restored, change, dataSet }: BenchCase, dataSets: ReadonlyMap<string, DataSet>) {
  if (restored === undefined || change !== "update") return undefined;
  const treeOf = ({ folder, path }: DataSet): string => join(folder, path);
  return changeBetween(treeOf(dataSets.get(restored.dataSet)!), treeOf(dataSets.get(dataSet)!));
}

/** @returns for each subject the bucket in which it saved what the case wants stored. */
async function seedAll(subjects: readonly Subject[], context: RunContext): Promise<readonly string[]> {
  const { bench, buckets, dataSets } = context;
  const seeded: string[] = [];
  for (const _ of subjects) seeded.push(await buckets.make());
  for (const name of bench.stored) {
    const dataSet = dataSets.get(name)!;
    const staged = await stage(dataSet, context);
    for (const [i, subject] of subjects.entries()) {
      await seed(subject, { ...dataSet, folder: staged.folder }, seeded[i]!, context);
    }
    await staged.close();
  }
  return seeded;
}

async function seed(subject: Subject, dataSet: DataSet, bucket: string, context: RunContext): Promise<void> {
  const place = await context.scratch.openPlace(`${subject.name}-seed`, context.room);
  const job = await setUpJob(place.folder, { workspace: dataSet.folder });
  await perform(subject, { operation: "save", dataSet, key: dataSet.key, bucket }, job, context);
  await place.close();
}

type FirstRun = Pick<SubjectResult, "traffic" | "storedBytes">;

async function runFirst(
  { subject, seeded }: Series,
  context: RunContext,
  proxy: CountingProxy,
): Promise<FirstRun> {
  const { bench, buckets } = context;
  const bucket = await bucketFor(bench, seeded, buckets);
  const { measured, traffic } = await runOnce(subject, context, { bucket, proxy, isChecked: true });
  tell(bench, subject.title, "warm-up", measured);
  const storedBytes = buckets.storedBytes(bucket);
  if (bucket !== seeded) await buckets.release(bucket);
  return { traffic: traffic!, storedBytes };
}

async function runCounted(
  { subject, seeded }: Series,
  context: RunContext,
  what: string,
): Promise<Measurement> {
  const { bench, buckets } = context;
  const bucket = await bucketFor(bench, seeded, buckets);
  const { measured } = await runOnce(subject, context, { bucket });
  if (bucket !== seeded) await buckets.release(bucket);
  tell(bench, subject.title, what, measured);
  return measured;
}

/** A restore reads the seeded bucket itself; a save gets a copy. */
async function bucketFor({ operation }: BenchCase, seeded: string, buckets: Buckets): Promise<string> {
  return operation === "restore" ? seeded : buckets.copy(seeded);
}

/** Share of one core that others may use beside a run before it is mentioned. */
const NOISE_SHARE = 0.2;

function tell({ name }: BenchCase, title: string, what: string, measured: Measurement): void {
  const { wallSeconds, userSeconds, systemSeconds, foreignCpuSeconds } = measured;
  const cpu = (userSeconds + systemSeconds).toFixed(2);
  const isNoisy = foreignCpuSeconds > wallSeconds * NOISE_SHARE;
  const noise = isNoisy ? `; others used ${foreignCpuSeconds.toFixed(1)} core-s` : "";
  console.log(`  ${name}, ${title}, ${what}: ${wallSeconds.toFixed(2)} s, ${cpu} core-s${noise}`);
}
