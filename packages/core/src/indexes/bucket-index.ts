// The index in the object store itself: for an S3 bucket without any table, and for folders on a network disk, where a
// database file is unsafe. One object is a row and is swapped under a condition; objects named by reversed time find
// the newest. Requests: exact look-up 1; prefix look-up 1 listing and usually 1 read, at worst a listing for each 1,000
// Refs of the scope and a read for each match that is no longer live; commit 3 (row, name by time, row).

import { randomUUID } from "node:crypto";
import type { Clock } from "../lib/clock.ts";
import { sha256 } from "../lib/sha256.ts";
import { CacheError, StoreMissingError, StoreUnavailableError } from "../model/errors.ts";
import { REFS_PREFIX } from "../model/names.ts";
import { isSameRef, type Ref } from "../model/ref.ts";
import type { Lease, MaintainableIndex, RefFilter } from "../ports/key-index.ts";
import type { CallOptions, SwappableStore } from "../ports/object-store.ts";
import {
  IDENTITY_NAME,
  leaseName,
  parseTimeName,
  partitionPrefix,
  repositoryPrefix,
  rowName,
  timeName,
  timePrefix,
} from "./bucket-names.ts";
import { answers, countsUse, fits, givesWay, used } from "./ref-state.ts";

/** Swaps that lost against another writer until a call gives up. */
const SWAP_ATTEMPTS = 20;

/** What a row holds: a Ref, or nothing any more. Removing the object itself could remove a newer row. */
type Row = Ref | { readonly removed: true };

