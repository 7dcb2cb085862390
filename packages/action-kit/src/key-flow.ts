// The step `cache-key`: makes the key of a cache from what the job depends on, and shows in the log what went into it.
// It opens no store.

import { statSync } from "node:fs";
import { homedir } from "node:os";
import { relative, resolve, sep } from "node:path";
import {
  AUTO,
  explainKey,
  findCheckout,
  InputError,
  makeKey,
  NONE,
  repositoryOfJob,
  thisPlatform,
} from "@cairn/core";
import type { Deps } from "./deps.ts";
import type { KeyInputs } from "./inputs.ts";

/** @throws CacheError, and what is none. */
export async function runCacheKey({ env, runner, cancel }: Deps, inputs: KeyInputs): Promise<void> {
  const workspace = env["GITHUB_WORKSPACE"] || process.cwd();
  const folder = resolve(workspace, inputs.workingDirectory);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new InputError(`working-directory: there is no folder ${folder}`, {
      hint: "check the repository out before its key is made",
    });
  }
  const { name, platform, lockfiles, toolchain, toolchainFrom, environment, configuration } = inputs;
  const made = await makeKey({
    ...{ name, lockfiles, toolchain, toolchainFrom, environment, configuration },
    repository: repositoryOfJob({ env }) ?? "local",
    platform: platform === AUTO ? thisPlatform() : platform === NONE ? "any" : platform,
    place: { folder, top: findCheckout(folder, workspace), home: homedir() },
    env,
    signal: cancel,
  });
  for (const notice of made.notices) runner.info(notice);
  const explanation = explainKey(made);
  runner.group("What the key is made of", explanation.slice(0, -1));
  runner.info(explanation.at(-1)!);
  runner.setOutput("key", made.key);
  runner.setOutput("restore-keys", made.restoreKeys.join("\n"));
  runner.setOutput("lockfile", made.lockfiles.map(({ path }) => inWorkspace(path, workspace)).join("\n"));
  runner.setOutput("toolchain", made.toolchain ?? "");
}

/** As the input of this name of the saving actions reads it. */
function inWorkspace(path: string, workspace: string): string {
  return relative(workspace, path).split(sep).join("/");
}
