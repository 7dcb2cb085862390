// Every task that a worker knows, by name: the same functions run on a worker thread or, where starting one would take
// longer than the work, on the main thread.

import { SLAB_MAX_BYTES } from "../lib/memory.ts";
import { createRestoreTasks, type RestoreSettings, type RestoreTasks } from "./restore-tasks.ts";
import {
  type ChunkResult,
  createSaveTasks,
  type SaveSettings,
  type SaveTasks,
  type SealedBatch,
} from "./save-tasks.ts";

export type Tasks = SaveTasks & RestoreTasks;
export type TaskName = keyof Tasks;
export type TaskSettings = SaveSettings | RestoreSettings;

export function runTask(settings: TaskSettings): (name: TaskName, task: never) => unknown {
  const tasks = "known" in settings ? createSaveTasks(settings) : createRestoreTasks(settings);
  return (name, task) => (tasks as Tasks)[name](task);
}

/** Buffers in a result that can be handed over instead of copied. */
export function transferableOf(result: unknown): ArrayBuffer[] {
  const { chunk, stored, room } = (result ?? {}) as Partial<
    SealedBatch & ChunkResult & { room: ArrayBuffer }
  >;
  const buffer = (chunk?.stored ?? stored)?.bytes.buffer ?? room;
  // Small ones may lie in Node's shared slab, which can't be given away.
  return buffer instanceof ArrayBuffer && buffer.byteLength > SLAB_MAX_BYTES ? [buffer] : [];
}
