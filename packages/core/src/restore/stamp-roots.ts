// Stamps around a restore: which ones its roots carry when it begins, and those that it leaves.

import { lstatSync } from "node:fs";
import { readHandover } from "../lib/handover.ts";
import type { ArtifactPlace } from "../lib/read-artifact.ts";
import { identityOf, makeStamp, newestStamp, type Stamp } from "../lib/stamp.ts";
import { readStamp } from "../lib/stamp-files.ts";
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
    const identity = identityOf(lstatSync(root, { bigint: true }));
    const stamp =
      newestStamp(ofJob, root, identity) ??
      (keptIn === undefined ? undefined : readStamp(keptIn, root, identity));
    if (stamp) stamps.set(index, stamp);
  }
  return stamps;
}

/** Of roots that stand as the artifact has them, once nothing more is written. */
export function stampRoots(
  plan: Pick<Plan, "directories">,
  targets: readonly (Target & { readonly survey: Survey })[],
  { domain, contentHash }: Pick<ArtifactPlace, "domain" | "contentHash">,
): Stamp[] {
  return targets.flatMap(({ index, root: folder, isFile, anchor, path, survey }) => {
    const own = isFile ? undefined : lstatSync(folder, { bigint: true, throwIfNoEntry: false });
    if (!own) return [];
    const identity = identityOf(own);
    const folders: Parameters<typeof makeStamp>[1][number][] = [];
    // What was there and is kept was compared after the survey, at which the disk's clock had come as far as its newest
    // ctime. What was written is older than its folder, whose mode and times were set after it.
    let beforeMs = survey.walked.reduce((newest, { ctimeMs }) => Math.max(newest, ctimeMs), 0);
    for (const directory of plan.directories) {
      if (directory.root !== index) continue;
      const stats = lstatSync(directory.path, { throwIfNoEntry: false });
      if (!stats) continue;
      folders.push({ path: directory.relative, device: stats.dev, inodeNumber: stats.ino });
      beforeMs = Math.max(beforeMs, stats.ctimeMs);
    }
    return [makeStamp({ folder, identity, domain, contentHash, root: { anchor, path }, beforeMs }, folders)];
  });
}
