// Where the steps get the core's door from; tests hand in fakes instead.

import * as core from "@cairn/core";
import type { Deps } from "./deps.ts";

const doors = core as unknown as Partial<Pick<Deps, "openCache">>;

export const openCache: Deps["openCache"] = async (settings, options) => {
  if (!doors.openCache) throw new Error("this build of the core opens no cache");
  return doors.openCache(settings, options);
};
