// The index in the object store itself: for an S3 bucket without any table, and for folders on a network disk, where a
// database file is unsafe. One object is a row and is swapped under a condition; objects named by reversed time find
// the newest. Requests: exact look-up 1; prefix look-up 1 listing and usually 1 read, at worst a listing for each 1,000
// Refs of the scope and a read for each match that is dead; commit 2 (name by time, row), 1 more for the first of an
// opening, up to 3 more where it replaces; touch usually 1 after the look-up that found the Ref, else 2; recordUse 2;
// lease 2; finding a key 1 listing and 1 read for each row found.

import { randomUUID } from "node:crypto";
import type { Clock } from "../lib/clock.ts";
import { mapOrdered } from "../lib/concurrency.ts";
import { CacheError } from "../model/errors.ts";
import { REFS_PREFIX } from "../model/names.ts";
import { isSameRef, type Ref, type RefId } from "../model/ref.ts";
import type { CommitOutcome, Lease, MaintainableIndex, RefQuery } from "../ports/key-index.ts";
import type { CallOptions, SwappableStore } from "../ports/object-store.ts";
import { createBucketCounters } from "./bucket-counters.ts";
import {
  IDENTITY_NAME,
  isRowName,
  leaseName,
  parseTimeName,
  rowName,
  rowsOfKeyPrefix,
  rowsPrefix,
  type TimeName,
  timeName,
  timePrefix,
} from "./bucket-names.ts";
import {
  changeRow,
  checkCondition,
  checkConditions,
  create,
  encode,
  parse,
  REMOVED_BYTES,
  type Row,
  readRow,
  type StoredRow,
} from "./bucket-rows.ts";
import { sweepBucket } from "./bucket-sweep.ts";
import { createBucketUses } from "./bucket-uses.ts";
import { answers, countsUse, fits, givesWay, revalidated, takesBack, used } from "./ref-state.ts";

/** Rows read at once, where many have to be. */
const CONCURRENT_READS = 16;

