// The saving steps: `save-cache`, and the post step of `cache`. Saving never fails a build: only a wrong setting in a
// step of its own, and our own bugs do.

import {
  AUTO,
  describeRun,
  detectToolchain,
  type Folders,
  findLockfiles,
  hashLockfiles,
  type Place,
  type SaveResult,
  SIGNING_KEY,
  signerId,
} from "@cairn/core";
import { whySkipped } from "./cache-mode.ts";
import { POST_TIMEOUT_MS, SAVE_TIMEOUT_MS, withDeadline } from "./deadline.ts";
import type { Deps } from "./deps.ts";
import { expandGlob } from "./expand-glob.ts";
import { describeUnsaved, reactToSave } from "./failure-policy.ts";
import { formatBytes, formatDuration, formatShare } from "./format.ts";
import { saveInGitHub } from "./github-flow.ts";
import { type CacheInputs, lines, loadCacheInputs, type SaveInputs } from "./inputs.ts";
import { isValidEvent, openOptions, ownerOf, prepare, report } from "./prepare.ts";
import { apply } from "./react.ts";
import { loadPostState, type SaveJob } from "./state.ts";
import { renderSummary } from "./summary.ts";
import { checkKeys, isExactKeyMatch, requirePaths } from "./validate.ts";

/** There is nothing to roll back, and a post step holds the job. */
const SAVE_GRACE_MS = 1_000;

/** What became of a save: `skipped` was not meant to save, `lost` found the key taken. */
type Outcome = "saved" | "skipped" | "lost" | "failed";

/** The step `save-cache`. @throws SettingsError, and what is no CacheError. */
export async function runSave(deps: Deps, inputs: SaveInputs): Promise<void> {
  const { runner } = deps;
  if (!isValidEvent(deps)) return;
  const prepared = prepare(deps, inputs);
  report(deps, inputs, prepared);
  const outcome = await saveJob(deps, { ...inputs, ...prepared }, "save");
  // Upstream's closing words, for whatever kept a step of its own from saving; quiet when another job was first.
  if (outcome === "failed") runner.warning("Cache save failed.");
  if (outcome === "lost") runner.debug("Cache save failed.");
}

/** The post step of `cache`. @throws what is no CacheError. */
export async function runCachePost(deps: Deps): Promise<void> {
  const { runner } = deps;
  const state = loadPostState(runner);
  if (!state && !isValidEvent(deps)) return;
  const inputs = loadCacheInputs(deps.readInput);
  const saveOn = state?.saveOn ?? inputs.saveOn;
  if (!isDue(saveOn, inputs.jobStatus)) {
    runner.info(`Not saving cache: the job's status is ${inputs.jobStatus}, and save-on is ${saveOn}.`);
    return;
  }
  const job = state?.job ?? { ...inputs, ...prepare(deps, inputs) };
  if (!job.overwrite && isExactKeyMatch(job.key, state?.restoredKey)) {
    runner.info(`Cache hit occurred on the primary key ${job.key}, not saving cache.`);
    return;
  }
  const restoredAtMs = state?.restoredAtMs;
  const buildSeconds = restoredAtMs === undefined ? undefined : (Date.now() - restoredAtMs) / 1000;
  await saveJob(deps, job, "post", buildSeconds);
}

/** As the status functions of a workflow: `always` includes cancelled. No status: an older runner, and a success. */
function isDue(saveOn: CacheInputs["saveOn"], jobStatus: string): boolean {
  return saveOn === "always" || saveOn === (jobStatus || "success");
}

