// The index in this process's memory: for tests, and the plainest statement of what every driver does. Each call
// runs to its end without giving way, so all are atomic.

import type { Clock } from "../lib/clock.ts";
import { isSameRef, type Ref, type RefId, type Scope } from "../model/ref.ts";
import type { Lease, MaintainableIndex, Usage } from "../ports/key-index.ts";
import {
  answers,
  countedUse,
  countsUse,
  fits,
  fitsUsage,
  givesWay,
  isSameUsage,
  revalidated,
  takesBack,
  used,
} from "./ref-state.ts";

/** @param options.rows where the rows live, by an opaque name: shared with whoever wants to look at them. */
export function createMemoryIndex(options: {
  clock: Clock;
  name?: string;
  rows?: Map<string, Ref>;
}): MaintainableIndex {
  const { clock, name = "index", rows = new Map<string, Ref>() } = options;
  const leases = new Map<string, Lease>();
  const usages = new Map<string, Usage>();
  let identity: string | undefined;

  function sameRow(ref: Ref): Ref | undefined {
    const row = rows.get(rowKey(ref));
    return row && isSameRef(row, ref) ? row : undefined;
  }

  return {
    description: `memory://${name}`,

    async lookup(query, options) {
      options?.signal?.throwIfAborted();
      const now = clock.now();
      const partition = partitionKey(query);
      let newest: Ref | undefined;
      for (const row of rows.values()) {
        const isNewer = !newest || row.createdAtMs > newest.createdAtMs;
        if (isNewer && partitionKey(row) === partition && answers(row, query, now)) newest = row;
      }
      return newest;
    },

    async commit(ref, options) {
      options?.signal?.throwIfAborted();
      const existing = rows.get(rowKey(ref));
      if (existing && !givesWay(existing, options?.replaces, clock.now()))
        return { status: "conflict", existing };
      rows.set(rowKey(ref), ref);
      return { status: "committed" };
    },

    async acquireLease(lease, options) {
      options?.signal?.throwIfAborted();
      const held = leases.get(rowKey(lease.id));
      if (held && held.owner !== lease.owner && clock.now() < held.expiresAtMs) return held;
      leases.set(rowKey(lease.id), lease);
      return undefined;
    },

    async releaseLease(lease, options) {
      options?.signal?.throwIfAborted();
      if (leases.get(rowKey(lease.id))?.owner === lease.owner) leases.delete(rowKey(lease.id));
    },

    async touch(ref, use) {
      use.signal?.throwIfAborted();
      const row = sameRow(ref);
      if (row && countsUse(row, ref, use, clock.now())) rows.set(rowKey(ref), used(row, use));
    },

    async recordUse(ref, { by, atMs, signal }) {
      signal?.throwIfAborted();
      const name = usageKey({ of: ref, by });
      const usage = countedUse(usages.get(name), ref, by, atMs);
      if (usage) usages.set(name, usage);
    },

    async identity(options) {
      options?.signal?.throwIfAborted();
      return identity;
    },

    async claimIdentity(wanted, options) {
      options?.signal?.throwIfAborted();
      identity ??= wanted;
      return identity;
    },

    async *list(filter, options) {
      for (const row of [...rows.values()]) {
        options?.signal?.throwIfAborted();
        if (fits(row, filter)) yield row;
      }
    },

    async findByKey(repository, key, limit, options) {
      options?.signal?.throwIfAborted();
      return [...rows.values()]
        .filter((row) => row.scope.repository === repository && row.key === key)
        .slice(0, limit);
    },

    async invalidate(ref, { atMs, signal }) {
      signal?.throwIfAborted();
      const row = sameRow(ref);
      if (!row) return false;
      rows.set(rowKey(ref), { ...row, invalidatedAtMs: row.invalidatedAtMs ?? atMs });
      return true;
    },

    async revalidate(ref, options) {
      options?.signal?.throwIfAborted();
      const row = sameRow(ref);
      if (!row || !takesBack(row, ref)) return false;
      rows.set(rowKey(ref), revalidated(row));
      return true;
    },

    async remove(ref, options) {
      options?.signal?.throwIfAborted();
      return sameRow(ref) !== undefined && rows.delete(rowKey(ref));
    },

    async *uses(filter, options) {
      for (const usage of [...usages.values()]) {
        options?.signal?.throwIfAborted();
        if (fitsUsage(usage, filter)) yield usage;
      }
    },

    async takeUsage(usage, options) {
      options?.signal?.throwIfAborted();
      const name = usageKey(usage);
      const known = usages.get(name);
      return known !== undefined && isSameUsage(known, usage) && usages.delete(name);
    },

    async sweep({ beforeMs, signal }) {
      signal?.throwIfAborted();
      for (const [name, lease] of leases) if (lease.expiresAtMs < beforeMs) leases.delete(name);
    },

    async close() {},
  };
}

function partitionKey({ scope, version }: Pick<RefId, "scope" | "version">): string {
  return JSON.stringify([scope.repository, scope.ref, version]);
}

function rowKey(id: RefId): string {
  return JSON.stringify([partitionKey(id), id.key]);
}

function usageKey({ of, by }: { readonly of: RefId; readonly by: Scope }): string {
  return JSON.stringify([by.repository, by.ref, rowKey(of)]);
}
