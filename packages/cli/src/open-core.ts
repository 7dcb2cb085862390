// Where the command line gets the core's two doors from; tests hand in fakes instead.

import * as core from "@cairn/core";
import type { CliContext } from "./context.ts";

type Doors = Pick<CliContext, "openCache" | "openMaintenance">;

export const openCache: Doors["openCache"] = (settings, { env }) => core.openCache(settings, { env });

export const openMaintenance: Doors["openMaintenance"] = (settings, { env }) =>
  core.openMaintenance(settings, { env });
