// invalidate and revalidate: marks Refs as misses, all that a selection fits, and takes that back within the grace. The
// content stays until a prune that finds nobody using it.

import type { Clock } from "../lib/clock.ts";
import { forEachConcurrently } from "../lib/concurrency.ts";
import type { InvalidationReport, RefSelection } from "../maintenance.ts";
import { PRUNE_GRACE_MS } from "../model/limits.ts";
import { isLive, type Ref } from "../model/ref.ts";
import type { MaintainableIndex } from "../ports/key-index.ts";
import type { CallOptions } from "../ports/object-store.ts";

/** Rows changed at once: what a table on demand takes from the start. */
const WRITES_AT_ONCE = 32;

export interface Invalidation extends CallOptions {
  /** Changes nothing, and tells what it would. */
  readonly dryRun: boolean;
}

interface Backend {
  readonly index: MaintainableIndex;
  readonly clock: Clock;
}

/** Every Ref that is live and fits. */
export async function invalidate(
  { index, clock }: Backend,
  selection: RefSelection,
  options: Invalidation,
): Promise<InvalidationReport> {
  const nowMs = clock.now();
  const refs = await select(index, selection, (ref) => isLive(ref, nowMs), options);
  return change(refs, options, (ref) => index.invalidate(ref, { atMs: nowMs, signal: options.signal }));
}

/** Every Ref that fits and is a miss for its invalidation alone, which is younger than the grace. */
export async function revalidate(
  { index, clock }: Backend,
  selection: RefSelection,
  options: Invalidation,
): Promise<InvalidationReport> {
  const nowMs = clock.now();
  const refs = await select(index, selection, (ref) => wouldLive(ref, nowMs), options);
  // Whatever is older may be on its way out of the store already.
  const isLate = (ref: Ref): boolean => nowMs - ref.invalidatedAtMs! >= PRUNE_GRACE_MS;
  const report = await change(
    refs.filter((ref) => !isLate(ref)),
    options,
    (ref) => index.revalidate(ref, options),
  );
  return { ...report, late: refs.filter(isLate) };
}

function wouldLive(ref: Ref, nowMs: number): boolean {
  const { invalidatedAtMs, ...row } = ref;
  return invalidatedAtMs !== undefined && isLive(row, nowMs);
}

async function select(
  index: MaintainableIndex,
  { key, createdBeforeMs, ...filter }: RefSelection,
  accept: (ref: Ref) => boolean,
  options: CallOptions,
): Promise<Ref[]> {
  const refs: Ref[] = [];
  for await (const ref of index.list({ ...filter, ...(key !== undefined && { keyPrefix: key }) }, options)) {
    const fits =
      (key === undefined || ref.key === key) &&
      (createdBeforeMs === undefined || ref.createdAtMs < createdBeforeMs);
    if (fits && accept(ref)) refs.push(ref);
  }
  return refs;
}

async function change(
  refs: readonly Ref[],
  options: Invalidation,
  write: (ref: Ref) => Promise<boolean>,
): Promise<InvalidationReport> {
  const done: Ref[] = [];
  const changed: Ref[] = [];
  if (options.dryRun) done.push(...refs);
  else
    await forEachConcurrently(refs, WRITES_AT_ONCE, async (ref) => {
      options.signal?.throwIfAborted();
      const isDone = await write(ref);
      (isDone ? done : changed).push(ref);
    });
  return { done, changed, late: [] };
}
