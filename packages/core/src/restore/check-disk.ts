// Which of the files that look right hold the right bytes: a chunk whose files on the disk have its digest need not be
// downloaded. Without a stamp, nothing is believed because of its times.

import { forEachConcurrently } from "../lib/concurrency.ts";
import type { Digest } from "../model/digest.ts";
import { extentCount, firstExtent, type Segment } from "../model/segment.ts";
import type { WorkerPool } from "../workers/pool.ts";
import { Action, FILE_NUMBERS, type FileColumns } from "../workers/restore-tasks.ts";
import { columnsOf, hasRun } from "./columns.ts";
import { forEachFile, type Plan } from "./plan.ts";
import type { PlannedChunk } from "./plan-chunks.ts";

const CHECKS_PER_THREAD = 3;

/** Marks files as kept; those put together from several chunks are kept only when all of them are right. */
export async function checkDisk(
  plan: Plan,
  pool: WorkerPool,
  signal: AbortSignal | undefined,
): Promise<void> {
  const right = new Set<Digest>();
  const candidates = plan.chunks.filter((planned) => hasRun(plan, planned, isCompared));
  await forEachConcurrently(candidates, pool.size * CHECKS_PER_THREAD, async (planned) => {
    signal?.throwIfAborted();
    if (await isOnDisk(plan, planned, pool)) right.add(planned.chunk.digest);
  });
  if (candidates.length === 0) return;
  forEachFile(plan, ({ segment, actions }, i) => {
    if (!isCompared(actions[i]!)) return;
    if (areAllRight(segment, i, right))
      actions[i] = actions[i] === Action.compare ? Action.keep : Action.remode;
    else if (extentCount(segment, i) > 1) actions[i] = Action.replace;
  });
}

function isCompared(action: number): boolean {
  return action === Action.compare || action === Action.compareStale;
}

function areAllRight(segment: Segment, i: number, right: ReadonlySet<Digest>): boolean {
  const { chunks } = segment.extents;
  for (let extent = firstExtent(segment, i); extent < segment.extentEnds[i]!; extent++)
    if (!right.has(segment.chunks[chunks[extent]!]!.digest)) return false;
  return true;
}

async function isOnDisk(plan: Plan, planned: PlannedChunk, pool: WorkerPool): Promise<boolean> {
  // Files with equal bytes share a run: all of them have to be right, so each is read.
  const files = byOffset(columnsOf(plan, planned, isCompared));
  const { digest, plainLength } = planned.chunk;
  let covered = 0;
  for (let at = 0; at < files.numbers.length; at += FILE_NUMBERS) {
    const [offset, length] = [files.numbers[at]!, files.numbers[at + 1]!];
    if (offset > covered) return false;
    covered = Math.max(covered, offset + length);
  }
  if (covered < plainLength) return false;
  return pool.run("checkChunk", { digest, plainLength, files });
}

function byOffset({ paths, numbers }: FileColumns): FileColumns {
  const names = paths.split("\0");
  const order = names
    .map((_, i) => i)
    .sort((a, b) => numbers[a * FILE_NUMBERS]! - numbers[b * FILE_NUMBERS]!);
  const sorted = new Float64Array(numbers.length);
  for (const [to, from] of order.entries())
    sorted.set(numbers.subarray(from * FILE_NUMBERS, (from + 1) * FILE_NUMBERS), to * FILE_NUMBERS);
  return { paths: order.map((i) => names[i]!).join("\0"), numbers: sorted };
}
