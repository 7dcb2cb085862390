// From a stock to what a prune does: pure, and so what a dry run shows. Two phases: what nobody needs is condemned; what
// was condemned long enough ago, and is still needed by nobody, is deleted. A Ref that has died keeps its objects for
// the grace, so that restores that found it end and an invalidation can be taken back.

import type { PruneAmount, PruneRemoval } from "../maintenance.ts";
import type { CondemnedBatch } from "../model/condemned.ts";
import { type EvictionPolicy, evictionOrder } from "../model/eviction.ts";
import { PRUNE_GRACE_MS } from "../model/limits.ts";
import { artifactOfMetadata, parseContentName } from "../model/names.ts";
import { isLive, type Ref, type Scope } from "../model/ref.ts";
import type { Stock, StockRef } from "./take-stock.ts";

/**
 * What a save reads of the list stays below two megabytes; what is beyond comes with the next prune. Artifacts are on it no
 * later than their packs: one that is there and not condemned has all that it names, which a save of what its job restored
 * relies on. Of packs the largest come first.
 */
export const CONDEMNED_MAX = 20_000;

export interface PruneInput extends Pick<Stock, "objects" | "metadata" | "refs"> {
  /** The list as it is; `isDue`: nobody can still rely on it. */
  readonly batches: readonly (CondemnedBatch & { readonly isDue: boolean })[];
  /** For the lives of Refs. */
  readonly nowMs: number;
  /** For the ages of objects: by the store's own clock. */
  readonly storeNowMs: number;
  /** What nobody needs is left alone so long: a save in progress may have written it. */
  readonly youngMs: number;
  /** So long after it was deleted a name stays on the list: a request that got lost may still arrive. */
  readonly settleMs: number;
  readonly isDropped: (scope: Scope) => boolean;
  readonly maxSizeBytes: number | undefined;
  readonly evict: EvictionPolicy;
  /** Evicted after all others, whatever the policy says. */
  readonly goesLast: (ref: Ref) => boolean;
}

export interface PrunePlan {
  /** Rows of the index to remove before anything else. */
  readonly choices: readonly PruneRemoval[];
  /** Rows of Refs that have been dead for long. */
  readonly dead: readonly PruneRemoval[];
  /** The list to write; what is condemned now is its last batch. */
  readonly batches: readonly CondemnedBatch[];
  /** Objects to delete, after the list was written: artifacts before packs, as a reader would come by them. */
  readonly deletions: readonly string[];
  /** Provenance of what is deleted, or of nothing at all. */
  readonly metadata: readonly string[];
  /** Refs that nobody can restore: their artifact is missing or corrupt. */
  readonly broken: readonly Ref[];
  readonly stored: PruneAmount;
  /** Needed by the Refs that stay. */
  readonly kept: PruneAmount;
  readonly keptRefs: number;
  /** Of these, Refs that have died and keep their content for the grace; and when the first of them no longer does. */
  readonly graced: { readonly refs: number; readonly untilMs: number | undefined };
  readonly deleted: PruneAmount;
  readonly condemned: PruneAmount;
  /** Of these, what no Ref needed in the first place. */
  readonly garbage: PruneAmount;
  /** Condemned before, not due yet. */
  readonly waiting: PruneAmount;
  /** Needed by nobody, and too young to be condemned. */
  readonly young: PruneAmount;
  /** Beyond what the list takes. */
  readonly deferred: PruneAmount;
}

export function planPrune(input: PruneInput): PrunePlan {
  const { objects, refs, nowMs, isDropped } = input;
  const amountOf = (names: Iterable<string>): PruneAmount => {
    let [count, bytes] = [0, 0];
    for (const name of names) {
      const object = objects.get(name);
      if (!object) continue;
      count++;
      bytes += object.sizeBytes;
    }
    return { objects: count, bytes };
  };

  const keeping = refs.filter(({ ref }) => nowMs - diedAtMs(ref) < PRUNE_GRACE_MS);
  const holders = countHolders(keeping);
  /** Before anything is chosen to go: nothing of this is deleted now, whoever loses it. */
  const needed = new Set(holders.keys());
  const dropped = refs.filter(({ ref }) => isDropped(ref.scope));
  for (const ref of keeping) if (isDropped(ref.ref.scope)) release(holders, ref);
  const staying = keeping.filter(({ ref }) => !isDropped(ref.scope));

  const isYoung = (name: string): boolean =>
    input.storeNowMs - (objects.get(name)?.modifiedAtMs ?? 0) < input.youngMs;
  const young = [...objects.keys()].filter((name) => !needed.has(name) && isYoung(name));
  const graceEnds = staying.flatMap(({ ref }) =>
    isLive(ref, nowMs) ? [] : [diedAtMs(ref) + PRUNE_GRACE_MS],
  );
  const evicted = chooseEvicted(input, staying, holders, amountOf(young).bytes);

  const deletions = input.batches
    .filter((batch) => batch.isDue)
    .flatMap(({ names }) => names.filter((name) => objects.has(name) && !needed.has(name)));
  const kept = keepOnList(input, needed);
  const listed = new Set(kept.flatMap((batch) => batch.names));
  const unneeded = [...objects.keys()].filter(
    (name) => !holders.has(name) && !listed.has(name) && (needed.has(name) || !isYoung(name)),
  );
  const room = Math.max(0, CONDEMNED_MAX - listed.size);
  if (unneeded.length > room)
    unneeded.sort((a, b) => artifactsFirst(a, b) || objects.get(b)!.sizeBytes - objects.get(a)!.sizeBytes);
  const condemned = unneeded.slice(0, room);
  const isDeleted = new Set(deletions);

  return {
    choices: [
      ...dropped.map(({ ref }) => ({ ref, why: "dropped" as const })),
      ...evicted.map(({ ref }) => ({ ref, why: "evicted" as const })),
    ],
    dead: refs
      .filter(({ ref }) => nowMs - diedAtMs(ref) >= 2 * PRUNE_GRACE_MS && !isDropped(ref.scope))
      .map(({ ref }) => ({ ref, why: "dead" })),
    batches: condemned.length > 0 ? [...kept, { names: condemned }] : kept,
    deletions: deletions.toSorted(artifactsFirst),
    metadata: input.metadata
      .filter(({ name, modifiedAtMs }) => {
        const artifact = artifactOfMetadata(name)!;
        const isOrphan = !objects.has(artifact) && input.storeNowMs - modifiedAtMs >= input.youngMs;
        return isDeleted.has(artifact) || isOrphan;
      })
      .map(({ name }) => name),
    broken: keeping.flatMap(({ ref, needs }) => (needs === undefined && isLive(ref, nowMs) ? [ref] : [])),
    stored: amountOf(objects.keys()),
    kept: amountOf(holders.keys()),
    keptRefs: staying.length - evicted.length,
    graced: { refs: graceEnds.length, untilMs: graceEnds.length > 0 ? Math.min(...graceEnds) : undefined },
    deleted: amountOf(deletions),
    condemned: amountOf(condemned),
    garbage: amountOf(condemned.filter((name) => !needed.has(name))),
    waiting: amountOf([...listed].filter((name) => !isDeleted.has(name))),
    young: amountOf(young.filter((name) => !listed.has(name))),
    deferred: amountOf(unneeded.slice(room)),
  };
}

