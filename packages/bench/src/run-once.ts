// One measured process: a job is set up, the subject's entry runs in it alone, and what it did is checked afterwards.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Buckets } from "./buckets.ts";
import type { BenchCase } from "./cases.ts";
import { type DataSet, SAVED_PATH } from "./data-sets.ts";
import { type Job, saysExactHit, setUpJob } from "./job.ts";
import { type Measurement, measure } from "./measure.ts";
import type { Scratch } from "./scratch.ts";
import type { RunningServer } from "./server.ts";
import type { Subject } from "./subjects.ts";
import { differenceInSize, differencesBetween, sizeOfTree } from "./tree.ts";

export interface RunContext {
  readonly server: RunningServer;
  readonly scratch: Scratch;
  readonly buckets: Buckets;
  readonly signal: AbortSignal;
}

export interface Step {
  readonly operation: BenchCase["operation"];
  readonly dataSet: DataSet;
  readonly bucket: string;
  /** Default: the server itself. */
  readonly endpoint?: string;
  /** Whether a restored tree is compared in full, and not only counted. */
  readonly compare?: boolean;
}

const LOG_LINES_SHOWN = 30;

/** @throws when the subject did not do what it was asked, with the end of its output. */
export async function runOnce(subject: Subject, step: Step, context: RunContext): Promise<Measurement> {
  const { server, scratch, buckets, signal } = context;
  const isSave = step.operation === "save";
  const folder = await scratch.makeFolder(`${subject.name}-${step.operation}`);
  const workspace = isSave ? step.dataSet.folder : await scratch.makeFolder(`${subject.name}-workspace`);
  const s3 = { ...server, endpoint: step.endpoint ?? server.url, bucket: step.bucket };
  const job = await setUpJob(folder, { workspace, key: step.dataSet.key, s3 });
  const log = join(folder, "log");
  const storedBefore = buckets.storedBytes(step.bucket);
  await scratch.settle(signal);
  const measured = await measure([process.execPath, subject.entry(step.operation)], {
    cwd: workspace,
    env: { ...job.env, ...subject.environment(job) },
    log,
    serverPid: server.pid,
    signal,
  });
  let problem: string | undefined;
  if (measured.exitCode !== 0) problem = `it ended with code ${measured.exitCode}`;
  else if (!isSave) problem = await problemOfRestore(job, step);
  // Tools end with 0 when they could not save. That a save can be restored, the warm-up has shown.
  else if (buckets.storedBytes(step.bucket) <= storedBefore) problem = "nothing was added to the bucket";
  if (problem !== undefined) {
    const output = (await readFile(log, "utf8")).trim().split("\n").slice(-LOG_LINES_SHOWN).join("\n");
    const what = `${subject.title}: the ${step.operation} of ${step.dataSet.name}`;
    throw new Error(`${what} failed: ${problem}\n${output}`);
  }
  await scratch.release(folder, ...(isSave ? [] : [workspace]));
  return measured;
}

async function problemOfRestore(job: Job, { dataSet, compare }: Step): Promise<string | undefined> {
  if (!(await saysExactHit(job))) return "it did not say that there was an exact hit";
  const found = join(job.workspace, SAVED_PATH);
  if (!compare) return differenceInSize(dataSet.size, sizeOfTree(found));
  const differences = differencesBetween(join(dataSet.folder, SAVED_PATH), found);
  return differences.length === 0 ? undefined : `the tree differs:\n${differences.join("\n")}`;
}
