// One process is one step of one action: wires the flows to the process, and turns what happened into an exit code.

import { CancelledError, keepKeysBack, keySecrets, openCache, resolveSettings } from "@cairn/core";
import type { Deps } from "./deps.ts";
import {
  type Reaction,
  reactToKey,
  reactToRestore,
  reactToSave,
  reactToUncaught,
  type StepKind,
} from "./failure-policy.ts";
import { loadGitHubCache } from "./github-cache.ts";
import { loadCacheInputs, loadKeyInputs, loadRestoreInputs, loadSaveInputs } from "./inputs.ts";
import { runCacheKey } from "./key-flow.ts";
import { apply } from "./react.ts";
import { runCacheMain, runRestore } from "./restore-flow.ts";
import { readContext } from "./run-context.ts";
import { createRunner } from "./runner.ts";
import { runCachePost, runSave } from "./save-flow.ts";
import { runSetup } from "./setup-flow.ts";

/** What an entry of `dist/` calls itself. */
export type StepName = "cache" | "cache-post" | "restore-cache" | "save-cache" | "cache-key" | "setup-cairn";

const KINDS: Readonly<Record<StepName, StepKind>> = {
  cache: "restore",
  "cache-post": "post",
  "restore-cache": "restore",
  "save-cache": "save",
  "cache-key": "key",
  "setup-cairn": "setup",
};

/** As shells write it: 128 and the number of SIGINT. */
const EXIT_CANCELLED = 130;

/** Runs the step and ends the process: a dangling socket or timer must not hold the job. */
export async function runAction(name: StepName): Promise<never> {
  const runner = createRunner(process.env);
  const kind = KINDS[name];
  process.on("uncaughtException", (error) => apply(reactToUncaught(error, kind), runner));
  const cancel = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // The runner sends SIGINT, 7.5 s later SIGTERM, and kills 2.5 s later. We are gone before the second.
    process.on(signal, () => cancel.abort(new CancelledError(`cancelled by ${signal}`)));
  }
  let isStuck = false;
  const deps: Deps = {
    env: keepKeysBack(process.env),
    runner,
    readInput: runner.getInput,
    context: readContext(runner),
    resolveSettings,
    openCache,
    gitHubCache: loadGitHubCache,
    cancel: cancel.signal,
    onLeftBehind: () => {
      isStuck = true;
    },
  };
  try {
    await runStep(name, deps);
  } catch (error) {
    apply(judge(error, kind), runner);
    if (cancel.signal.aborted) return exit(EXIT_CANCELLED, isStuck);
  }
  return exit(runner.failed ? 1 : 0, isStuck);
}

/** @throws what the failure policy judges. */
export async function runStep(name: StepName, deps: Deps): Promise<void> {
  // Before anything is said. The runner knows what came from its secrets; a key from elsewhere it does not.
  for (const secret of keySecrets(deps.env)) deps.runner.setSecret(secret);
  switch (name) {
    case "cache":
      return runCacheMain(deps, loadCacheInputs(deps.readInput));
    case "cache-post":
      return runCachePost(deps);
    case "restore-cache":
      return runRestore(deps, loadRestoreInputs(deps.readInput));
    case "save-cache":
      return runSave(deps, loadSaveInputs(deps.readInput));
    case "setup-cairn":
      return runSetup(deps, { node: process.execPath, entry: process.argv[1]! });
    case "cache-key":
      return runCacheKey(deps, loadKeyInputs(deps.readInput));
  }
}

function judge(error: unknown, kind: StepKind): Reaction {
  if (kind === "key" || kind === "setup") return reactToKey(error);
  return kind === "restore" ? reactToRestore(error) : reactToSave(error, kind);
}

/**
 * Ends the process once stdout has been taken: a pipe may still hold our last lines.
 * @param isStuck a thread may hang in a dead file system. exit() would wait for it for ever, and a signal would fail the
 * step; another program in our place ends all threads and leaves the code that we want.
 */
function exit(code: number, isStuck: boolean): Promise<never> {
  return new Promise(() =>
    process.stdout.write("", () => {
      if (isStuck && process.execve) process.execve("/bin/sh", ["sh", "-c", `exit ${code}`], {});
      process.exit(code);
    }),
  );
}
