// Restoring from and saving to GitHub's own cache (`fallback: github`). What it does and says is upstream's: scopes, keys
// that can't be replaced, its own warnings. Never fails a build.

import type { CacheSettings } from "@cairn/core";
import { RESTORE_TIMEOUT_MS, withDeadline } from "./deadline.ts";
import type { Deps } from "./deps.ts";
import { reactToGitHubCache } from "./failure-policy.ts";
import type { RestoreInputs } from "./inputs.ts";
import { apply } from "./react.ts";
import type { SaveJob } from "./state.ts";

/** @returns the key of what was restored, or only found. */
export async function findInGitHub(
  deps: Deps,
  inputs: RestoreInputs,
  settings: CacheSettings,
): Promise<string | undefined> {
  const { key, paths, restoreKeys, lookupOnly, crossOs, clean } = inputs;
  if (clean) deps.runner.info("clean has no effect in GitHub's own cache.");
  const timeoutMs = settings.timeoutMs ?? RESTORE_TIMEOUT_MS;
  const work = async () => {
    const { restoreCache } = await deps.gitHubCache();
    return restoreCache([...paths], key, [...restoreKeys], { lookupOnly }, crossOs);
  };
  try {
    return await withDeadline(work, { ...deps, timeoutMs, what: "restore" });
  } catch (error) {
    if (deps.cancel.aborted) throw error;
    apply(reactToGitHubCache(error, "restore"), deps.runner);
    return undefined;
  }
}

export async function saveInGitHub(
  deps: Deps,
  job: SaveJob,
  timeoutMs: number,
): Promise<"saved" | "lost" | "failed"> {
  const { runner } = deps;
  const { key, paths, crossOs, overwrite } = job;
  if (overwrite) runner.info("overwrite has no effect in GitHub's own cache: a key there is never replaced.");
  const work = async () => {
    const { saveCache } = await deps.gitHubCache();
    return saveCache([...paths], key, undefined, crossOs);
  };
  try {
    // Upstream has said why, in an info or a warning of its own.
    if ((await withDeadline(work, { ...deps, timeoutMs, what: "save" })) === -1) return "lost";
    runner.info(`Cache saved with key: ${key}`);
    return "saved";
  } catch (error) {
    if (deps.cancel.aborted) throw error;
    apply(reactToGitHubCache(error, "save"), runner);
    return "failed";
  }
}
