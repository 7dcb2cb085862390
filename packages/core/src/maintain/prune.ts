// prune = take stock -> plan -> remove rows -> condemn -> delete. One at a time, in two phases, each safe beside running
// saves and restores; killed anywhere it leaves a list that the next prune goes on with.

import { forEachConcurrently } from "../lib/concurrency.ts";
import { type CountingBackend, foldUses } from "../lib/count-uses.ts";
import { checkSamePair } from "../lib/store-identity.ts";
import type { PruneAmount, PruneOptions, PruneRemoval, PruneReport } from "../maintenance.ts";
import { RefusedError, StoreUnavailableError } from "../model/errors.ts";
import { PRUNE_GRACE_MS } from "../model/limits.ts";
import type { Ref } from "../model/ref.ts";
import type { SwappableStore } from "../ports/object-store.ts";
import type { StoreSessions } from "../ports/store-sessions.ts";
import { readCondemnedList, readStoreClock, writeCondemnedList } from "./condemned-list.ts";
import { diedAtMs, type PrunePlan, planPrune, whyRefused } from "./plan-prune.ts";
import { type PruneLease, takePruneLease } from "./prune-lease.ts";
import { takeStock } from "./take-stock.ts";

export interface PruneBackend extends CountingBackend {
  readonly store: SwappableStore;
  /** Where all who use the store share one machine: then it is known who may rely on what. */
  readonly sessions?: StoreSessions | undefined;
}

/** Beside what the user asks for. */
export interface PruneRun extends PruneOptions {
  /** Nobody looks at it: what is in doubt stays, whatever is confirmed. */
  readonly isAutomatic?: boolean | undefined;
  /** Of all that may be evicted, these go last. */
  readonly goesLast?: ((ref: Ref) => boolean) | undefined;
}

const DELETES_AT_ONCE = 32;
const ROWS_AT_ONCE = 16;
/** So long after its deletion a name is not written again: longer than any request is under way. */
const SETTLE_MS = 3_600_000;

export async function prune(backend: PruneBackend, options: PruneRun): Promise<PruneReport> {
  const { signal } = options;
  const { takesOver, dryRun } = options;
  await checkSamePair(backend, { isSole: backend.sessions !== undefined, takesOver, dryRun, signal });
  if (dryRun) {
    const { plan, refusal } = await look(backend, options, new Map(), backend.clock.now());
    const removed = [...plan.choices, ...plan.dead];
    return reportOf(plan, { options, refusal, nowMs: backend.clock.now(), uses: 0, removed });
  }
  const lease = await takePruneLease(backend, { signal });
  if ("busy" in lease) {
    throw new StoreUnavailableError(`another prune is at work: ${lease.busy.owner}`, {
      hint: `wait for it; where it has died, its hold ends at ${new Date(lease.busy.expiresAtMs).toISOString()}`,
    });
  }
  try {
    const report = await pruneAlone(backend, options, lease);
    await lease.check();
    await backend.index.sweep({ beforeMs: backend.clock.now() - 2 * PRUNE_GRACE_MS, signal });
    return report;
  } finally {
    await lease.release();
  }
}

async function pruneAlone(backend: PruneBackend, options: PruneRun, lease: PruneLease): Promise<PruneReport> {
  const { store, sessions } = backend;
  const known = new Map<string, readonly string[]>();
  const uses = await foldUses(backend, {}, { signal: options.signal });
  const nowMs = await readStoreClock(store, { signal: options.signal });
  const first = await look(backend, options, known, nowMs);
  if (first.refusal !== undefined) throw refusedError(first.plan, first.refusal);
  const removed = await execute(backend, first, lease, options);
  const report = reportOf(first.plan, { options, nowMs, uses, removed });
  const { condemned } = first.plan;
  if (!sessions || condemned.objects === 0 || (await sessions.list()).length > 0) return report;
  // Nobody is at work who could rely on what was just condemned: once more, to see what was saved meanwhile.
  const again = {
    ...options,
    maxSizeBytes: undefined,
    isDropped: undefined,
    confirmedBytes: Math.max(options.confirmedBytes ?? 0, condemned.bytes),
  };
  const second = await look(backend, again, known, await readStoreClock(store, { signal: options.signal }));
  // What is in doubt now is the next prune's to tell.
  if (second.refusal !== undefined) return report;
  removed.push(...(await execute(backend, second, lease, again)));
  return afterSecond(report, reportOf(second.plan, { options, nowMs, uses, removed }));
}

function refusedError({ condemned, deleted }: PrunePlan, why: string): RefusedError {
  return new RefusedError(`refused to prune: ${why}`, {
    hint: `look at it with --dry-run; --confirm ${condemned.bytes + deleted.bytes} goes on even so. Nothing was deleted`,
  });
}

