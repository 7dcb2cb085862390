// The restoring step: main of `cache`, and `restore-cache`. Outputs and log lines are those of actions/cache; a miss
// leaves `cache-hit` unset, as scripts expect (actions/cache#1466).

import {
  type Cache,
  type LookupResult,
  type Miss,
  type RestoreRequest,
  type RestoreResult,
  sparedMs,
} from "@cairn/core";
import { whySkipped } from "./cache-mode.ts";
import { RESTORE_TIMEOUT_MS, withDeadline } from "./deadline.ts";
import type { Deps } from "./deps.ts";
import { expandGlob } from "./expand-glob.ts";
import { reactToRefused, reactToRestore } from "./failure-policy.ts";
import { formatBytes, formatCount, formatDuration, formatShare } from "./format.ts";
import { findInGitHub } from "./github-flow.ts";
import type { CacheInputs, RestoreInputs } from "./inputs.ts";
import { isValidEvent, openOptions, type Prepared, prepare, report } from "./prepare.ts";
import { apply } from "./react.ts";
import { saveJob, saveMatch, savePrimaryKey, saveRestoredAt } from "./state.ts";
import { renderSummary } from "./summary.ts";
import { checkKeys, isExactKeyMatch, requireKey, requirePaths } from "./validate.ts";

type Hit = Exclude<LookupResult | RestoreResult, Miss>;

/** @throws what the failure policy for restores judges. */
export async function runRestore(deps: Deps, inputs: RestoreInputs): Promise<void> {
  await restoreStep(deps, inputs, () => {});
}

/** The main step of the combined action: also hands everything over to the post step. */
export async function runCacheMain(deps: Deps, inputs: CacheInputs): Promise<void> {
  await restoreStep(deps, inputs, (prepared) => {
    const { key, paths, crossOs, overwrite, toolchain, lockfile, buildSeconds, summary } = inputs;
    saveJob(
      deps.runner,
      { key, paths, crossOs, overwrite, toolchain, lockfile, buildSeconds, summary, ...prepared },
      inputs.saveOn,
    );
  });
  saveRestoredAt(deps.runner, Date.now());
}

async function restoreStep(
  deps: Deps,
  inputs: RestoreInputs,
  handOver: (prepared: Prepared) => void,
): Promise<void> {
  const { runner, env } = deps;
  if (!isValidEvent(deps)) return;
  const prepared = prepare(deps, inputs);
  const skip = whySkipped("restore", prepared.settings, env);
  if (skip && !skip.byRunner && !prepared.settings.mode.save) {
    runner.info(skip.message);
    runner.setOutput("cache-hit", "false");
    return;
  }
  report(deps, inputs, prepared);

  requireKey(inputs);
  savePrimaryKey(runner, inputs.key);
  runner.setOutput("cache-primary-key", inputs.key);
  requirePaths(inputs);
  handOver(prepared);
  checkKeys([inputs.key, ...inputs.restoreKeys]);

  if (skip) {
    runner.info(skip.message);
    if (skip.byRunner) await reportMiss(deps, inputs, []);
    else runner.setOutput("cache-hit", "false");
    return;
  }
  if (prepared.settings.fallback === "github") {
    const matchedKey = await findInGitHub(deps, inputs, prepared.settings);
    if (matchedKey === undefined) await reportMiss(deps, inputs, []);
    else await reportMatch(deps, inputs, matchedKey);
    return saveMatch(runner, matchedKey);
  }
  const result = await find(deps, inputs, prepared);
  for (const reaction of reactToRefused(result?.refused)) apply(reaction, runner);
  if (result?.status === "hit") await reportHit(deps, inputs, result);
  else await reportMiss(deps, inputs, result?.explanation ?? []);
  if (result) saveMatch(runner, result.status === "hit" ? result.ref.key : undefined, result.version);
}

