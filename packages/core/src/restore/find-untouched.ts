// The quickest restore: where every root still stands as an earlier one left it, only the index has to be asked. It says
// which artifact that was, before anything is downloaded.

import { lstatSync, realpathSync } from "node:fs";
import type { RestoreRequest } from "../cache.ts";
import { readHandover } from "../lib/handover.ts";
import { areUntouched, isOneArtifact } from "../lib/seal.ts";
import type { Stamp } from "../lib/stamp.ts";
import { findStamp } from "../lib/stamp-files.ts";
import { anchorLines, type PathLine, resolveRoot } from "../model/root.ts";

/**
 * The stamps of all roots of one artifact, where all of them are sealed and nothing has changed since. Never rejects.
 * @param keptIn where stamps of earlier jobs are.
 */
export async function findUntouched(
  { paths, folders }: Pick<RestoreRequest, "paths" | "folders">,
  keptIn: string | undefined,
  signal: AbortSignal,
): Promise<readonly Stamp[]> {
  const lines = anchorLines(paths, folders);
  // What these lines mean depends on what is there.
  if (lines.some((line) => line.exclude || line.isGlob)) return [];
  const ofJob = readHandover(folders.temp).stamps;
  const stamps = lines.flatMap((line) => stampOf(line, resolveRoot(line, folders), ofJob, keptIn) ?? []);
  return isOneArtifact(stamps) && (await areUntouched(stamps, signal)) ? stamps : [];
}

function stampOf(
  { anchor, path }: PathLine,
  written: string,
  ofJob: readonly Stamp[],
  keptIn: string | undefined,
): Stamp | undefined {
  try {
    const folder = lstatSync(written).isSymbolicLink() ? realpathSync(written) : written;
    const stamp = findStamp(ofJob, keptIn, folder);
    return stamp?.root.anchor === anchor && stamp.root.path === path ? stamp : undefined;
  } catch {
    return undefined;
  }
}
