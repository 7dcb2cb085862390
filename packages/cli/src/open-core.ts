// Where the command line gets the core's two doors from, and that of infra, which is loaded only by the commands that ask
// for it: no action and no save waits for it. Tests hand in fakes instead.

import * as core from "@cairn/core";
import type { CliContext } from "./context.ts";

type Doors = Pick<CliContext, "openCache" | "openMaintenance" | "openInfra">;

/** Set by the single executable (scripts/lib/executable), whose worker threads have no file. */
const { cairnWorkerUrl: workerUrl } = globalThis as { cairnWorkerUrl?: URL };

export const openCache: Doors["openCache"] = (settings, { env }) =>
  core.openCache(settings, { env, workerUrl });

export const openMaintenance: Doors["openMaintenance"] = (settings, { env }) =>
  core.openMaintenance(settings, { env, workerUrl });

export const openInfra: Doors["openInfra"] = async (settings, { env }) => {
  const infra = await import("@cairn/infra");
  return infra.openInfra(settings, { env });
};
