// What the drivers of KeyIndex share: the rules by which a row answers a query, gives way to a commit and counts a
// use. Pure. A driver whose server checks conditions spells the same rules in the server's language.

import { isLive, isSameRef, type Ref, type Scope } from "../model/ref.ts";
import type { RefFilter, RefQuery, Usage, UsageFilter } from "../ports/key-index.ts";

/** Whether a row of the query's scope and version is one that the look-up may return. */
export function answers(ref: Ref, query: RefQuery, nowMs: number): boolean {
  const matches = query.match === "exact" ? ref.key === query.key : ref.key.startsWith(query.key);
  const fitsDomain = query.domain === undefined || ref.domain === query.domain;
  return matches && fitsDomain && isLive(ref, nowMs) && (query.accept?.(ref) ?? true);
}

/** Whether a commit may take the place of `existing`. */
export function givesWay(existing: Ref, replaces: Ref | undefined, nowMs: number): boolean {
  return !isLive(existing, nowMs) || (replaces !== undefined && isSameRef(existing, replaces));
}

/** What touch() is told. */
export interface Use {
  readonly atMs: number;
  readonly expiresAtMs: number;
  readonly count?: number | undefined;
}

/**
 * `row` after one more use, or several. Nothing but the counters moves, the end of its life only forwards, and never
 * past `notAfterMs`.
 */
export function used(row: Ref, { atMs, expiresAtMs, count = 1 }: Use): Ref {
  return {
    ...row,
    accessCount: row.accessCount + count,
    lastAccessedAtMs: Math.max(row.lastAccessedAtMs, atMs),
    expiresAtMs: Math.max(row.expiresAtMs, Math.min(expiresAtMs, row.notAfterMs)),
  };
}

/**
 * Whether a use of `seen` may be counted on `row`: the same Ref, and still one that a look-up returns. A use of long ago
 * brings no Ref back that has died since.
 */
export function countsUse(row: Ref, seen: Ref, { atMs }: Use, nowMs: number): boolean {
  return isSameRef(row, seen) && isLive(row, Math.max(atMs, nowMs));
}

/** Whether a row may be made live again: the same Ref, with the invalidation that was seen. */
export function takesBack(row: Ref, seen: Ref): boolean {
  return isSameRef(row, seen) && row.invalidatedAtMs === seen.invalidatedAtMs;
}

/** `row` without its invalidation. */
export function revalidated({ invalidatedAtMs: _, ...row }: Ref): Ref {
  return row;
}

/** A usage after one more use at `atMs`; of a newer Ref than the one counted so far, the first. */
export function countedUse(known: Usage | undefined, of: Ref, by: Scope, atMs: number): Usage | undefined {
  const { scope, version, key, contentHash, createdAtMs } = of;
  const first: Usage = {
    of: { scope, version, key, contentHash, createdAtMs },
    by,
    count: 1,
    lastAtMs: atMs,
  };
  if (!known || known.of.createdAtMs < createdAtMs) return first;
  if (!isSameRef(known.of, of)) return undefined;
  return { ...known, count: known.count + 1, lastAtMs: Math.max(known.lastAtMs, atMs) };
}

export function isSameUsage(a: Usage, b: Usage): boolean {
  return isSameRef(a.of, b.of) && a.count === b.count && a.lastAtMs === b.lastAtMs;
}

export function fitsUsage({ of: { scope } }: Usage, { repository, ref }: UsageFilter): boolean {
  return (
    (repository === undefined || scope.repository === repository) && (ref === undefined || scope.ref === ref)
  );
}

export function fits(ref: Ref, filter: RefFilter): boolean {
  return (
    (filter.repository === undefined || ref.scope.repository === filter.repository) &&
    (filter.ref === undefined || ref.scope.ref === filter.ref) &&
    (filter.version === undefined || ref.version === filter.version) &&
    (filter.keyPrefix === undefined || ref.key.startsWith(filter.keyPrefix)) &&
    (filter.toolchain === undefined || ref.toolchain === filter.toolchain) &&
    (filter.lockfileHash === undefined || ref.lockfileHash === filter.lockfileHash)
  );
}
