// What the bucket index leaves behind and has no server to remove: leases that ended, marks in place of removed rows, and
// names by time that lead nowhere. Told apart by the listing alone, so that a sweep costs a listing and what it removes.

import type { Clock } from "../lib/clock.ts";
import { forEachConcurrently } from "../lib/concurrency.ts";
import { REFS_PREFIX } from "../model/names.ts";
import type { CallOptions, SwappableStore } from "../ports/object-store.ts";
import { isLeaseName, isRowName, isUsesName, leaseNameOfRow, parseTimeName } from "./bucket-names.ts";
import { encode, parse, REMOVED_BYTES } from "./bucket-rows.ts";
import { TAKEN_BYTES } from "./bucket-uses.ts";

const REMOVALS_AT_ONCE = 16;
/** A save of the key is kept away so long while the mark in its row's place goes. */
const HOLD_MS = 60_000;

/** @param options.beforeMs only what was written before goes. */
export async function sweepBucket(
  store: SwappableStore,
  clock: Clock,
  options: CallOptions & { readonly beforeMs: number },
): Promise<void> {
  const { beforeMs } = options;
  const rows = new Set<string>();
  const marks: string[] = [];
  const leftovers: string[] = [];
  const times: { readonly name: string; readonly row: string }[] = [];
  for await (const { name, sizeBytes, modifiedAtMs } of store.list(REFS_PREFIX, options)) {
    const isOld = modifiedAtMs < beforeMs;
    const time = parseTimeName(name);
    if (isRowName(name) && sizeBytes !== REMOVED_BYTES) rows.add(name);
    else if (!isOld) continue;
    else if (isRowName(name)) marks.push(name);
    // A lease only advises: one that is taken at this moment and lost is no harm.
    else if (isLeaseName(name) || (isUsesName(name) && sizeBytes === TAKEN_BYTES)) leftovers.push(name);
    else if (time) times.push({ name, row: time.row });
  }
  leftovers.push(...times.filter(({ row }) => !rows.has(row)).map(({ name }) => name));
  await forEachConcurrently(leftovers, REMOVALS_AT_ONCE, (name) => store.delete(name, options));
  await forEachConcurrently(marks, REMOVALS_AT_ONCE, (name) => removeMark(store, clock, name, options));
}

/**
 * A delete has no condition, so a row that is committed meanwhile could go with the mark. Commits are made by saves that
 * hold the key's lease: it is taken first.
 */
async function removeMark(
  store: SwappableStore,
  clock: Clock,
  row: string,
  options: CallOptions,
): Promise<void> {
  const lease = leaseNameOfRow(row);
  const found = await store.read(lease, options);
  const { expiresAtMs } = (found && parse(found.bytes)) ?? {};
  if (typeof expiresAtMs === "number" && clock.now() < expiresAtMs) return;
  const held = encode({ owner: "sweep", expiresAtMs: clock.now() + HOLD_MS });
  if ((await store.swap(lease, held, found?.tag ?? null, options)) === undefined) return;
  const mark = await store.read(row, options);
  if (mark && parse(mark.bytes)?.["removed"] === true) await store.delete(row, options);
  await store.delete(lease, options);
}
