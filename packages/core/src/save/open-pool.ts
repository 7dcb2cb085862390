// Threads for a save, unless the tree is so small that it is stored before one has started.

import type { Backend } from "../lib/backend.ts";
import { walk } from "../lib/walk.ts";
import { createInlinePool, createWorkerPool, type WorkerPool } from "../workers/pool.ts";
import type { SaveSettings } from "../workers/save-tasks.ts";
import type { LocalRoot } from "./resolve-roots.ts";

/** Read and compressed in some 20 ms, a third of what a thread takes to start. */
const SMALL_TREE_BYTES = 1024 * 1024;
const SMALL_TREE_PATHS = 256;

/** @param isLazy whether there may be nothing to read. */
export function openPool(
  { compression, workerUrl }: Pick<Backend, "compression" | "workerUrl">,
  roots: readonly LocalRoot[],
  { known, isLazy }: Pick<SaveSettings, "known"> & { isLazy: boolean },
): WorkerPool {
  const settings = { compression, known };
  return isSmallTree(roots)
    ? createInlinePool(settings)
    : createWorkerPool(settings, { url: workerUrl, isLazy });
}

/** With what is going to be left out: that makes a tree no larger. */
function isSmallTree(roots: readonly LocalRoot[]): boolean {
  let paths = 0;
  let bytes = 0;
  for (const { absolute } of roots) {
    for (const { kind, size } of walk(absolute, { isExcluded: () => false, onLeftOut: () => {} })) {
      paths++;
      if (kind === "file") bytes += size;
      if (paths > SMALL_TREE_PATHS || bytes > SMALL_TREE_BYTES) return false;
    }
  }
  return true;
}
