// Performs one case: seeds, one warm-up round, then the counted rounds, the subjects in turn in each (A B C A B C). The
// warm-up goes through the counting proxy and is checked in full; every later run is checked by counts and sizes.

import { type Buckets, createBuckets } from "./buckets.ts";
import type { BenchCase } from "./cases.ts";
import { type CountingProxy, startCountingProxy } from "./counting-proxy.ts";
import type { DataSet } from "./data-sets.ts";
import type { Measurement } from "./measure.ts";
import type { CaseResult, SubjectResult } from "./results.ts";
import { type RunContext, runOnce } from "./run-once.ts";
import type { Subject } from "./subjects.ts";

export interface CaseContext extends Omit<RunContext, "buckets"> {
  /** Copies in the scratch folder. */
  readonly dataSets: ReadonlyMap<string, DataSet>;
  readonly subjects: readonly Subject[];
  /** Counted ones of each subject. */
  readonly runs: number;
  readonly keepAlive: boolean;
}

export async function runCase(bench: BenchCase, context: CaseContext): Promise<CaseResult> {
  const { server, dataSets, subjects, runs } = context;
  const buckets = createBuckets(server.data, context);
  const series = subjects.map((subject) => ({ subject, bench, context: { ...context, buckets } }));
  const proxy = await startCountingProxy(server.url);
  try {
    const seeds: string[] = [];
    for (const each of series) seeds.push(await seed(each));
    const firsts: FirstRun[] = [];
    for (const [i, each] of series.entries()) firsts.push(await runFirst(each, seeds[i]!, proxy));
    const counted: Measurement[][] = series.map(() => []);
    for (let round = 1; round <= runs; round++) {
      for (const [i, each] of series.entries()) {
        const bucket = await bucketFor(each, seeds[i]!);
        const measured = await runOnce(each.subject, stepOf(each, bucket), each.context);
        counted[i]!.push(measured);
        if (bucket !== seeds[i]) await buckets.release(bucket);
        tell(each, `run ${round} of ${runs}`, measured);
      }
    }
    for (const bucket of seeds) await buckets.release(bucket);
    return {
      case: bench,
      tree: dataSets.get(bench.dataSet)!.size,
      keepAlive: context.keepAlive,
      subjects: subjects.map(({ name, title }, i) => ({ name, title, runs: counted[i]!, ...firsts[i]! })),
    };
  } finally {
    await proxy.close();
  }
}

/** The runs of one subject in one case. */
interface Series {
  readonly subject: Subject;
  readonly bench: BenchCase;
  readonly context: CaseContext & { readonly buckets: Buckets };
}

/** @returns the bucket in which the subject saved what the case wants stored, or an empty one. */
async function seed({ subject, bench, context }: Series): Promise<string> {
  const bucket = await context.buckets.make();
  if (bench.stored !== undefined) {
    const dataSet = context.dataSets.get(bench.stored)!;
    await runOnce(subject, { operation: "save", dataSet, bucket }, context);
  }
  return bucket;
}

type FirstRun = Pick<SubjectResult, "traffic" | "storedBytes">;

async function runFirst(series: Series, seeded: string, proxy: CountingProxy): Promise<FirstRun> {
  const { subject, bench, context } = series;
  const isRestore = bench.operation === "restore";
  const bucket = await bucketFor(series, seeded);
  const step = { ...stepOf(series, bucket), endpoint: proxy.url, compare: isRestore };
  proxy.take();
  const measured = await runOnce(subject, step, context);
  const traffic = proxy.take();
  const storedBytes = context.buckets.storedBytes(bucket);
  tell(series, "warm-up", measured);
  if (!isRestore) {
    // A save is worth what a restore makes of it.
    await runOnce(subject, { ...step, operation: "restore", compare: true }, context);
    await context.buckets.release(bucket);
  }
  return { traffic, storedBytes };
}

/** A restore reads the seeded bucket itself; a save gets a copy. */
async function bucketFor({ bench, context }: Series, seeded: string): Promise<string> {
  return bench.operation === "restore" ? seeded : context.buckets.copy(seeded);
}

function stepOf({ bench, context }: Series, bucket: string) {
  return { operation: bench.operation, dataSet: context.dataSets.get(bench.dataSet)!, bucket };
}

/** Share of one core that others may use beside a run before it is mentioned. */
const NOISE_SHARE = 0.2;

function tell({ bench, subject }: Series, what: string, measured: Measurement): void {
  const { wallSeconds, userSeconds, systemSeconds, foreignCpuSeconds } = measured;
  const cpu = (userSeconds + systemSeconds).toFixed(2);
  const isNoisy = foreignCpuSeconds > wallSeconds * NOISE_SHARE;
  const noise = isNoisy ? `; others used ${foreignCpuSeconds.toFixed(1)} core-s` : "";
  console.log(
    `  ${bench.name}, ${subject.title}, ${what}: ${wallSeconds.toFixed(2)} s, ${cpu} core-s${noise}`,
  );
}