interface Look {
  readonly plan: PrunePlan;
  readonly tag: string | null;
  readonly refusal: string | undefined;
}

/** What is there and what to do about it; changes nothing. */
async function look(
  backend: PruneBackend,
  options: PruneRun,
  known: Map<string, readonly string[]>,
  storeNowMs: number,
): Promise<Look> {
  const { store, clock, sessions } = backend;
  const { signal, confirmedBytes = 0 } = options;
  const list = await readCondemnedList(store, { signal });
  // Before the stock is taken: what a session has committed until it ended is in it.
  const atWork = sessions && new Set(await sessions.list());
  const nowMs = clock.now();
  const stock = await takeStock(backend, {
    signal,
    known,
    isWanted: (ref) => nowMs - diedAtMs(ref) < PRUNE_GRACE_MS,
  });
  const plan = planPrune({
    ...stock,
    batches: list.batches.map((batch) => ({
      ...batch,
      isDue:
        storeNowMs - batch.condemnedAtMs >= PRUNE_GRACE_MS ||
        (atWork !== undefined && (batch.waitsFor?.every((name) => !atWork.has(name)) ?? false)),
    })),
    nowMs,
    storeNowMs,
    // Sessions tell who may have written it; else a day tells.
    youngMs: sessions ? 0 : PRUNE_GRACE_MS,
    settleMs: sessions ? 0 : SETTLE_MS,
    isDropped: options.isDropped ?? (() => false),
    maxSizeBytes: options.maxSizeBytes,
    evict: options.evict ?? "lru",
    goesLast: options.goesLast ?? (() => false),
  });
  const isConfirmed =
    plan.condemned.bytes + plan.deleted.bytes <= confirmedBytes &&
    !(options.isAutomatic && stock.doubts.length > 0);
  return { plan, tag: list.tag, refusal: isConfirmed ? undefined : whyRefused(plan, stock.doubts) };
}

/**
 * Rows first, so that nobody finds what is condemned next; the list before anything of it is deleted.
 * @returns the rows that were removed: not those that another job has changed since they were listed.
 */
async function execute(
  { store, index, sessions }: PruneBackend,
  { plan, tag }: Look,
  lease: PruneLease,
  { signal }: PruneOptions,
): Promise<PruneRemoval[]> {
  const removed: PruneRemoval[] = [];
  const removeRows = (removals: readonly PruneRemoval[]): Promise<void> =>
    forEachConcurrently(removals, ROWS_AT_ONCE, async (removal) => {
      await lease.check();
      if (await index.remove(removal.ref, { signal })) removed.push(removal);
    });
  await removeRows(plan.choices);
  await lease.check();
  const written = await writeCondemnedList(store, tag, plan.batches, { signal });
  if (sessions && plan.batches.some((batch) => !batch.waitsFor)) {
    // Who is at work now may have begun before the list said so; whoever comes later reads it.
    const list = await readCondemnedList(store, { signal });
    const waitsFor = await sessions.list();
    const batches = list.batches.map((batch) => (batch.waitsFor ? batch : { ...batch, waitsFor }));
    await writeCondemnedList(store, written, batches, { signal });
  }
  const remove = async (name: string): Promise<void> => {
    await lease.check();
    await store.delete(name, { signal });
  };
  await forEachConcurrently(plan.metadata, DELETES_AT_ONCE, remove);
  await forEachConcurrently(plan.deletions, DELETES_AT_ONCE, remove);
  await removeRows(plan.dead);
  return removed;
}

function reportOf(
  plan: PrunePlan,
  context: {
    readonly options: PruneOptions;
    readonly refusal?: string | undefined;
    readonly nowMs: number;
    readonly uses: number;
    readonly removed: readonly PruneRemoval[];
  },
): PruneReport {
  const { stored, kept, keptRefs, graced, deleted, condemned, waiting, young, deferred, broken } = plan;
  const waits = plan.batches.flatMap((batch) =>
    batch.deletingSinceMs === undefined ? [(batch.condemnedAtMs ?? context.nowMs) + PRUNE_GRACE_MS] : [],
  );
  return {
    dryRun: context.options.dryRun,
    ...(context.refusal !== undefined && { refusal: context.refusal }),
    ...{ stored, kept, keptRefs, graced, deleted, condemned, waiting, young, deferred, broken },
    dueAtMs: waits.length > 0 ? Math.min(...waits) : undefined,
    removed: context.removed,
    uses: context.uses,
  };
}

function afterSecond(first: PruneReport, second: PruneReport): PruneReport {
  const sum = (a: PruneAmount, b: PruneAmount): PruneAmount => ({
    objects: a.objects + b.objects,
    bytes: a.bytes + b.bytes,
  });
  return { ...second, stored: first.stored, deleted: sum(first.deleted, second.deleted) };
}
