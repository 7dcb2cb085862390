// Part of the contract of KeyIndex: uses counted by jobs that may not write the Ref's row, and taking them over.

import { describe, expect, test } from "@jest/globals";
import type { MaintainableIndex, Usage, UsageFilter } from "../../../../src/ports/key-index.ts";
import { DAY_MS, digestOf, makeRef, START_MS, scopeOf } from "../../../support/refs.ts";
import type { WithIndex } from "./bench.ts";
import { exact, prefix } from "./lookup.ts";

const PULL = scopeOf("refs/pull/7/merge");

async function used(index: MaintainableIndex, filter: UsageFilter = {}): Promise<Usage[]> {
  const usages = await Array.fromAsync(index.uses(filter));
  return usages.toSorted((a, b) => (a.of.key + a.by.ref < b.of.key + b.by.ref ? -1 : 1));
}

export function usesContract(withIndex: WithIndex): void {
  describe("uses by others", () => {
    test(
      "are counted by user and Ref, beside the Ref, whose row stays as it is",
      withIndex(async ({ index, other }) => {
        const main = makeRef();
        const long = makeRef({ key: `npm-${"漢".repeat(500)}` });
        await index.commit(main);
        await index.commit(long);
        expect(await used(index)).toEqual([]);
        await index.recordUse(main, { by: PULL, atMs: START_MS + 5 });
        await other.recordUse(main, { by: PULL, atMs: START_MS + 9 });
        await index.recordUse(main, { by: scopeOf("refs/heads/x"), atMs: START_MS + 7 });
        await index.recordUse(long, { by: PULL, atMs: START_MS + 8 });
        const of = ({ scope, version, key, contentHash, createdAtMs } = main) => ({
          ...{ scope, version, key, contentHash, createdAtMs },
        });
        expect(await used(other)).toEqual([
          { of: of(), by: scopeOf("refs/heads/x"), count: 1, lastAtMs: START_MS + 7 },
          { of: of(), by: PULL, count: 2, lastAtMs: START_MS + 9 },
          { of: of(long), by: PULL, count: 1, lastAtMs: START_MS + 8 },
        ]);
        expect(await exact(index, main)).toEqual(main);
        expect(await index.findByKey("acme/api", main.key, 10)).toEqual([main]);
        expect(await Array.fromAsync(index.list({}))).toHaveLength(2);
        expect(await prefix(index, "", PULL)).toBeUndefined();
      }),
    );

    test(
      "are found by the repository and ref of what was used",
      withIndex(async ({ index }) => {
        const refs = [
          makeRef({ key: "a" }),
          makeRef({ key: "b", scope: scopeOf("refs/heads/x") }),
          makeRef({ key: "c", scope: scopeOf("refs/heads/main", "acme/web") }),
        ];
        for (const ref of refs) {
          await index.commit(ref);
          await index.recordUse(ref, {
            by: scopeOf("refs/pull/1/merge", ref.scope.repository),
            atMs: START_MS,
          });
        }
        const keys = async (filter: UsageFilter) => (await used(index, filter)).map(({ of }) => of.key);
        expect(await keys({})).toEqual(["a", "b", "c"]);
        expect(await keys({ repository: "acme/api" })).toEqual(["a", "b"]);
        expect(await keys({ repository: "acme/api", ref: "refs/heads/x" })).toEqual(["b"]);
        expect(await keys({ repository: "acme/none" })).toEqual([]);
      }),
    );

    test(
      "of a newer Ref begin anew, those of an older one no longer count",
      withIndex(async ({ index }) => {
        const old = makeRef();
        const now = makeRef({ createdAtMs: START_MS + 1 });
        await index.recordUse(old, { by: PULL, atMs: START_MS });
        await index.recordUse(old, { by: PULL, atMs: START_MS });
        await index.recordUse(now, { by: PULL, atMs: START_MS + 2 });
        await index.recordUse(old, { by: PULL, atMs: START_MS + 3 });
        expect(await used(index)).toMatchObject([
          { of: { contentHash: now.contentHash }, count: 1, lastAtMs: START_MS + 2 },
        ]);
      }),
    );

    test(
      "are taken once, and only as they were seen",
      withIndex(async ({ index, other }) => {
        const ref = makeRef();
        await index.recordUse(ref, { by: PULL, atMs: START_MS });
        const [seen] = await used(index);
        await index.recordUse(ref, { by: PULL, atMs: START_MS + 1 });
        expect(await index.takeUsage(seen!)).toBe(false);
        const [now] = await used(index);
        const taken = await Promise.all(
          Array.from({ length: 6 }, (_, n) => (n % 2 ? index : other).takeUsage(now!)),
        );
        expect(taken.filter((isTaken) => isTaken)).toHaveLength(1);
        expect(await used(index)).toEqual([]);
        await index.recordUse(ref, { by: PULL, atMs: START_MS + 2 });
        expect(await used(index)).toMatchObject([{ count: 1 }]);
      }),
    );

    test(
      "10 at once all count",
      withIndex(async ({ index, other }) => {
        const ref = makeRef();
        await Promise.all(
          Array.from({ length: 10 }, (_, n) =>
            (n % 2 ? index : other).recordUse(ref, { by: PULL, atMs: START_MS }),
          ),
        );
        expect(await used(index)).toMatchObject([{ count: 10 }]);
      }),
    );

    test(
      "several count in one touch, and one of long ago brings nothing back",
      withIndex(async ({ index, clock }) => {
        const ref = makeRef({ expiresAtMs: START_MS + 5 * DAY_MS });
        await index.commit(ref);
        clock.set(START_MS + 2 * DAY_MS);
        const atMs = START_MS + DAY_MS;
        await index.touch(ref, { atMs, expiresAtMs: START_MS + 8 * DAY_MS, count: 42 });
        const touched = (await exact(index, ref))!;
        expect(touched).toEqual({
          ...ref,
          accessCount: 42,
          lastAccessedAtMs: atMs,
          expiresAtMs: START_MS + 8 * DAY_MS,
        });
        clock.set(touched.expiresAtMs);
        await index.touch(touched, { atMs, expiresAtMs: START_MS + 99 * DAY_MS, count: 1 });
        expect(await exact(index, ref)).toBeUndefined();
      }),
    );
  });

  describe("revalidate", () => {
    test(
      "takes an invalidation back: the Ref is found again",
      withIndex(async ({ index, other }) => {
        const ref = makeRef();
        await index.commit(ref);
        await index.invalidate(ref, { atMs: START_MS + 5 });
        const seen = { ...ref, invalidatedAtMs: START_MS + 5 };
        expect(await other.revalidate(seen)).toBe(true);
        expect(await exact(index, ref)).toEqual(ref);
        expect(await prefix(index, ref.key)).toEqual(ref);
        expect(await Array.fromAsync(index.list({}))).toEqual([ref]);
      }),
    );

    test(
      "but not of another invalidation, of a Ref that was replaced, or of none",
      withIndex(async ({ index }) => {
        const ref = makeRef();
        const seen = { ...ref, invalidatedAtMs: START_MS + 5 };
        expect(await index.revalidate(seen)).toBe(false);
        await index.commit(ref);
        await index.invalidate(ref, { atMs: START_MS + 7 });
        expect(await index.revalidate(seen)).toBe(false);
        expect(await exact(index, ref)).toBeUndefined();
        const next = makeRef({ createdAtMs: START_MS + 9, contentHash: digestOf("next") });
        await index.commit(next);
        expect(await index.revalidate({ ...ref, invalidatedAtMs: START_MS + 7 })).toBe(false);
        expect(await exact(index, ref)).toEqual(next);
      }),
    );
  });
}