export function createBucketIndex(options: { store: SwappableStore; clock: Clock }): MaintainableIndex {
  const { store, clock } = options;
  let conditionsHold = false;
  /** The row that a look-up found last: who found a Ref counts the use of it. */
  let lookedUp: StoredRow | undefined;

  async function lookUp(name: string, options?: CallOptions): Promise<Row | undefined> {
    const stored = await readRow(store, name, options);
    if (stored.row) lookedUp = stored;
    return stored.row;
  }

  /** Newest first, those whose name does not rule the prefix out. */
  async function* candidates(query: RefQuery, options?: CallOptions): AsyncGenerator<TimeName> {
    const prefix = Buffer.from(query.key);
    for await (const { name } of store.list(timePrefix(query), options)) {
      const entry = parseTimeName(name);
      if (entry?.mayStartWith(prefix)) yield entry;
    }
  }

  async function findNewest(query: RefQuery, options?: CallOptions): Promise<Ref | undefined> {
    const read = async (entry: TimeName): Promise<Ref | undefined> => {
      const row = await lookUp(entry.row, options);
      return row?.writer === entry.writer && answers(row.ref, query, clock.now()) ? row.ref : undefined;
    };
    const names = candidates(query, options);
    try {
      // The newest nearly always decides; only when it does not are several read ahead.
      const { value: newest } = await names.next();
      if (!newest) return undefined;
      const ref = await read(newest);
      if (ref) return ref;
      for await (const next of mapOrdered(names, CONCURRENT_READS, read)) if (next) return next;
      return undefined;
    } finally {
      await names.return(undefined);
    }
  }

  /** Names by time are only hints: one too many is ignored by every reader, so failing to remove one is no failure. */
  async function dropTimeName({ ref, writer }: Row, options?: CallOptions): Promise<void> {
    try {
      await store.delete(timeName(ref, ref.createdAtMs, writer), options);
    } catch (error) {
      if (!(error instanceof CacheError)) throw error;
    }
  }

  async function* rowsUnder(
    prefix: string,
    options?: CallOptions & { onUnreadable?: ((row: string) => void) | undefined },
  ): AsyncGenerator<Ref> {
    const names = (async function* () {
      for await (const { name, sizeBytes } of store.list(prefix, options))
        if (isRowName(name) && sizeBytes !== REMOVED_BYTES) yield name;
    })();
    const read = async (name: string) => ({ name, ...(await readRow(store, name, options)) });
    for await (const { name, row, isUnreadable } of mapOrdered(names, CONCURRENT_READS, read)) {
      if (row) yield row.ref;
      else if (isUnreadable) options?.onUnreadable?.(name);
    }
  }

  async function readLease(id: RefId, options?: CallOptions) {
    const found = await store.read(leaseName(id), options);
    const { owner, expiresAtMs } = (found && parse(found.bytes)) ?? {};
    const isLease = typeof owner === "string" && typeof expiresAtMs === "number";
    const held: Lease | undefined = isLease ? { id, owner, expiresAtMs } : undefined;
    return { held, tag: found?.tag ?? null };
  }

  return {
    description: `bucket (${store.description})`,

    async lookup(query, options) {
      if (query.match === "prefix") return findNewest(query, options);
      const row = await lookUp(rowName(query), options);
      return row && answers(row.ref, query, clock.now()) ? row.ref : undefined;
    },

    async commit(ref, options): Promise<CommitOutcome> {
      const row: Row = { ref, writer: randomUUID().slice(0, 8) };
      // First the name by time, then the row: whoever sees the row finds it by time too.
      const hint = timeName(ref, ref.createdAtMs, row.writer);
      await create(store, hint, { key: ref.key }, options);
      if (!conditionsHold) await checkCondition(store, hint, options);
      conditionsHold = true;
      const outcome = await changeRow<{ taken?: Row; replaced?: Row | undefined }>(
        store,
        rowName(ref),
        (existing) => {
          // A swap whose answer was lost may have been made: what is there is what this commit wrote.
          if (existing?.writer === row.writer) return { write: undefined, answer: {} };
          return existing && !givesWay(existing.ref, options?.replaces, clock.now())
            ? { write: undefined, answer: { taken: existing } }
            : { write: row, answer: { replaced: existing } };
        },
        { signal: options?.signal, first: options?.replaces ? undefined : { row: undefined, tag: null } },
      );
      const stale = outcome.taken ? row : outcome.replaced;
      if (stale) await dropTimeName(stale, options);
      return outcome.taken ? { status: "conflict", existing: outcome.taken.ref } : { status: "committed" };
    },

    async acquireLease(lease, options) {
      const { held, tag } = await readLease(lease.id, options);
      if (held && held.owner !== lease.owner && clock.now() < held.expiresAtMs) return held;
      if ((await store.swap(leaseName(lease.id), encode(lease), tag, options)) !== undefined)
        return undefined;
      const winner = await readLease(lease.id, options);
      return winner.held?.owner === lease.owner ? undefined : winner.held;
    },

    async releaseLease(lease, options) {
      const { held, tag } = await readLease(lease.id, options);
      if (held?.owner === lease.owner)
        await store.swap(leaseName(lease.id), encode({ ...held, expiresAtMs: 0 }), tag, options);
    },

    async touch(ref, use) {
      const first = lookedUp?.row && isSameRef(lookedUp.row.ref, ref) ? lookedUp : undefined;
      lookedUp = undefined;
      await changeRow(
        store,
        rowName(ref),
        (row) => ({
          write:
            row && countsUse(row.ref, ref, use, clock.now())
              ? { ...row, ref: used(row.ref, use) }
              : undefined,
          answer: undefined,
        }),
        { signal: use.signal, first },
      );
    },

    ...createBucketUses(store),
    ...createBucketCounters(store),

    identity: readIdentity,

    async claimIdentity(identity, options) {
      await checkConditions(store, options);
      conditionsHold = true;
      if ((await store.swap(IDENTITY_NAME, encode({ id: identity }), null, options)) !== undefined)
        return identity;
      return (await readIdentity(options)) ?? identity;
    },

    async *list(filter, options) {
      const prefix = filter.repository === undefined ? REFS_PREFIX : rowsPrefix(filter.repository);
      for await (const ref of rowsUnder(prefix, options)) if (fits(ref, filter)) yield ref;
    },

    async findByKey(repository, key, limit, options) {
      const found: Ref[] = [];
      for await (const ref of rowsUnder(rowsOfKeyPrefix(repository, key), options)) {
        found.push(ref);
        if (found.length >= limit) break;
      }
      return found;
    },

    invalidate: (ref, { atMs, signal }) =>
      changeRow<boolean>(
        store,
        rowName(ref),
        (row) =>
          row && isSameRef(row.ref, ref)
            ? {
                write: { ...row, ref: { ...row.ref, invalidatedAtMs: row.ref.invalidatedAtMs ?? atMs } },
                answer: true,
              }
            : { write: undefined, answer: false },
        { signal },
      ),

    revalidate: (ref, options) =>
      changeRow<boolean>(
        store,
        rowName(ref),
        (row) =>
          row && takesBack(row.ref, ref)
            ? { write: { ...row, ref: revalidated(row.ref) }, answer: true }
            : { write: undefined, answer: false },
        options,
      ),

    async remove(ref, options) {
      const removed = await changeRow<Row | undefined>(
        store,
        rowName(ref),
        (row) =>
          row && isSameRef(row.ref, ref)
            ? { write: "removed", answer: row }
            : { write: undefined, answer: undefined },
        options,
      );
      if (removed) await dropTimeName(removed, options);
      return removed !== undefined;
    },

    sweep: (options) => sweepBucket(store, clock, options),

    async close() {},
  };

  async function readIdentity(options?: CallOptions): Promise<string | undefined> {
    const found = await store.read(IDENTITY_NAME, options);
    const id = found && parse(found.bytes)?.["id"];
    return typeof id === "string" ? id : undefined;
  }
}