/**
 * Why a prune must not go on by itself: it would take everything, or more than half of what is not condemned yet.
 * @returns undefined when all is well.
 */
export function whyRefused(plan: PrunePlan, doubts: readonly string[]): string | undefined {
  const { stored, garbage, condemned, deleted, waiting, keptRefs } = plan;
  if (condemned.objects + deleted.objects === 0) return undefined;
  if (doubts.length > 0) return doubts.join("; ");
  if (keptRefs === 0 && plan.choices.length === 0) {
    return `the index knows no save that lives, and the store holds ${stored.objects} objects`;
  }
  const present = stored.bytes - deleted.bytes - waiting.bytes;
  return garbage.bytes > present / 2
    ? `${garbage.bytes} of ${present} bytes would be removed, more than half`
    : undefined;
}

/** How many Refs need each object. */
function countHolders(refs: readonly StockRef[]): Map<string, number> {
  const holders = new Map<string, number>();
  for (const { needs = [] } of refs)
    for (const name of needs) holders.set(name, (holders.get(name) ?? 0) + 1);
  return holders;
}

/** @returns the names that nobody needs any more. */
function release(holders: Map<string, number>, { needs = [] }: StockRef): string[] {
  return needs.filter((name) => {
    const left = holders.get(name)! - 1;
    if (left > 0) holders.set(name, left);
    else holders.delete(name);
    return left <= 0;
  });
}

/** Refs that have died go first, then by the policy, until the rest fits. Takes what they needed out of `holders`. */
function chooseEvicted(
  { objects, maxSizeBytes, evict, goesLast, nowMs }: PruneInput,
  staying: readonly StockRef[],
  holders: Map<string, number>,
  otherBytes: number,
): StockRef[] {
  if (maxSizeBytes === undefined) return [];
  const sizeOf = (name: string): number => objects.get(name)?.sizeBytes ?? 0;
  let bytes = otherBytes;
  for (const name of holders.keys()) bytes += sizeOf(name);
  const order = evictionOrder(evict);
  const rank = (ref: Ref): number => (!isLive(ref, nowMs) ? 0 : goesLast(ref) ? 2 : 1);
  const candidates = staying.toSorted((a, b) => rank(a.ref) - rank(b.ref) || order(a.ref, b.ref));
  const evicted: StockRef[] = [];
  for (const candidate of candidates) {
    if (bytes <= maxSizeBytes) break;
    for (const name of release(holders, candidate)) bytes -= sizeOf(name);
    evicted.push(candidate);
  }
  return evicted;
}

/** What stays condemned: needed by nobody, and still there, or deleted so recently that a request may be on its way. */
function keepOnList(input: PruneInput, needed: ReadonlySet<string>): CondemnedBatch[] {
  const { objects, storeNowMs, settleMs } = input;
  return input.batches.flatMap(({ isDue, ...batch }) => {
    const { deletingSinceMs } = batch;
    const isSettling = deletingSinceMs !== undefined && storeNowMs - deletingSinceMs < settleMs;
    const names = batch.names.filter((name) => !needed.has(name) && (objects.has(name) || isSettling));
    if (names.length === 0) return [];
    const isDeleting = isDue && names.some((name) => objects.has(name));
    return [{ ...batch, names, ...(isDeleting && { deletingSinceMs: storeNowMs }) }];
  });
}

/** When the Ref became a miss, or will. */
export function diedAtMs({
  invalidatedAtMs = Number.POSITIVE_INFINITY,
  expiresAtMs,
  notAfterMs,
}: Ref): number {
  return Math.min(invalidatedAtMs, expiresAtMs, notAfterMs);
}

function artifactsFirst(a: string, b: string): number {
  const rank = (name: string): number => (parseContentName(name)?.kind === "artifacts" ? 0 : 1);
  return rank(a) - rank(b);
}
