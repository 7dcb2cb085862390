// Roots that this job restored and that are sealed: what has changed in them since is told without a walk of the disk.

import { askForChanges, type SealedRoot, type SealedRoots } from "../lib/seal.ts";
import { openSealedTree, type SealedTree } from "../lib/sealed-walk.ts";
import type { Stamp } from "../lib/stamp.ts";
import { findStamp } from "../lib/stamp-files.ts";
import { isSameArtifact } from "../model/ref.ts";
import { isSameRoot, type PathLine } from "../model/root.ts";
import type { Base } from "./bases.ts";
import type { LocalRoot } from "./resolve-roots.ts";

/** @param ofJob stamps of this job: what it saves must not rest on what another one left. */
export function findSealedRoots(
  { lines, roots }: { readonly lines: readonly PathLine[]; readonly roots: readonly LocalRoot[] },
  ofJob: readonly Stamp[],
  signal: AbortSignal,
): SealedRoots {
  // The restore may have had other `!` lines.
  if (lines.some((line) => line.exclude)) return askForChanges([], signal);
  const stamps = roots.flatMap((root) => {
    const stamp = findStamp(ofJob, undefined, root.absolute);
    return stamp && isSameRoot(stamp.root, root) ? [stamp] : [];
  });
  return askForChanges(stamps, signal);
}

/** For each root: what it holds, where it is sealed and the artifact it was sealed with is among the bases. */
export function openSealedTrees(
  roots: readonly LocalRoot[],
  sealed: readonly SealedRoot[],
  bases: readonly Base[],
): (SealedTree | undefined)[] {
  return roots.map(({ absolute }) => {
    const own = sealed.find(({ stamp }) => stamp.folder === absolute);
    const base = own && bases.find((each) => isSameArtifact(each, own.stamp));
    return base && openSealedTree(own, base.header, base.segments);
  });
}
