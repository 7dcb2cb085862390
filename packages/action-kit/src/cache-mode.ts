// Why a step does not restore or save at all: the runner's cache-mode (with upstream's words), or Cairn's own mode.

import type { CacheSettings, Environment } from "@cairn/core";

const FORBIDS = { restore: ["none", "write-only"], save: ["none", "read"] } as const;
const VERBS = { restore: "reads", save: "writes" } as const;

export interface Skip {
  readonly message: string;
  /** The runner forbids it, which upstream counts as a miss or a failed save; Cairn's mode is the user's wish. */
  readonly byRunner: boolean;
}

/** @returns undefined when the mode allows it. */
export function whySkipped(
  what: "restore" | "save",
  settings: CacheSettings,
  env: Environment,
): Skip | undefined {
  if (settings.mode[what]) return undefined;
  const mode = env["ACTIONS_CACHE_MODE"]?.trim().toLowerCase() ?? "";
  const forbidding: readonly string[] = FORBIDS[what];
  return forbidding.includes(mode)
    ? {
        message: `Cache ${what} skipped: the effective cache-mode '${mode}' does not permit ${VERBS[what]}.`,
        byRunner: true,
      }
    : { message: `Cache ${what} skipped: the setting mode does not allow it.`, byRunner: false };
}
