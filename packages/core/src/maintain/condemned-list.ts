// The condemned list in the store: read with the times of its batches, swapped only from the state that was read. All
// times are the store's own, so that no machine's clock decides when something may be deleted.

import { type CondemnedBatch, decodeCondemned, encodeCondemned } from "../model/condemned.ts";
import { CorruptError, StoreUnavailableError } from "../model/errors.ts";
import { CONDEMNED_NAME, STORE_CLOCK_NAME } from "../model/names.ts";
import type { CallOptions, SwappableStore } from "../ports/object-store.ts";

export interface CondemnedList {
  readonly batches: readonly (CondemnedBatch & { readonly condemnedAtMs: number })[];
  /** Of the bytes that were read; null where there is no list. */
  readonly tag: string | null;
}

export async function readCondemnedList(
  store: SwappableStore,
  options?: CallOptions,
): Promise<CondemnedList> {
  const found = await store.read(CONDEMNED_NAME, options);
  if (!found) return { batches: [], tag: null };
  // Asked after the bytes were read: what another writer did in between makes a batch younger, never older.
  const info = await store.head(CONDEMNED_NAME, options);
  if (!info) throw changed();
  const batches = decoded(found.bytes).map((batch) => ({
    ...batch,
    condemnedAtMs: batch.condemnedAtMs ?? info.modifiedAtMs,
  }));
  return { batches, tag: found.tag };
}

/** @returns the tag of the new list. @throws StoreUnavailableError when it is no longer the one with `tag`. */
export async function writeCondemnedList(
  store: SwappableStore,
  tag: string | null,
  batches: readonly CondemnedBatch[],
  options?: CallOptions,
): Promise<string | null> {
  if (tag === null && batches.length === 0) return tag;
  const written = await store.swap(CONDEMNED_NAME, encodeCondemned(batches), tag, options);
  if (written === undefined) throw changed();
  return written;
}

function changed(): StoreUnavailableError {
  return new StoreUnavailableError("another prune has changed the list of what is going to be deleted", {
    hint: "prune again once that one has ended",
  });
}

/** The time by the store's own clock, from an object that is written for it. */
export async function readStoreClock(store: SwappableStore, options?: CallOptions): Promise<number> {
  const found = await store.read(STORE_CLOCK_NAME, options);
  const bytes = Buffer.from(JSON.stringify({ prune: crypto.randomUUID() }));
  await store.swap(STORE_CLOCK_NAME, bytes, found?.tag ?? null, options);
  const info = await store.head(STORE_CLOCK_NAME, options);
  if (!info) throw new StoreUnavailableError(`${store.description} loses what was just written to it`);
  return info.modifiedAtMs;
}

/** A list that can't be read names nothing that may be deleted: it is begun anew. */
function decoded(bytes: Uint8Array): CondemnedBatch[] {
  try {
    return decodeCondemned(bytes);
  } catch (error) {
    if (error instanceof CorruptError) return [];
    throw error;
  }
}
