// keepWithin: a store on one machine keeps itself below its size: after a save, saves that nobody used for long go until
// the rest fits. Never fails the save that it follows.

import { CacheError } from "../model/errors.ts";
import type { EvictionPolicy } from "../model/eviction.ts";
import { contentPrefix } from "../model/names.ts";
import { isSameRef, type Ref } from "../model/ref.ts";
import type { CallOptions, ListableStore } from "../ports/object-store.ts";
import { type PruneBackend, prune } from "./prune.ts";

export interface SizeLimit {
  readonly maxSizeBytes: number;
  readonly evict: EvictionPolicy;
}

/** A full store is emptied down to here, so that not every save has to do it. */
const LOW_WATER = 0.9;

/**
 * @param saved what made it larger: it goes only where it is too large by itself. Else `lfu` would never let anything
 *   new in.
 * @returns what the user should know, one line each.
 */
export async function keepWithin(
  backend: PruneBackend,
  { maxSizeBytes, evict }: SizeLimit,
  saved: Ref,
  options: CallOptions,
): Promise<string[]> {
  try {
    if ((await sizeOf(backend.store, options)) <= maxSizeBytes) return [];
    const report = await prune(backend, {
      ...options,
      dryRun: false,
      maxSizeBytes: Math.floor(LOW_WATER * maxSizeBytes),
      evict,
      isAutomatic: true,
      goesLast: (ref) => isSameRef(ref, saved),
      // The index lies in the store's own folder: what it does not know is needed by nobody.
      confirmedBytes: Number.POSITIVE_INFINITY,
    });
    const evicted = report.removed.filter(({ why }) => why === "evicted").length;
    const leftBytes = report.stored.bytes - report.deleted.bytes;
    return [
      `the store was larger than max-size: ${evicted === 1 ? "1 save was" : `${evicted} saves were`} evicted (${evict}), ${report.deleted.bytes} bytes freed`,
      ...(leftBytes > maxSizeBytes
        ? [`${report.waiting.bytes + report.condemned.bytes} bytes wait for the jobs at work now to end`]
        : []),
    ];
  } catch (error) {
    if (!(error instanceof CacheError) && !options.signal?.aborted) throw error;
    return [`the store is larger than max-size, and was not pruned: ${(error as Error).message}`];
  }
}

async function sizeOf(store: ListableStore, options: CallOptions): Promise<number> {
  let bytes = 0;
  for (const domain of ["trusted", "pr"] as const)
    for (const kind of ["packs", "artifacts", "metadata"] as const)
      for await (const { sizeBytes } of store.list(contentPrefix(domain, kind), options)) bytes += sizeBytes;
  return bytes;
}
