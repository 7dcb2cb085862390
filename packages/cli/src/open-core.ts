// Where the command line gets the core's two doors from; tests hand in fakes instead.

import * as core from "@cairn/core";
import type { CliContext } from "./context.ts";

type Doors = Pick<CliContext, "openCache" | "openMaintenance">;

const doors = core as unknown as Partial<Doors>;

export const openCache: Doors["openCache"] = async (settings, context) => {
  if (!doors.openCache) throw new Error("this build of the core opens no cache");
  return doors.openCache(settings, context);
};

export const openMaintenance: Doors["openMaintenance"] = async (settings, context) => {
  if (!doors.openMaintenance) throw new Error("this build of the core has no maintenance");
  return doors.openMaintenance(settings, context);
};
