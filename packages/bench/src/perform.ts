// One action of one subject: its entry runs as a process of its own in a job that is ready for it.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Buckets } from "./buckets.ts";
import type { BenchCase } from "./cases.ts";
import type { DataSet } from "./data-sets/data-set.ts";
import { type Job, type Step, saysExactHit, setUpStep } from "./job.ts";
import { type Measurement, measure } from "./measure.ts";
import type { RunningServer } from "./server.ts";
import type { Subject } from "./subjects.ts";

export interface ActionContext {
  readonly server: RunningServer;
  readonly buckets: Buckets;
  readonly signal: AbortSignal;
}

/** An action of a subject in a job that is ready for it. */
export interface Action {
  readonly operation: BenchCase["operation"];
  readonly dataSet: DataSet;
  readonly key: string;
  readonly bucket: string;
  /** Default: the server itself. */
  readonly endpoint?: string | undefined;
}

const LOG_LINES_SHOWN = 30;

/** @throws when the subject did not do what it was asked, with the end of its output. */
export async function perform(
  subject: Subject,
  action: Action,
  job: Job,
  { server, buckets, signal }: ActionContext,
): Promise<Measurement> {
  const { operation, dataSet, key, bucket, endpoint = server.url } = action;
  const name = `${operation}-${key}`;
  const step = await setUpStep(job, name, { key, path: dataSet.path, s3: { ...server, endpoint, bucket } });
  const log = join(job.folder, `${name}.log`);
  const storedBefore = buckets.storedBytes(bucket);
  const measured = await measure([process.execPath, subject.entry(operation)], {
    cwd: job.workspace,
    env: { ...step.env, ...subject.environment(step) },
    log,
    serverPids: server.pids,
    signal,
  });
  const problem = await problemOf(measured, action, step, () => buckets.storedBytes(bucket) > storedBefore);
  if (problem === undefined) return measured;
  throw await failure(subject, action, problem, log);
}

async function problemOf(
  { exitCode }: Measurement,
  { operation }: Action,
  step: Step,
  hasGrown: () => boolean,
): Promise<string | undefined> {
  if (exitCode !== 0) return `it ended with code ${exitCode}`;
  if (operation === "restore") {
    return (await saysExactHit(step)) ? undefined : "it did not say that there was an exact hit";
  }
  // Tools end with 0 when they could not save. That a save can be restored, the warm-up shows.
  return hasGrown() ? undefined : "nothing was added to the bucket";
}

async function failure(
  subject: Subject,
  { operation, dataSet }: Pick<Action, "operation" | "dataSet">,
  problem: string,
  log: string,
): Promise<Error> {
  const output = (await readFile(log, "utf8")).trim().split("\n").slice(-LOG_LINES_SHOWN).join("\n");
  return new Error(`${subject.title}: the ${operation} of ${dataSet.name} failed: ${problem}\n${output}`);
}
