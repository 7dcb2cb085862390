// Part of the contract of KeyIndex: who may write a row, and that of several at once one does.

import { describe, expect, test } from "@jest/globals";
import { DAY_MS, digestOf, makeRef, START_MS, scopeOf } from "../../../support/refs.ts";
import type { WithIndex } from "./bench.ts";
import { exact, prefix } from "./lookup.ts";

export function commitContract(withIndex: WithIndex): void {
  describe("commit", () => {
    test(
      "a live Ref is not replaced, and the conflict shows it",
      withIndex(async ({ index, other }) => {
        const first = makeRef();
        await index.commit(first);
        const outcome = await other.commit(makeRef({ createdAtMs: START_MS + 1 }));
        expect(outcome).toEqual({ status: "conflict", existing: first });
        expect(await exact(index, first)).toEqual(first);
        expect(await prefix(index, first.key)).toEqual(first);
      }),
    );

    test.each([["of different content"], ["of the very same Ref"]])(
      "exactly one of 20 concurrent commits wins: %s",
      (which) =>
        withIndex(async ({ index, other }) => {
          const same = makeRef();
          const refs = Array.from({ length: 20 }, () => (which.includes("same") ? same : makeRef()));
          const outcomes = await Promise.all(refs.map((ref, n) => (n % 2 === 0 ? index : other).commit(ref)));
          const winners = refs.filter((_, n) => outcomes[n]!.status === "committed");
          expect(winners).toHaveLength(1);
          for (const outcome of outcomes) {
            if (outcome.status === "conflict") expect(outcome.existing).toEqual(winners[0]);
          }
          expect(await exact(index, same)).toEqual(winners[0]);
          expect(await prefix(index, "npm-")).toEqual(winners[0]);
        })(),
    );

    test(
      "`replaces` replaces the Ref that was read, once",
      withIndex(async ({ index, other }) => {
        const first = makeRef({ key: "npm-abc" });
        await index.commit(first);
        const read = await exact(index, first);
        const second = makeRef({ createdAtMs: START_MS + 1 });
        const third = makeRef({ createdAtMs: START_MS + 2 });
        expect(await index.commit(second, { replaces: read })).toEqual({ status: "committed" });
        expect(await other.commit(third, { replaces: read })).toEqual({
          status: "conflict",
          existing: second,
        });
        expect(await exact(other, first)).toEqual(second);
        expect(await prefix(other, "npm-")).toEqual(second);
      }),
    );

    test(
      "exactly one of 20 that replace the same Ref wins",
      withIndex(async ({ index }) => {
        const first = makeRef();
        await index.commit(first);
        const refs = Array.from({ length: 20 }, () => makeRef({ createdAtMs: START_MS + 1 }));
        const outcomes = await Promise.all(refs.map((ref) => index.commit(ref, { replaces: first })));
        expect(outcomes.filter(({ status }) => status === "committed")).toHaveLength(1);
      }),
    );

    test(
      "`replaces` is still the same Ref after a use was counted, and is not needed when the key is free",
      withIndex(async ({ index }) => {
        const first = makeRef();
        expect(await index.commit(first, { replaces: makeRef() })).toEqual({ status: "committed" });
        await index.touch(first, { atMs: START_MS + 1, expiresAtMs: START_MS + 100 * DAY_MS });
        const second = makeRef({ createdAtMs: START_MS + 2 });
        expect(await index.commit(second, { replaces: first })).toEqual({ status: "committed" });
        expect(await exact(index, second)).toEqual(second);
      }),
    );

    test(
      "`replaces` of the same content made at another time, or of other content made at the same time, is a conflict",
      withIndex(async ({ index }) => {
        const first = makeRef();
        await index.commit(first);
        for (const replaces of [
          { ...first, createdAtMs: START_MS + 1 },
          { ...first, contentHash: digestOf("other") },
        ]) {
          expect((await index.commit(makeRef(), { replaces })).status).toBe("conflict");
        }
      }),
    );

    test(
      "expired and invalidated rows are replaced, and the old row is gone from every look-up",
      withIndex(async ({ index, clock }) => {
        const expired = makeRef({ expiresAtMs: START_MS + DAY_MS });
        const doomed = makeRef({ key: "npm-doomed", notAfterMs: START_MS + DAY_MS });
        const invalid = makeRef({ key: "npm-invalid" });
        for (const ref of [expired, doomed, invalid]) await index.commit(ref);
        expect(await index.invalidate(invalid, { atMs: START_MS + 5 })).toBe(true);
        expect(await exact(index, invalid)).toBeUndefined();
        clock.set(START_MS + DAY_MS);
        for (const ref of [expired, doomed, invalid]) {
          const next = makeRef({ key: ref.key, createdAtMs: START_MS + DAY_MS });
          expect(await index.commit(next)).toEqual({ status: "committed" });
          expect(await exact(index, ref)).toEqual(next);
          expect(await prefix(index, ref.key)).toEqual(next);
        }
      }),
    );

    test(
      "replacing by an older Ref leaves no trace of the newer one",
      withIndex(async ({ index }) => {
        const newer = makeRef({ key: "npm-a", createdAtMs: START_MS + 9 });
        const between = makeRef({ key: "npm-b", createdAtMs: START_MS + 5 });
        const older = makeRef({ key: "npm-a", createdAtMs: START_MS + 1 });
        await index.commit(newer);
        await index.commit(between);
        await index.commit(older, { replaces: newer });
        expect(await prefix(index, "npm-")).toEqual(between);
        expect(await prefix(index, "npm-a")).toEqual(older);
      }),
    );

    test(
      "the same key in other scopes and versions is free",
      withIndex(async ({ index }) => {
        await index.commit(makeRef());
        for (const changes of [{ scope: scopeOf("refs/pull/7/merge") }, { version: digestOf("v2") }])
          expect(await index.commit(makeRef(changes))).toEqual({ status: "committed" });
      }),
    );
  });

  describe("touch", () => {
    test(
      "counts a use and moves the end of life on, never past notAfter and never back",
      withIndex(async ({ index }) => {
        const ref = makeRef();
        await index.commit(ref);
        await index.touch(ref, { atMs: START_MS + DAY_MS, expiresAtMs: START_MS + 91 * DAY_MS });
        expect(await exact(index, ref)).toEqual({
          ...ref,
          accessCount: 1,
          lastAccessedAtMs: START_MS + DAY_MS,
          expiresAtMs: START_MS + 91 * DAY_MS,
        });
        const seen = (await prefix(index, ref.key))!;
        await index.touch(seen, { atMs: START_MS + 2 * DAY_MS, expiresAtMs: START_MS + 999 * DAY_MS });
        const last = (await exact(index, ref))!;
        expect(last).toMatchObject({ accessCount: 2, expiresAtMs: ref.notAfterMs });
        await index.touch(last, { atMs: START_MS + 3 * DAY_MS, expiresAtMs: START_MS + 93 * DAY_MS });
        expect(await exact(index, ref)).toMatchObject({ accessCount: 3, expiresAtMs: ref.notAfterMs });
      }),
    );

    test(
      "every one of 10 concurrent uses counts",
      withIndex(async ({ index, other }) => {
        const ref = makeRef();
        await index.commit(ref);
        await Promise.all(
          Array.from({ length: 10 }, (_, n) =>
            (n % 2 ? index : other).touch(ref, { atMs: START_MS + n, expiresAtMs: START_MS + 91 * DAY_MS }),
          ),
        );
        expect((await exact(index, ref))?.accessCount).toBe(10);
      }),
    );

    test(
      "never resurrects a row that was replaced, removed, invalidated or has expired",
      withIndex(async ({ index, clock }) => {
        const use = { atMs: START_MS + 10, expiresAtMs: START_MS + 200 * DAY_MS };
        const replaced = makeRef();
        const next = makeRef({ createdAtMs: START_MS + 1, expiresAtMs: START_MS + DAY_MS });
        await index.commit(replaced);
        await index.commit(next, { replaces: replaced });
        await index.touch(replaced, use);
        expect(await exact(index, next)).toEqual(next);

        const removed = makeRef({ key: "removed" });
        await index.commit(removed);
        await index.remove(removed);
        await index.touch(removed, use);
        expect(await exact(index, removed)).toBeUndefined();

        const invalid = makeRef({ key: "invalid" });
        await index.commit(invalid);
        await index.invalidate(invalid, { atMs: START_MS + 5 });
        await index.touch(invalid, use);
        expect(await exact(index, invalid)).toBeUndefined();

        clock.set(START_MS + DAY_MS);
        await index.touch(next, { ...use, atMs: START_MS + DAY_MS });
        expect(await exact(index, next)).toBeUndefined();
      }),
    );
  });
}
