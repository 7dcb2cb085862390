// lookup: the Ref that a restore uses, or a miss that explains itself.

import type { LookupResult, RestoreRequest } from "../cache.ts";
import type { Backend } from "../lib/backend.ts";
import { anchorLines, versionOf } from "../model/root.ts";
import { explainMiss } from "./explain-miss.ts";
import { findRef } from "./find-ref.ts";

export async function lookup({ index, clock }: Backend, request: RestoreRequest): Promise<LookupResult> {
  const { access, key, restoreKeys, signal } = request;
  const version = versionOf(anchorLines(request.paths, request.folders), {
    windows: process.platform === "win32",
    crossOs: request.crossOs ?? false,
  });
  const query = { access, version, key, restoreKeys };
  const found = await findRef(index, query, { signal });
  if (!found)
    return {
      status: "miss",
      version,
      explanation: await explainMiss(index, query, { signal, nowMs: clock.now() }),
    };
  return { status: "hit", ref: found.ref, exact: found.exact, version };
}