/** @returns undefined when it failed in a way that counts as a miss. */
async function find(
  deps: Deps,
  inputs: RestoreInputs,
  { access, folders, settings }: Prepared,
): Promise<LookupResult | RestoreResult | undefined> {
  const timeoutMs = settings.timeoutMs ?? RESTORE_TIMEOUT_MS;
  const work = async (signal: AbortSignal) => {
    const cache = await deps.openCache(settings, openOptions(deps));
    try {
      const { key, paths, restoreKeys, crossOs, clean } = inputs;
      const common = { key, paths, restoreKeys, crossOs, clean, access, folders };
      return await ask(cache, inputs.lookupOnly, { ...common, expandGlob, signal, timeoutMs });
    } finally {
      await cache.close();
    }
  };
  try {
    return await withDeadline(work, { ...deps, timeoutMs, what: "restore" });
  } catch (error) {
    if (deps.cancel.aborted) throw error;
    const reaction = reactToRestore(error);
    if (reaction.level === "fail") throw error;
    apply(reaction, deps.runner);
    return undefined;
  }
}

function ask(cache: Cache, lookupOnly: boolean, request: RestoreRequest) {
  return lookupOnly ? cache.lookup(request) : cache.restore(request);
}

/** Of a cache that says no more than its key. */
async function reportMatch({ runner }: Deps, inputs: RestoreInputs, key: string): Promise<void> {
  const isExact = isExactKeyMatch(inputs.key, key);
  runner.setOutput("cache-matched-key", key);
  runner.setOutput("cache-hit", String(isExact));
  runner.info(
    inputs.lookupOnly
      ? `Cache found and can be restored from key: ${key}`
      : `Cache restored from key: ${key}`,
  );
  if (inputs.summary)
    await runner.addSummary(renderSummary({ result: isExact ? "hit" : "partial hit", key }));
}

async function reportHit({ runner }: Deps, inputs: RestoreInputs, hit: Hit): Promise<void> {
  const { ref } = hit;
  const isExact = isExactKeyMatch(inputs.key, ref.key);
  runner.setOutput("cache-matched-key", ref.key);
  runner.setOutput("cache-hit", String(isExact));
  runner.setOutput("content-hash", ref.contentHash);
  const row = { result: isExact ? "hit" : "partial hit", key: ref.key, contentHash: ref.contentHash };
  if (!("restoredBytes" in hit)) {
    runner.info(`Cache found and can be restored from key: ${ref.key}`);
    if (inputs.summary) await runner.addSummary(renderSummary({ ...row, size: formatBytes(ref.treeBytes) }));
    return;
  }
  runner.setOutput("restored-bytes", String(hit.restoredBytes));
  runner.setOutput("downloaded-bytes", String(hit.downloadedBytes));
  const size = formatBytes(hit.restoredBytes);
  const transferred = formatBytes(hit.downloadedBytes);
  const reused = formatShare(hit.keptBytes, hit.restoredBytes);
  const time = formatDuration(hit.durationMs);
  const spared = sparedMs(hit) ?? 0;
  const timeSaved = spared > 0 ? formatDuration(spared) : undefined;
  for (const notice of hit.notices) runner.info(notice);
  const entries = formatCount(hit.entryCount, "entry", "entries");
  runner.info(`${size} (${entries}) in ${time}: ${transferred} downloaded, ${reused} was already on disk`);
  if (timeSaved !== undefined) runner.info(`${timeSaved} less than the work that it stands for`);
  runner.info(`Cache restored from key: ${ref.key}`);
  if (inputs.summary)
    await runner.addSummary(renderSummary({ ...row, size, transferred, reused, time, timeSaved }));
}

async function reportMiss(
  { runner }: Deps,
  inputs: RestoreInputs,
  explanation: readonly string[],
): Promise<void> {
  if (inputs.failOnCacheMiss) {
    for (const line of explanation) runner.info(line);
    runner.setFailed(
      `Failed to restore cache entry. Exiting as fail-on-cache-miss is set. Input key: ${inputs.key}`,
    );
  } else {
    runner.info(`Cache not found for input keys: ${[inputs.key, ...inputs.restoreKeys].join(", ")}`);
    for (const line of explanation) runner.info(line);
  }
  if (inputs.summary)
    await runner.addSummary(renderSummary({ result: "miss", key: inputs.key }, explanation));
}
