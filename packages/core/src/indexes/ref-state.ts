// What the drivers of KeyIndex share: the rules by which a row answers a query, gives way to a commit and counts a
// use. Pure. A driver whose server checks conditions spells the same rules in the server's language.

import { isLive, isSameRef, type Ref } from "../model/ref.ts";
import type { RefFilter, RefQuery } from "../ports/key-index.ts";

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

/**
 * `row` after one more use. Nothing but the counters moves, the end of its life only forwards, and never past
 * `notAfterMs`.
 */
export function used(row: Ref, atMs: number, expiresAtMs: number): Ref {
  return {
    ...row,
    accessCount: row.accessCount + 1,
    lastAccessedAtMs: Math.max(row.lastAccessedAtMs, atMs),
    expiresAtMs: Math.max(row.expiresAtMs, Math.min(expiresAtMs, row.notAfterMs)),
  };
}

/** Whether a use of `seen` may be counted on `row`: the same Ref, and still one that a look-up returns. */
export function countsUse(row: Ref, seen: Ref, atMs: number): boolean {
  return isSameRef(row, seen) && isLive(row, atMs);
}

export function fits(ref: Ref, filter: RefFilter): boolean {
  return (
    (filter.repository === undefined || ref.scope.repository === filter.repository) &&
    (filter.ref === undefined || ref.scope.ref === filter.ref) &&
    (filter.version === undefined || ref.version === filter.version) &&
    (filter.keyPrefix === undefined || ref.key.startsWith(filter.keyPrefix))
  );
}
