// Part of the contract of KeyIndex: leases of saves in progress, and the identity of the store.

import { describe, expect, test } from "@jest/globals";
import type { Lease } from "../../../../src/ports/key-index.ts";
import { digestOf, makeRef, START_MS, scopeOf } from "../../../support/refs.ts";
import type { WithIndex } from "./bench.ts";
import { exact, prefix } from "./lookup.ts";

function lease(owner: string, changes: Partial<Lease> = {}): Lease {
  const { scope, version, key } = makeRef();
  return { id: { scope, version, key }, owner, expiresAtMs: START_MS + 1000, ...changes };
}

export function leaseContract(withIndex: WithIndex): void {
  describe("leases", () => {
    test(
      "one owner holds it until it ends by itself",
      withIndex(async ({ index, other, clock }) => {
        const mine = lease("run-1");
        expect(await index.acquireLease(mine)).toBeUndefined();
        expect(await other.acquireLease(lease("run-2"))).toEqual(mine);
        clock.set(mine.expiresAtMs);
        const next = lease("run-2", { expiresAtMs: START_MS + 5000 });
        expect(await other.acquireLease(next)).toBeUndefined();
        expect(await index.acquireLease(mine)).toEqual(next);
      }),
    );

    test(
      "the same owner renews it",
      withIndex(async ({ index }) => {
        const renewed = lease("run-1", { expiresAtMs: START_MS + 9000 });
        await index.acquireLease(lease("run-1"));
        expect(await index.acquireLease(renewed)).toBeUndefined();
        expect(await index.acquireLease(lease("run-2"))).toEqual(renewed);
      }),
    );

    test(
      "releasing frees it for others; others' releases change nothing",
      withIndex(async ({ index, other }) => {
        const mine = lease("run-1");
        await index.acquireLease(mine);
        await other.releaseLease(lease("run-2"));
        expect(await other.acquireLease(lease("run-2"))).toEqual(mine);
        await index.releaseLease(mine);
        await index.releaseLease(mine);
        expect(await other.acquireLease(lease("run-2"))).toBeUndefined();
      }),
    );

    test(
      "of 10 that ask at once one gets it",
      withIndex(async ({ index, other }) => {
        const held = await Promise.all(
          Array.from({ length: 10 }, (_, n) => (n % 2 ? index : other).acquireLease(lease(`run-${n}`))),
        );
        expect(held.filter((lease) => lease === undefined)).toHaveLength(1);
        expect(new Set(held.filter((lease) => lease !== undefined).map(({ owner }) => owner)).size).toBe(1);
      }),
    );

    test(
      "leases are apart by key, version and scope, and are no Refs",
      withIndex(async ({ index }) => {
        const { id } = lease("run-1");
        await index.acquireLease(lease("run-1"));
        for (const otherId of [
          { ...id, key: "npm-abd" },
          { ...id, version: digestOf("v2") },
          { ...id, scope: scopeOf("refs/heads/x") },
        ]) {
          expect(await index.acquireLease(lease("run-2", { id: otherId }))).toBeUndefined();
        }
        expect(await exact(index, makeRef())).toBeUndefined();
        expect(await prefix(index, "npm")).toBeUndefined();
        expect(await Array.fromAsync(index.list({}))).toEqual([]);
        expect(await index.commit(makeRef())).toEqual({ status: "committed" });
        await index.releaseLease(lease("run-1"));
        expect(await exact(index, makeRef())).toBeDefined();
      }),
    );

    test(
      "a long key has its own lease",
      withIndex(async ({ index }) => {
        const { id } = lease("run-1");
        const [a, b] = ["a", "b"].map((end) => ({ ...id, key: "漢".repeat(511) + end }));
        expect(await index.acquireLease(lease("run-1", { id: a! }))).toBeUndefined();
        expect(await index.acquireLease(lease("run-2", { id: b! }))).toBeUndefined();
        expect(await index.acquireLease(lease("run-2", { id: a! }))).toMatchObject({ owner: "run-1", id: a });
      }),
    );
  });

  describe("identity", () => {
    test(
      "is claimed once by 20 concurrent claimers, and stays",
      withIndex(async ({ index, other }) => {
        expect(await index.identity()).toBeUndefined();
        const claims = await Promise.all(
          Array.from({ length: 20 }, (_, n) => (n % 2 ? index : other).claimIdentity(`store-${n}`)),
        );
        expect(new Set(claims).size).toBe(1);
        expect(await other.identity()).toBe(claims[0]);
        expect(await other.claimIdentity("late")).toBe(claims[0]);
        expect(await Array.fromAsync(index.list({}))).toEqual([]);
      }),
    );
  });
}