/** @param buildSeconds how long the job took to make what is saved, where that is known. */
async function saveJob(
  deps: Deps,
  job: SaveJob,
  step: "save" | "post",
  buildSeconds?: number,
): Promise<Outcome> {
  const { runner, context } = deps;
  const skip = whySkipped("save", job.settings, deps.env);
  if (skip && !skip.byRunner) {
    runner.info(skip.message);
    return "skipped";
  }
  if (!job.key) {
    runner.info("[warning]Key is not specified.");
    return "skipped";
  }
  try {
    requirePaths(job);
    checkKeys([job.key]);
    if (skip) {
      runner.info(skip.message);
      return "failed";
    }
    if (job.settings.fallback === "github") return await saveInGitHub(deps, job, timeoutOf(job, step));
    if (!job.access.writes) {
      const message = `Cache not saved: ${job.access.note ?? "this job may only read"}.`;
      // A merge group does not save by design; the others hear of it as upstream's read-only tokens make them.
      if (context.eventName === "merge_group") runner.info(message);
      else runner.warning(message);
      return "failed";
    }
    if (step === "post" && job.signerId !== undefined && signerId(deps.env) !== job.signerId) {
      runner.warning(
        `Cache not saved: the step that restored had the signing key ${job.signerId}, which is not there at the end of the job; set ${SIGNING_KEY} in the workflow itself, not inside a composite action.`,
      );
      return "failed";
    }
    return await reportResult(deps, job, await store(deps, job, step, buildSeconds));
  } catch (error) {
    if (deps.cancel.aborted) throw error;
    const reaction = reactToSave(error, step);
    if (reaction.level === "fail") throw error;
    apply(reaction, runner);
    return "failed";
  }
}

function timeoutOf({ settings }: SaveJob, step: "save" | "post"): number {
  return settings.timeoutMs ?? (step === "post" ? POST_TIMEOUT_MS : SAVE_TIMEOUT_MS);
}

async function store(
  deps: Deps,
  job: SaveJob,
  step: "save" | "post",
  buildSeconds: number | undefined,
): Promise<SaveResult> {
  const { settings, key, paths, crossOs, access, folders, overwrite } = job;
  const timeoutMs = timeoutOf(job, step);
  const owner = ownerOf(deps);
  const [lockfileHash, toolchain] = await Promise.all([hashLockfile(deps, job), findToolchain(deps, job)]);
  const work = async (signal: AbortSignal) => {
    const cache = await deps.openCache(settings, openOptions(deps));
    try {
      return await cache.save({
        ...{ key, paths, crossOs, access, folders, overwrite, toolchain, lockfileHash },
        run: { ...describeRun({ env: deps.env, event: deps.context.payload }), buildSeconds },
        ...{ expandGlob, signal, timeoutMs },
        ...(owner === undefined ? {} : { owner }),
      });
    } finally {
      await cache.close();
    }
  };
  return withDeadline(work, { graceMs: SAVE_GRACE_MS, ...deps, timeoutMs, what: "save" });
}

async function hashLockfile({ runner }: Deps, { lockfile, folders }: SaveJob): Promise<string | undefined> {
  if (lockfile === undefined) return undefined;
  const { files, missing } = await findLockfiles(lines(lockfile), placeOf(folders));
  for (const line of missing) {
    runner.warning(`lockfile: ${line} finds no lock file in ${folders.workspace}: none is recorded`);
  }
  return hashLockfiles(files);
}

async function findToolchain(deps: Deps, job: SaveJob): Promise<string | undefined> {
  if (job.toolchain !== AUTO) return job.toolchain;
  const { runner, env, cancel } = deps;
  const { toolchain, notice } = await detectToolchain({
    lockfiles: lines(job.lockfile ?? ""),
    place: placeOf(job.folders),
    env,
    signal: cancel,
  });
  if (notice) runner.info(notice);
  return toolchain;
}

/** A save goes by the lock files of the workspace; where they lie elsewhere, `lockfile` names them. */
function placeOf({ workspace, home }: Folders): Place {
  return { folder: workspace, top: workspace, home };
}

async function reportResult({ runner }: Deps, job: SaveJob, result: SaveResult): Promise<Outcome> {
  if (result.status !== "saved") {
    runner.info(describeUnsaved(job.key, result, job.overwrite));
    return job.overwrite && result.status === "exists" ? "skipped" : "lost";
  }
  const { ref } = result;
  runner.setOutput("content-hash", ref.contentHash);
  runner.setOutput("uploaded-bytes", String(result.uploadedBytes));
  for (const notice of result.notices) runner.info(notice);
  const size = formatBytes(ref.treeBytes);
  const transferred = formatBytes(result.uploadedBytes);
  const reused = formatShare(result.reusedBytes, ref.treeBytes);
  const time = formatDuration(result.durationMs);
  runner.info(`${size} in ${time}: ${transferred} uploaded, ${reused} was already stored`);
  runner.info(`Cache saved with key: ${job.key}`);
  const row = { result: result.replaced ? "replaced" : "saved", key: ref.key, contentHash: ref.contentHash };
  if (job.summary) await runner.addSummary(renderSummary({ ...row, size, transferred, reused, time }));
  return "saved";
}
