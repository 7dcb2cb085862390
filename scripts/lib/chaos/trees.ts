// The trees of chaos: one that is saved, one that stands where it is restored, and whether a tree is one of them.

import { join } from "node:path";
import { noise } from "../../../packages/core/test/support/arbitraries.ts";
import {
  differences,
  file,
  hardlink,
  makeTree,
  snapshotTree,
  symlink,
  type TreeSnapshot,
  type TreeSpec,
} from "../../../packages/core/test/support/tree.ts";

export { differences, file, makeTree, noise, type TreeSnapshot, type TreeSpec };

/** Small files and a big one, links of both kinds: something for every part of the pipelines. */
export const SAVED: TreeSpec = {
  ...Object.fromEntries(
    Array.from({ length: 80 }, (_, i) => [`tree/d${i % 7}/f${i}`, file(noise(i, 5_000 + i * 90))]),
  ),
  "tree/big": file(noise(200, 5_000_000)),
  "tree/link": symlink("big"),
  "tree/other": hardlink("tree/big"),
};

/** A third is right, a third differs, a third is missing, and something is in the way. */
export const THERE: TreeSpec = {
  ...Object.fromEntries(
    Object.entries(SAVED)
      .filter(([path]) => /\/f\d+$/.test(path))
      .flatMap(([path, node], i): [string, TreeSpec[string]][] =>
        i % 3 === 0 ? [[path, node]] : i % 3 === 1 ? [[path, file(`other ${i}`)]] : [],
      ),
  ),
  "tree/link/x": file("in the way"),
  "tree/extra": file("extra"),
};

export const snapshot = (workspace: string): TreeSnapshot => snapshotTree(join(workspace, "tree"));

/** Without the root's own line, what a restore leaves where it is, and what it has moved away. */
export function contentOf(found: TreeSnapshot): TreeSnapshot {
  const isContent = (path: string): boolean => path !== "" && path !== "extra" && !path.startsWith(".cairn-");
  return Object.fromEntries(Object.entries(found).filter(([path]) => isContent(path)));
}
