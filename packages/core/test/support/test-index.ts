// A KeyIndex in memory, as simple as the port allows. Tests of the pipelines only need one that keeps the port's words.

import { isLive, isSameRef, type Ref, type RefId } from "../../src/model/ref.ts";
import type { KeyIndex, Lease } from "../../src/ports/key-index.ts";

export interface TestIndex extends KeyIndex {
  /** Every row, live or not. */
  readonly refs: readonly Ref[];
}

export function createTestIndex(now: () => number = Date.now): TestIndex {
  const rows = new Map<string, Ref>();
  const leases = new Map<string, Lease>();
  let identity: string | undefined;
  const nameOf = ({ scope, version, key }: RefId): string =>
    JSON.stringify([scope.repository, scope.ref, version, key]);
  return {
    description: "memory://test",
    get refs() {
      return [...rows.values()];
    },
    async lookup({ scope, version, key, match }) {
      return [...rows.values()]
        .filter(
          (ref) =>
            ref.scope.repository === scope.repository &&
            ref.scope.ref === scope.ref &&
            ref.version === version &&
            (match === "exact" ? ref.key === key : ref.key.startsWith(key)) &&
            isLive(ref, now()),
        )
        .sort((a, b) => b.createdAtMs - a.createdAtMs)[0];
    },
    async commit(ref, options) {
      const existing = rows.get(nameOf(ref));
      const mayReplace =
        !existing || !isLive(existing, now()) || (options?.replaces && isSameRef(existing, options.replaces));
      if (!mayReplace) return { status: "conflict", existing };
      rows.set(nameOf(ref), ref);
      return { status: "committed" };
    },
    async acquireLease(lease) {
      const held = leases.get(nameOf(lease.id));
      if (held && held.owner !== lease.owner && held.expiresAtMs > now()) return held;
      leases.set(nameOf(lease.id), lease);
      return undefined;
    },
    async releaseLease(lease) {
      if (leases.get(nameOf(lease.id))?.owner === lease.owner) leases.delete(nameOf(lease.id));
    },
    async touch() {},
    async identity() {
      return identity;
    },
    async claimIdentity(claimed) {
      identity ??= claimed;
      return identity;
    },
    async close() {},
  };
}
