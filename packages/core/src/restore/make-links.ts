// The links of a tree: hard links once their files are whole, symbolic ones last, so that none is ever written through.

import { chmodSync, constants, copyFileSync, linkSync, lstatSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";
import { setLinkTimes, setTimes } from "../lib/times.ts";
import { describeStats } from "../lib/walk.ts";
import type { Plan, PlannedLink } from "./plan.ts";

/**
 * @param clear moves away what stands at a path.
 * @param touch is told each folder that changes.
 */
export function makeLinks(plan: Plan, clear: (path: string) => void, touch: (folder: string) => void): void {
  for (const kind of ["hardlink", "symlink"] as const) {
    for (const link of plan.links) {
      if (link.kind !== kind) continue;
      if (kind === "hardlink" && link.exists && lstatSync(link.path).ino === lstatSync(link.target).ino)
        continue;
      if (link.exists) clear(link.path);
      touch(dirname(link.path));
      if (kind === "hardlink") linkOrCopy(link.target, link.path);
      else makeSymlink(link);
    }
  }
}

function makeSymlink({ path, target, times }: PlannedLink): void {
  symlinkSync(target, path);
  if (times) setLinkTimes(path, times);
}

/** Across file systems, and where one has no hard links or no more of them. */
const NO_LINK: ReadonlySet<string> = new Set(["EXDEV", "EPERM", "EMLINK", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);

/** Where it can't be another name, it becomes a file of its own with the same bytes. */
function linkOrCopy(target: string, path: string): void {
  try {
    linkSync(target, path);
  } catch (error) {
    if (!NO_LINK.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
    copyFileSync(target, path, constants.COPYFILE_EXCL);
    const stats = describeStats(lstatSync(target, { bigint: true }));
    chmodSync(path, stats.mode);
    setTimes(path, stats);
  }
}
