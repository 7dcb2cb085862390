// What one step adds to the counters of its repository, and which metrics it publishes. Pure.

import type { RestoreResult, SaveResult } from "../cache.ts";
import { type Counters, countersOf } from "../model/counters.ts";
import { METRICS } from "../model/metric-names.ts";
import type { Ref } from "../model/ref.ts";

/** A restore that failed: a miss to the job. */
export const FAILED_RESTORE: Counters = countersOf({ misses: 1, failures: 1 });

export function countersOfRestore(result: RestoreResult): Counters {
  if (result.status === "miss") return countersOf({ misses: 1 });
  const { ref, exact, restoredBytes, downloadedBytes, keptBytes, durationMs } = result;
  const spared = sparedMs(result);
  return countersOf({
    hits: exact ? 1 : 0,
    partialHits: exact ? 0 : 1,
    restoredBytes,
    downloadedBytes,
    keptBytes,
    restoreMs: durationMs,
    ...(spared !== undefined && {
      timedHits: 1,
      sparedMs: (ref.buildSeconds ?? 0) * 1000,
      sparingMs: durationMs,
    }),
  });
}

export function countersOfSave({
  ref,
  uploadedBytes,
  reusedBytes,
  durationMs,
}: SaveResult & { readonly status: "saved" }): Counters {
  return countersOf({
    saves: 1,
    savedBytes: ref.treeBytes,
    uploadedBytes,
    reusedBytes,
    saveMs: durationMs,
    builtMs: (ref.buildSeconds ?? 0) * 1000,
  });
}

/**
 * How much less time a restore took than the work whose result it restored; below 0: more. Undefined where the job that
 * saved did not tell how long that was, and where the key was another: then the work is done all the same.
 */
export function sparedMs(hit: {
  readonly ref: Pick<Ref, "buildSeconds">;
  readonly exact: boolean;
  readonly durationMs: number;
}): number | undefined {
  const { buildSeconds } = hit.ref;
  return hit.exact && buildSeconds !== undefined ? buildSeconds * 1000 - hit.durationMs : undefined;
}

/** The metrics of a step, by the names under which they are published. What a step says nothing of is left out. */
export function metricsOf(counters: Counters): Readonly<Record<string, number>> {
  const { hits, partialHits, misses, saves, timedHits } = counters;
  return {
    ...(hits + partialHits + misses > 0 && {
      [METRICS.hits]: hits,
      [METRICS.partialHits]: partialHits,
      [METRICS.misses]: misses,
    }),
    ...(hits + partialHits > 0 && {
      [METRICS.restoredBytes]: counters.restoredBytes,
      [METRICS.downloadedBytes]: counters.downloadedBytes,
      [METRICS.restoreSeconds]: counters.restoreMs / 1000,
    }),
    ...(timedHits > 0 && {
      [METRICS.savedSeconds]: Math.max(0, counters.sparedMs - counters.sparingMs) / 1000,
    }),
    ...(saves > 0 && {
      [METRICS.uploadedBytes]: counters.uploadedBytes,
      [METRICS.reusedBytes]: counters.reusedBytes,
      [METRICS.saveSeconds]: counters.saveMs / 1000,
    }),
  };
}
