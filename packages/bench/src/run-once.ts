// One run of a case: a job is prepared, the subject does its work under the clock, and what it did is checked. Only the
// clock's part is told.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { BenchCase } from "./cases.ts";
import { applyChange, type TreeChange } from "./change-tree.ts";
import type { CountingProxy, Traffic } from "./counting-proxy.ts";
import type { DataSet } from "./data-sets/data-set.ts";
import type { Room } from "./disk-kind.ts";
import { execute } from "./execute.ts";
import { type Job, setUpJob } from "./job.ts";
import type { Measurement } from "./measure.ts";
import { type Action, type ActionContext, perform } from "./perform.ts";
import type { Place, Scratch } from "./scratch.ts";
import type { Subject } from "./subjects.ts";
import { differenceInSize, differencesBetween, sizeOfTree } from "./tree.ts";

export interface RunContext extends ActionContext {
  readonly bench: BenchCase;
  readonly scratch: Scratch;
  readonly dataSets: ReadonlyMap<string, DataSet>;
  /** Holds the tree of a save whose job restored nothing. */
  readonly source: string;
  /** From the tree that the job restored to the one that it saves. */
  readonly change: TreeChange | undefined;
  /** What each run may write. */
  readonly room: Room;
}

export interface RunOptions {
  readonly bucket: string;
  /** Counts the run's requests. */
  readonly proxy?: CountingProxy;
  /** Whether the result is compared in full, and a save restored for it; otherwise files and bytes are counted. */
  readonly isChecked?: boolean;
}

export interface Run {
  readonly measured: Measurement;
  /** Where there was a proxy. */
  readonly traffic: Traffic | undefined;
}

/** @throws when the subject did not do what it was asked. */
export async function runOnce(subject: Subject, context: RunContext, options: RunOptions): Promise<Run> {
  const { bench, dataSets, scratch, room } = context;
  const { bucket, proxy } = options;
  const dataSet = dataSets.get(bench.dataSet)!;
  const key = keyOf(bench, dataSet);
  const action = { operation: bench.operation, dataSet, key, bucket, endpoint: proxy?.url };
  const place = await scratch.openPlace(`${subject.name}-${bench.operation}`, room);
  const job = await prepare(subject, action, place, context);
  await scratch.settle();
  proxy?.take();
  const measured = await perform(subject, action, job, context);
  const traffic = proxy?.take();
  await check(subject, action, job, context, options.isChecked ?? false);
  await place.close();
  return { measured, traffic };
}

/** What the bucket holds already is saved under another key. */
function keyOf({ operation, stored }: BenchCase, { name, key }: DataSet): string {
  return operation === "save" && stored.includes(name) ? `${key}-next` : key;
}

/** @returns a job in which only the measured action is left to do. */
async function prepare(subject: Subject, action: Action, place: Place, context: RunContext): Promise<Job> {
  const { bench, dataSets, source } = context;
  const workspace = join(place.folder, "workspace");
  const folder = join(place.folder, "job-1");
  await mkdir(folder);
  if (bench.restored === undefined) {
    if (bench.operation === "save") return setUpJob(folder, { workspace: source });
    await mkdir(workspace);
    return setUpJob(folder, { workspace });
  }
  await mkdir(workspace);
  const first = await setUpJob(folder, { workspace });
  const dataSet = dataSets.get(bench.restored.dataSet)!;
  await perform(subject, { ...action, operation: "restore", dataSet, key: dataSet.key }, first, context);
  await changeTree(workspace, place, context);
  if (bench.restored.by === "this job") return first;
  const second = join(place.folder, "job-2");
  await mkdir(second);
  return setUpJob(second, { workspace, earlier: first });
}

async function changeTree(
  workspace: string,
  place: Place,
  { bench, dataSets, change, signal }: RunContext,
): Promise<void> {
  if (bench.change === undefined) return;
  const { folder, path } = dataSets.get(bench.dataSet)!;
  if (bench.change === "update") {
    applyChange(change!, join(folder, path), join(workspace, path));
    return;
  }
  // `npm ci` would delete the old tree: put aside it costs the disk nothing before the clock starts.
  await execute(["mv", join(workspace, path), join(place.folder, "replaced")], { signal });
  await execute(["cp", "-a", join(folder, path), join(workspace, path)], { signal });
}

async function check(
  subject: Subject,
  action: Action,
  job: Job,
  context: RunContext,
  isChecked: boolean,
): Promise<void> {
  const { dataSet } = action;
  const tree = join(job.workspace, dataSet.path);
  if (action.operation === "save") {
    // A save is worth what a restore makes of it.
    if (isChecked) await checkSaved(subject, action, tree, context);
    return;
  }
  // What the restored tree doesn't have stays, as upstream.
  const allowExtra = context.bench.restored !== undefined;
  if (isChecked || allowExtra) {
    throwIfDiffering(
      subject,
      dataSet,
      differencesBetween(join(dataSet.folder, dataSet.path), tree, { allowExtra }),
    );
    return;
  }
  const difference = differenceInSize(dataSet.size, sizeOfTree(tree));
  throwIfDiffering(subject, dataSet, difference === undefined ? [] : [difference]);
}

async function checkSaved(
  subject: Subject,
  action: Action,
  tree: string,
  context: RunContext,
): Promise<void> {
  const { scratch, room } = context;
  const place = await scratch.openPlace(`${subject.name}-check`, room);
  const workspace = join(place.folder, "workspace");
  const folder = join(place.folder, "job");
  for (const each of [workspace, folder]) await mkdir(each);
  const job = await setUpJob(folder, { workspace });
  await perform(subject, { ...action, operation: "restore" }, job, context);
  throwIfDiffering(subject, action.dataSet, differencesBetween(tree, join(workspace, action.dataSet.path)));
  await place.close();
}

function throwIfDiffering({ title }: Subject, { name }: DataSet, differences: readonly string[]): void {
  if (differences.length === 0) return;
  throw new Error(`${title}: the restored tree of ${name} differs:\n${differences.join("\n")}`);
}
