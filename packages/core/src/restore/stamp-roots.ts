// Stamps around a restore: which ones its roots carry when it begins, and those that it leaves.

import { lstatSync } from "node:fs";
import { readHandover } from "../lib/handover.ts";
import type { ArtifactPlace } from "../lib/read-artifact.ts";
import { sealRoot } from "../lib/seal.ts";
import { identityOf, makeStamp, type RootIdentity, type Stamp } from "../lib/stamp.ts";
import { findStamp } from "../lib/stamp-files.ts";
import { describeStats, type WalkedEntry } from "../lib/walk.ts";
import type { Artifact } from "../model/artifact-codec.ts";
import type { Plan } from "./plan.ts";
import type { Survey } from "./survey.ts";
import type { Target } from "./targets.ts";

/** By index of the artifact's root; of roots that carry one. A root that is a file is read faster than it is stamped. */
export function findStamps(
  targets: readonly Target[],
  temp: string,
  keptIn: string | undefined,
): Map<number, Stamp> {
  const ofJob = readHandover(temp).stamps;
  const stamps = new Map<number, Stamp>();
  for (const { index, root, isFile, found } of targets) {
    if (isFile || found !== "folder") continue;
    const stamp = findStamp(ofJob, keptIn, root);
    if (stamp) stamps.set(index, stamp);
  }
  return stamps;
}

type FolderState = Pick<WalkedEntry, "path" | "device" | "inodeNumber">;

export interface FinishedRestore {
  readonly plan: Pick<Plan, "directories" | "maskedModes">;
  readonly targets: readonly (Target & { readonly survey: Survey })[];
  readonly place: Pick<ArtifactPlace, "domain" | "contentHash">;
  readonly artifact: Artifact;
  readonly startedAtMs: number;
  /** Everything was done, and what the artifact does not hold is gone. */
  readonly isComplete: boolean;
}

/** Of roots that stand as the artifact has them, once nothing more is written. */
export function stampRoots(finished: FinishedRestore): Stamp[] {
  const { plan, targets, place } = finished;
  const { domain, contentHash } = place;
  return targets.flatMap(({ index, root: folder, isFile, anchor, path, survey }) => {
    const own = isFile ? undefined : lstatSync(folder, { bigint: true, throwIfNoEntry: false });
    if (!own) return [];
    const identity = identityOf(own);
    const folders: FolderState[] = [];
    for (const directory of plan.directories) {
      if (directory.root !== index) continue;
      const { relative: path, found } = directory;
      const made = found ? undefined : lstatSync(directory.path, { throwIfNoEntry: false });
      if (found) folders.push({ path, device: found.device, inodeNumber: found.inodeNumber });
      else if (made) folders.push({ path, device: made.dev, inodeNumber: made.ino });
    }
    // What was there and is kept was compared after the survey, at which the disk's clock had come as far as its newest
    // ctime. What was written is older than the root, whose mode and times were set last.
    const newestMs = survey.walked.reduce((newest, { ctimeMs }) => Math.max(newest, ctimeMs), 0);
    const beforeMs = Math.max(newestMs, describeStats(own).ctimeMs);
    const seal = isWhole(finished, survey, folders, identity)
      ? sealRoot({
          folder,
          times: plan.directories.find(({ root, relative }) => root === index && relative === "")!,
          newestMs: beforeMs,
          sinceMs: finished.startedAtMs,
          roots: finished.artifact.header.roots.length,
        })
      : undefined;
    const root = { anchor, path };
    return [makeStamp({ folder, identity, domain, contentHash, root, beforeMs, seal }, folders)];
  });
}

/** Whether a root has what the artifact has, all of it, and nothing else. */
function isWhole(
  { plan, isComplete }: FinishedRestore,
  { unknown, excluded }: Survey,
  folders: readonly FolderState[],
  { device }: RootIdentity,
): boolean {
  const nothingElse = isComplete && unknown.size === 0 && excluded.size === 0;
  return nothingElse && plan.maskedModes === 0 && folders.every((folder) => folder.device === device);
}
