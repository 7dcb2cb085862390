// Whether a tree is so small that it is stored before a thread has started.

import { walk } from "../lib/walk.ts";
import type { LocalRoot } from "./resolve-roots.ts";

/** Read and compressed in some 20 ms, a third of what a thread takes to start. */
const SMALL_TREE_BYTES = 1024 * 1024;
const SMALL_TREE_PATHS = 256;

/** Counts what is going to be left out, too: that makes a tree no larger. */
export function isSmallTree(roots: readonly LocalRoot[]): boolean {
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
