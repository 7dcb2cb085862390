// Jobs in temporary folders. As root nothing is ever refused, so those about permissions run as nobody.

import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { copyDist, createJob, type Job, type JobOptions } from "../../support/run-action.ts";
import { workFolder } from "./work-folder.ts";

export function newJob(options: JobOptions = {}): Job {
  return createJob({ folder: workFolder(), ...options });
}

const NOBODY = "65534";

/** A job of a user who is not root, with a bundle and folders that this user can read. */
export function newOrdinaryJob(options: JobOptions = {}): Job {
  if (process.getuid?.() !== 0) return newJob(options);
  const folder = workFolder();
  const job = createJob({
    ...options,
    folder,
    dist: copyDist(join(folder, "dist")),
    within: [
      "setpriv",
      `--reuid=${NOBODY}`,
      `--regid=${NOBODY}`,
      "--clear-groups",
      ...(options.within ?? []),
    ],
  });
  giveToOrdinaryUser(folder);
  return job;
}

/** Gives a folder and all below it to the user of {@link newOrdinaryJob}, except links to elsewhere. */
export function giveToOrdinaryUser(folder: string): void {
  chmodSync(folder, 0o755);
  if (process.getuid?.() === 0) execFileSync("chown", ["-hR", `${NOBODY}:${NOBODY}`, folder]);
}
