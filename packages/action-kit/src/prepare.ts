// From inputs and environment to what every flow starts with: folders, scopes, settings.

import { homedir, tmpdir } from "node:os";
import {
  type Access,
  type CacheSettings,
  deriveAccess,
  exposedKeyWarning,
  type Folders,
  signerId,
} from "@cairn/core";
import type { Deps, OpenOptions } from "./deps.ts";
import { fetchIdentityToken } from "./identity-token.ts";
import type { CommonInputs } from "./inputs.ts";

export interface Prepared {
  readonly folders: Folders;
  readonly access: Access;
  readonly settings: CacheSettings;
  /** Names the key that this step signs with, and is no secret. The keys themselves stay in the environment. */
  readonly signerId: string | undefined;
}

/** @throws SettingsError */
export function prepare(deps: Deps, inputs: CommonInputs): Prepared {
  const { env, context } = deps;
  const folders = {
    workspace: env["GITHUB_WORKSPACE"] || process.cwd(),
    home: homedir(),
    temp: env["RUNNER_TEMP"] || tmpdir(),
  };
  const settings = deps.resolveSettings({
    read: (name) => inputs.settings[name] || undefined,
    label: (name) => `the input ${name}`,
    env,
    folders,
    repository: env["GITHUB_REPOSITORY"] || undefined,
    uid: process.getuid?.(),
  });
  const access = deriveAccess({
    env,
    event: context.payload,
    readScopes: inputs.readScopes,
    runtimeToken: env["ACTIONS_RUNTIME_TOKEN"],
    mergeGroupSaves: Boolean(inputs.settings.mode || env["CAIRN_MODE"]),
  });
  return { folders, access, settings, signerId: signerId(env) };
}

/** What every flow opens its cache with. */
export function openOptions({ env, runner }: Deps): OpenOptions {
  return { env, fetchIdentityToken: (audience) => fetchIdentityToken(runner, env, audience) };
}

/** Upstream's check and its words: a step of an event without a branch or tag does nothing. */
export function isValidEvent({ context, runner }: Deps): boolean {
  if (context.ref) return true;
  runner.info(
    `[warning]Event Validation Error: The event type ${context.eventName} is not supported because it's not tied to a branch or tag ref.`,
  );
  return false;
}

/** What the user should know about settings and inputs. */
export function report(deps: Deps, inputs: CommonInputs, { settings, access }: Prepared): void {
  const { runner } = deps;
  for (const notice of [...inputs.notices, ...settings.notices]) {
    const warning = /^warning: (.*)$/s.exec(notice)?.[1];
    if (warning) runner.warning(warning);
    else runner.info(notice);
  }
  const exposed = exposedKeyWarning(deps.env, access.domain);
  if (exposed) runner.warning(exposed);
  // A scope of the user's own that is left out; why a job may not save is told when it would.
  if (access.note && inputs.readScopes.length > 0) runner.info(`${access.note}.`);
  runner.debug(
    `reads: ${access.reads.map((scope) => `${scope.repository}@${scope.ref}`).join(", ") || "nothing"}`,
  );
  runner.debug(`writes: ${access.writes ? `${access.writes.ref} (${access.domain})` : "nothing"}`);
}

/** For the lease of a save. Matrix jobs share their name, so the runner's name is in it. */
export function ownerOf({ context, env }: Pick<Deps, "context" | "env">): string | undefined {
  const { runId, runAttempt, job = "job" } = context;
  if (Number.isNaN(runId)) return undefined;
  return [runId, runAttempt || 1, job, env["RUNNER_NAME"]].filter(Boolean).join("-");
}
