// Which of the files that look right hold the right bytes: a chunk whose files on the disk have its digest need not be
// downloaded. Nothing is believed because of its times alone.

import { forEachConcurrently } from "../lib/concurrency.ts";
import type { Digest } from "../model/digest.ts";
import type { WorkerPool } from "../workers/pool.ts";
import { columnsOf } from "./columns.ts";
import type { Plan, PlannedChunk } from "./plan.ts";

const CHECKS_PER_THREAD = 3;

/** Marks files as kept; those put together from several chunks are kept only when all of them are right. */
export async function checkDisk(
  plan: Plan,
  pool: WorkerPool,
  signal: AbortSignal | undefined,
): Promise<void> {
  const right = new Set<Digest>();
  const candidates = plan.chunks.filter(({ runs }) => runs.some((run) => run.file.action === "compare"));
  await forEachConcurrently(candidates, pool.size * CHECKS_PER_THREAD, async (planned) => {
    signal?.throwIfAborted();
    if (await isOnDisk(planned, pool)) right.add(planned.chunk.digest);
  });
  for (const file of plan.files) {
    if (file.action !== "compare") continue;
    const { extents } = file.entry;
    if (extents.every(({ chunk }) => right.has(chunk))) file.action = "keep";
    else if (extents.length > 1) file.action = "replace";
  }
}

async function isOnDisk({ chunk, runs }: PlannedChunk, pool: WorkerPool): Promise<boolean> {
  // Files with equal bytes share a run: all of them have to be right, so each is read.
  const compared = runs.filter((run) => run.file.action === "compare").sort((a, b) => a.offset - b.offset);
  let covered = 0;
  for (const run of compared) {
    if (run.offset > covered) return false;
    covered = Math.max(covered, run.offset + run.length);
  }
  if (covered < chunk.plainLength) return false;
  return pool.run("checkChunk", {
    digest: chunk.digest,
    plainLength: chunk.plainLength,
    files: columnsOf(compared),
  });
}
