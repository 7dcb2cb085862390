// What a worker is told about the files of a chunk: one text and one array of numbers, since cloning a thousand objects
// costs as much as writing a file.

import { secondsOf } from "../lib/times.ts";
import { extentCount } from "../model/segment.ts";
import { Action, FILE_NUMBERS, type FileColumns } from "../workers/restore-tasks.ts";
import { PERMISSION_BITS, type Plan, pathOf, timesOf } from "./plan.ts";
import type { PlannedChunk } from "./plan-chunks.ts";

/** @param wants tells by its action whether a file is among them; default: all. */
export function columnsOf(
  plan: Plan,
  { runs, first, end }: PlannedChunk,
  wants: (action: number) => boolean = () => true,
): FileColumns {
  const paths: string[] = [];
  const numbers = new Float64Array((end - first) * FILE_NUMBERS);
  let at = 0;
  for (let run = first; run < end; run++) {
    const { segment, actions } = plan.segments[runs.segments[run]!]!;
    const i = runs.entries[run]!;
    const action = actions[i]!;
    if (!wants(action)) continue;
    const extent = runs.extents[run]!;
    paths.push(pathOf(plan, segment, i));
    numbers[at++] = segment.extents.offsets[extent]!;
    numbers[at++] = segment.extents.lengths[extent]!;
    numbers[at++] = runs.positions[run]!;
    numbers[at++] = segment.modes[i]! & PERMISSION_BITS;
    numbers[at++] = secondsOf(timesOf(segment, i));
    numbers[at++] = extentCount(segment, i) === 1 ? action : Action.part;
  }
  return { paths: paths.join("\0"), numbers: numbers.subarray(0, at) };
}

/** Whether a file of the chunk has an action that is wanted. */
export function hasRun(
  plan: Plan,
  { runs, first, end }: PlannedChunk,
  wants: (action: number) => boolean,
): boolean {
  for (let run = first; run < end; run++) {
    if (wants(plan.segments[runs.segments[run]!]!.actions[runs.entries[run]!]!)) return true;
  }
  return false;
}
