// What is known of the roots before anything is downloaded: which artifact an earlier restore left there, and what has changed
// since. Where that is nothing, and it is the artifact that is wanted, the restore is done.

import { lstatSync, realpathSync } from "node:fs";
import type { RestoreRequest } from "../cache.ts";
import { readHandover } from "../lib/handover.ts";
import { askForChanges, type SealedRoots } from "../lib/seal.ts";
import type { Stamp } from "../lib/stamp.ts";
import { findStamp } from "../lib/stamp-files.ts";
import { anchorLines, isSameRoot, type PathLine, resolveRoot } from "../model/root.ts";

/** @param keptIn where stamps of earlier jobs are. */
export function findSealedRoots(
  { paths, folders }: Pick<RestoreRequest, "paths" | "folders">,
  keptIn: string | undefined,
  signal: AbortSignal,
): SealedRoots {
  const lines = anchorLines(paths, folders);
  // What these lines mean depends on what is there.
  if (lines.some((line) => line.exclude || line.isGlob)) return askForChanges([], signal);
  const ofJob = readHandover(folders.temp).stamps;
  const stamps = lines.flatMap((line) => stampOf(line, resolveRoot(line, folders), ofJob, keptIn) ?? []);
  return askForChanges(stamps, signal);
}

function stampOf(
  line: PathLine,
  written: string,
  ofJob: readonly Stamp[],
  keptIn: string | undefined,
): Stamp | undefined {
  try {
    const folder = lstatSync(written).isSymbolicLink() ? realpathSync(written) : written;
    const stamp = findStamp(ofJob, keptIn, folder);
    return stamp && isSameRoot(stamp.root, line) ? stamp : undefined;
  } catch {
    return undefined;
  }
}
