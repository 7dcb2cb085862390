// What a worker is told about the files of a chunk: one text and one array of numbers, since cloning a thousand objects
// costs as much as writing a file.

import { secondsOf } from "../lib/times.ts";
import { Action, FILE_NUMBERS, type FileColumns } from "../workers/restore-tasks.ts";
import { type ChunkRun, isWhole } from "./plan.ts";

export function columnsOf(runs: readonly ChunkRun[]): FileColumns {
  const numbers = new Float64Array(runs.length * FILE_NUMBERS);
  for (const [i, { file, offset, length, position }] of runs.entries()) {
    const action = !isWhole(file.entry)
      ? Action.part
      : file.action === "keep"
        ? Action.compare
        : Action[file.action];
    numbers.set([offset, length, position, file.mode, secondsOf(file.entry), action], i * FILE_NUMBERS);
  }
  return { paths: runs.map((run) => run.file.path).join("\0"), numbers };
}