export function createBucketIndex({
  store,
  clock,
}: {
  store: SwappableStore;
  clock: Clock;
}): MaintainableIndex {
  async function readRow(
    name: string,
    options?: CallOptions,
  ): Promise<{ ref: Ref | undefined; tag: string | null }> {
    const found = await store.read(name, options);
    if (!found) return { ref: undefined, tag: null };
    const row = parse<Row>(found.bytes);
    return { ref: row && !("removed" in row) ? row : undefined, tag: found.tag };
  }

  /**
   * Reads, decides, swaps, until no other writer came between.
   * @param decide the new row, or what to answer without a write.
   */
  async function change<T>(
    name: string,
    decide: (
      ref: Ref | undefined,
    ) => { readonly row: Row; readonly answer: T } | { readonly row: undefined; readonly answer: T },
    options?: CallOptions,
  ): Promise<T> {
    for (let attempt = 0; attempt < SWAP_ATTEMPTS; attempt++) {
      const { ref, tag } = await readRow(name, options);
      const { row, answer } = decide(ref);
      if (!row || (await store.swap(name, encode(row), tag, options)) !== undefined) return answer;
    }
    throw new StoreUnavailableError(`too many writers change ${name} at once`, { hint: "try again later" });
  }

  /** Names by time are only hints: one too many is ignored by every reader. */
  async function dropTimeName(ref: Ref, options?: CallOptions): Promise<void> {
    try {
      await store.delete(timeName(ref, ref.createdAtMs), options);
    } catch (error) {
      if (!(error instanceof CacheError)) throw error;
    }
  }

  async function* rows(filter: RefFilter, options?: CallOptions): AsyncGenerator<Ref> {
    const prefix = filter.repository === undefined ? REFS_PREFIX : repositoryPrefix(filter.repository);
    for await (const { name } of store.list(prefix, options)) {
      if (!/\/key\/[0-9a-f]{64}$/.test(name)) continue;
      const { ref } = await readRow(name, options);
      if (ref && fits(ref, filter)) yield ref;
    }
  }

  return {
    description: `bucket (${store.description})`,

    async lookup(query, options) {
      if (query.match === "exact") {
        const { ref } = await readRow(rowName(query), options);
        return ref && answers(ref, query, clock.now()) ? ref : undefined;
      }
      const prefix = Buffer.from(query.key);
      for await (const { name } of store.list(timePrefix(partitionPrefix(query)), options)) {
        const entry = parseTimeName(name);
        if (!entry?.mayStartWith(prefix)) continue;
        const { ref } = await readRow(entry.row, options);
        if (ref?.createdAtMs === entry.createdAtMs && answers(ref, query, clock.now())) return ref;
      }
      return undefined;
    },

    async commit(ref, options) {
      // First the hint, then the row: whoever sees the row finds it by time too.
      const hint = encode({ key: ref.key });
      await store.put(timeName(ref, ref.createdAtMs), hint, sha256(hint), options);
      const outcome = await change<{ taken: Ref | undefined; replaced: Ref | undefined }>(
        rowName(ref),
        (existing) =>
          existing && !givesWay(existing, options?.replaces, clock.now())
            ? { row: undefined, answer: { taken: existing, replaced: undefined } }
            : { row: ref, answer: { taken: undefined, replaced: existing } },
        options,
      );
      const stale = outcome.taken ? ref : outcome.replaced;
      const valid = outcome.taken ?? ref;
      if (stale && stale.createdAtMs !== valid.createdAtMs) await dropTimeName(stale, options);
      return outcome.taken ? { status: "conflict", existing: outcome.taken } : { status: "committed" };
    },

    async acquireLease(lease, options) {
      const name = leaseName(lease.id);
      const found = await store.read(name, options);
      const held = found && parse<Lease>(found.bytes);
      if (held && held.owner !== lease.owner && clock.now() < held.expiresAtMs) return held;
      if ((await store.swap(name, encode(lease), found?.tag ?? null, options)) !== undefined)
        return undefined;
      const winner = await store.read(name, options);
      return winner && parse<Lease>(winner.bytes);
    },

    async releaseLease(lease, options) {
      const name = leaseName(lease.id);
      const found = await store.read(name, options);
      const held = found && parse<Lease>(found.bytes);
      if (found && held?.owner === lease.owner)
        await store.swap(name, encode({ ...held, expiresAtMs: 0 }), found.tag, options);
    },

    async touch(ref, { atMs, expiresAtMs, ...options }) {
      await change(
        rowName(ref),
        (row) => ({
          row: row && countsUse(row, ref, atMs) ? used(row, atMs, expiresAtMs) : undefined,
          answer: undefined,
        }),
        options,
      );
    },

    async identity(options) {
      const found = await store.read(IDENTITY_NAME, options);
      return found && parse<{ id: string }>(found.bytes)?.id;
    },

    async claimIdentity(identity, options) {
      await refuseWithoutConditions(store, options);
      if ((await store.swap(IDENTITY_NAME, encode({ id: identity }), null, options)) !== undefined)
        return identity;
      const found = await store.read(IDENTITY_NAME, options);
      return (found && parse<{ id: string }>(found.bytes)?.id) ?? identity;
    },

    list: rows,

    async findByKey(repository, key, limit, options) {
      const found: Ref[] = [];
      const wanted = Buffer.from(key);
      for await (const { name } of store.list(repositoryPrefix(repository), options)) {
        const entry = parseTimeName(name);
        if (!entry?.mayStartWith(wanted)) continue;
        const { ref } = await readRow(entry.row, options);
        if (ref?.key === key && ref.createdAtMs === entry.createdAtMs) found.push(ref);
        if (found.length >= limit) break;
      }
      return found;
    },

    invalidate: (ref, { atMs, ...options }) =>
      change<boolean>(
        rowName(ref),
        (row) =>
          row && isSameRef(row, ref)
            ? { row: { ...row, invalidatedAtMs: row.invalidatedAtMs ?? atMs }, answer: true }
            : { row: undefined, answer: false },
        options,
      ),

    async remove(ref, options) {
      const removed = await change<boolean>(
        rowName(ref),
        (row) =>
          row && isSameRef(row, ref)
            ? { row: { removed: true }, answer: true }
            : { row: undefined, answer: false },
        options,
      );
      if (removed) await dropTimeName(ref, options);
      return removed;
    },

    async close() {},
  };
}

/** Asked once in the life of an index: a server that ignores conditions would lose Refs without a word. */
async function refuseWithoutConditions(store: SwappableStore, options?: CallOptions): Promise<void> {
  const name = `${REFS_PREFIX}probe-${randomUUID()}`;
  const first = await store.swap(name, encode({ probe: 1 }), null, options);
  const again = await store.swap(name, encode({ probe: 2 }), null, options);
  const second =
    first === undefined ? undefined : await store.swap(name, encode({ probe: 3 }), first, options);
  const stale =
    first === undefined ? undefined : await store.swap(name, encode({ probe: 4 }), first, options);
  await store.delete(name, options);
  if (first === undefined || again !== undefined || second === undefined || stale !== undefined) {
    throw new StoreMissingError(
      `${store.description} does not honour conditional writes, so it can't be the index`,
      {
        hint: "keep the names in a table (CAIRN_INDEX=dynamodb://table) or update the S3 server",
      },
    );
  }
}

function encode(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** @returns undefined for what is not JSON: the next commit writes it anew. */
function parse<T>(bytes: Uint8Array): T | undefined {
  try {
    return JSON.parse(Buffer.from(bytes).toString()) as T;
  } catch {
    return undefined;
  }
}
