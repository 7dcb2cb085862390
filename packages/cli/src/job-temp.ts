// A folder for what the steps of one job tell each other, where the CI system gives none: below the system's temporary
// folder, private to the user, one for each job, gone a day later. Outside CI everything of a day is one job.

import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** What tells one job from another, by CI system: GitLab, Buildkite, CircleCI, Jenkins. */
const JOB_VARIABLES = ["CI_JOB_ID", "BUILDKITE_JOB_ID", "CIRCLE_WORKFLOW_JOB_ID", "BUILD_TAG"];

const DAY_MS = 86_400_000;

export interface JobTempOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The system's temporary folder, which others may write to as well. */
  readonly tmp: string;
  readonly uid: number | undefined;
  readonly nowMs: number;
}

/** @returns the folder, made if need be; a fresh one where the usual one is not ours. */
export function makeJobTemp(options: JobTempOptions): string {
  const own = join(options.tmp, options.uid === undefined ? "cairn" : `cairn-${options.uid}`);
  mkdirSync(own, { recursive: true, mode: 0o700 });
  const stat = lstatSync(own);
  if (!stat.isDirectory() || (options.uid !== undefined && stat.uid !== options.uid)) {
    // Someone else was first: what they put there must not steer our saves.
    return mkdtempSync(join(options.tmp, "cairn-job-"));
  }
  if ((stat.mode & 0o077) !== 0) chmodSync(own, 0o700);
  const job = join(own, jobName(options));
  removeOld(own, job, options.nowMs);
  mkdirSync(job, { recursive: true });
  return job;
}

function jobName({ env, nowMs }: JobTempOptions): string {
  const ids = JOB_VARIABLES.map((name) => env[name] ?? "");
  if (ids.every((id) => id === "")) return new Date(nowMs).toISOString().slice(0, "2026-01-01".length);
  return createHash("sha256").update(ids.join("\n")).digest("hex").slice(0, 16);
}

function removeOld(own: string, current: string, nowMs: number): void {
  for (const name of readdirSync(own)) {
    const folder = join(own, name);
    const stat = lstatSync(folder, { throwIfNoEntry: false });
    if (stat === undefined || folder === current || nowMs - stat.mtimeMs < DAY_MS) continue;
    // Another command may be removing it as well.
    rmSync(folder, { recursive: true, force: true });
  }
}
