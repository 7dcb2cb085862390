// Part of the contract of KeyIndex: what withSignatures() promises holds over every driver. Rows are forged through the
// index itself, as someone does who may write to it and has no key.

import { describe, expect, test } from "@jest/globals";
import { type SignedIndex, withSignatures } from "../../../../src/indexes/with-signatures.ts";
import type { Access } from "../../../../src/model/access.ts";
import { AccessDeniedError, StoreUnavailableError } from "../../../../src/model/errors.ts";
import type { Ref } from "../../../../src/model/ref.ts";
import type { RefusedRef } from "../../../../src/model/ref-signature.ts";
import type { MaintainableIndex } from "../../../../src/ports/key-index.ts";
import { keyringOf, newKeys, signedWith } from "../../../support/keys.ts";
import { all, DAY_MS, digestOf, makeRef, START_MS, scopeOf } from "../../../support/refs.ts";
import type { WithIndex } from "./bench.ts";
import { exact, prefix } from "./lookup.ts";

const MAIN = scopeOf();
const PULL = scopeOf("refs/pull/7/merge");
const OTHER_PULL = scopeOf("refs/pull/8/merge");
const main: Access = { reads: [MAIN], writes: MAIN, domain: "trusted", note: undefined };
const pull: Access = { reads: [PULL, MAIN], writes: PULL, domain: "pr", note: undefined };

const keys = newKeys("ed25519");
const signing = keyringOf(keys.signs);
const checking = keyringOf(keys.checks);
const stranger = keyringOf(newKeys("ed25519").signs);

/** A job's view of the index, and what it was told. */
function viewOf(
  inner: MaintainableIndex,
  keyring = signing,
  access: Access = main,
): { readonly view: SignedIndex; readonly refused: RefusedRef[] } {
  const refused: RefusedRef[] = [];
  return { view: withSignatures(inner, { keyring, access, onRefused: (one) => refused.push(one) }), refused };
}

/** What the row under `honest`'s key may be turned into without the key. */
const FORGERIES: readonly (readonly [what: string, forge: (honest: Ref) => Ref, why: RefusedRef["why"]])[] = [
  ["a row without a signature", ({ signature: _, ...ref }) => ref, "unsigned"],
  ["another content", (ref) => ({ ...ref, contentHash: digestOf("poison") }), "altered"],
  ["a later notAfter", (ref) => ({ ...ref, notAfterMs: ref.notAfterMs + DAY_MS }), "altered"],
  ["a later createdAt", (ref) => ({ ...ref, createdAtMs: ref.createdAtMs + 1 }), "altered"],
  ["the signature of another Ref", (ref) => ({ ...makeRef(), signature: ref.signature! }), "altered"],
  ["a stranger's signature", (ref) => signedWith(ref, stranger), "unknown-key"],
  ["a signature cut short", (ref) => ({ ...ref, signature: ref.signature!.slice(0, -2) }), "unreadable"],
];

export function signatureContract(withIndex: WithIndex): void {
  describe("signatures", () => {
    test.each(["hmac-sha256", "ed25519"] as const)("what one job signs another finds: %s", (algorithm) =>
      withIndex(async ({ index, other }) => {
        const { signs, checks } = newKeys(algorithm);
        const ref = makeRef();
        const writer = viewOf(index, keyringOf(signs));
        expect(await writer.view.commit(ref)).toEqual({ status: "committed" });
        const reader = viewOf(other, keyringOf(checks));
        const signed = writer.view.sign(ref);
        expect(await exact(reader.view, ref)).toEqual(signed);
        expect(await prefix(reader.view, "npm-")).toEqual(signed);
        expect(await exact(index, ref)).toEqual(signed);
        expect(reader.refused).toEqual([]);
      })(),
    );

    test.each(FORGERIES)("%s counts as not there, is told once, and hides no older Ref", (_, forge, why) =>
      withIndex(async ({ index }) => {
        const older = signedWith(makeRef({ key: "npm-older", createdAtMs: START_MS - 1 }), signing);
        const forged = forge(signedWith(makeRef(), signing));
        await index.commit(older);
        await index.commit(forged);
        expect(await prefix(index, "npm-")).toEqual(forged);
        const { view, refused } = viewOf(index, checking);
        expect(await exact(view, forged)).toBeUndefined();
        expect(await prefix(view, forged.key)).toBeUndefined();
        expect(await prefix(view, "npm-")).toEqual(older);
        expect(refused).toEqual([expect.objectContaining({ ref: forged, why })]);
        // Told as what it is, it is no near miss of another kind.
        expect(await view.findByKey("acme/api", forged.key, 5)).toEqual([]);
        expect(await index.findByKey("acme/api", forged.key, 5)).toEqual([forged]);
      })(),
    );

    test.each<[string, Partial<Ref>]>([
      ["key", { key: "npm-replayed" }],
      ["branch", { scope: scopeOf("refs/heads/release") }],
      ["repository", { scope: scopeOf("refs/heads/main", "acme/web") }],
      ["version", { version: digestOf("other paths") }],
      ["domain", { domain: "pr" }],
    ])("a whole row replayed under another %s is refused", (_, place) =>
      withIndex(async ({ index }) => {
        const replayed = { ...signedWith(makeRef(), signing), ...place };
        await index.commit(replayed);
        const { view, refused } = viewOf(index, checking);
        expect(await exact(view, replayed)).toBeUndefined();
        expect(refused).toEqual([expect.objectContaining({ ref: replayed, why: "altered" })]);
      })(),
    );

    test(
      "an expired Ref that is made to look alive is refused; one that just expired is a plain miss",
      withIndex(async ({ index, clock }) => {
        const ref = signedWith(makeRef({ notAfterMs: START_MS + DAY_MS }), signing);
        await index.commit(ref);
        clock.set(START_MS + DAY_MS);
        const plain = viewOf(index, checking);
        expect(await exact(plain.view, ref)).toBeUndefined();
        expect(plain.refused).toEqual([]);
        await index.commit({ ...ref, notAfterMs: START_MS + 2 * DAY_MS });
        const revived = viewOf(index, checking);
        expect(await exact(revived.view, ref)).toBeUndefined();
        expect(revived.refused).toHaveLength(1);
      }),
    );

    test(
      "an older Ref of the same key that is put back is taken, until its notAfter: a signature can't tell",
      withIndex(async ({ index, clock }) => {
        const old = signedWith(makeRef({ notAfterMs: START_MS + DAY_MS }), signing);
        await index.commit(old);
        const { view, refused } = viewOf(index);
        const next = makeRef({ createdAtMs: START_MS + 1 });
        await view.commit(next, { replaces: old });
        await index.commit(old, { replaces: next });
        expect(await exact(view, old)).toEqual(old);
        clock.set(old.notAfterMs);
        expect(await exact(view, old)).toBeUndefined();
        expect(refused).toEqual([]);
      }),
    );

    test.each(FORGERIES)("a commit takes the place of %s", (_, forge) =>
      withIndex(async ({ index, other }) => {
        const forged = forge(signedWith(makeRef(), signing));
        await index.commit(forged);
        const { view } = viewOf(index);
        const healed = makeRef({ createdAtMs: START_MS + 5 });
        expect(await view.commit(healed)).toEqual({ status: "committed" });
        expect(await exact(viewOf(other, checking).view, healed)).toEqual(view.sign(healed));
        expect(await prefix(other, "npm-")).toEqual(view.sign(healed));
      })(),
    );

    test(
      "a commit takes the place of no Ref whose signature holds, unless it is the one that was read",
      withIndex(async ({ index }) => {
        const { view, refused } = viewOf(index);
        const first = makeRef();
        await view.commit(first);
        const second = makeRef({ createdAtMs: START_MS + 1 });
        const existing = view.sign(first);
        expect(await view.commit(second)).toEqual({ status: "conflict", existing });
        expect(await view.commit(second, { replaces: existing })).toEqual({ status: "committed" });
        expect(refused).toEqual([]);
      }),
    );

    test(
      "of 10 commits over a forged row exactly one wins",
      withIndex(async ({ index, other }) => {
        await index.commit(makeRef());
        const refs = Array.from({ length: 10 }, (_, n) => makeRef({ createdAtMs: START_MS + 1 + n }));
        const outcomes = await Promise.all(
          refs.map((ref, n) => viewOf(n % 2 === 0 ? index : other).view.commit(ref)),
        );
        const winners = refs.filter((_, n) => outcomes[n]!.status === "committed");
        expect(winners).toHaveLength(1);
        const winner = viewOf(index).view.sign(winners[0]!);
        for (const outcome of outcomes)
          if (outcome.status === "conflict") expect(outcome.existing).toEqual(winner);
        expect(await exact(viewOf(other, checking).view, winner)).toEqual(winner);
      }),
    );

    test(
      "a use is counted without a key, and the signature still holds",
      withIndex(async ({ index }) => {
        const { view } = viewOf(index);
        const ref = makeRef();
        await view.commit(ref);
        const reader = viewOf(index, checking);
        const use = { atMs: START_MS + DAY_MS, expiresAtMs: START_MS + 91 * DAY_MS };
        await reader.view.touch((await exact(reader.view, ref))!, use);
        expect(await exact(reader.view, ref)).toMatchObject({ accessCount: 1, expiresAtMs: use.expiresAtMs });
      }),
    );

    test(
      "who can't sign commits nothing for a branch, and learns it before the work",
      withIndex(async ({ index }) => {
        const { view } = viewOf(index, checking);
        const ref = makeRef();
        const lease = { id: ref, owner: "job", expiresAtMs: START_MS + 1000 };
        await expect(view.acquireLease(lease)).rejects.toBeInstanceOf(AccessDeniedError);
        await expect(view.commit(ref)).rejects.toMatchObject({
          hint: expect.stringContaining("CAIRN_SIGNING_KEY"),
        });
        expect(await exact(index, ref)).toBeUndefined();
        // Nothing is held against a job that can.
        expect(await viewOf(index).view.acquireLease({ ...lease, owner: "another" })).toBeUndefined();
      }),
    );

    test(
      "a pull request takes its own Refs unsigned, in its own scope and domain alone",
      withIndex(async ({ index }) => {
        const { view, refused } = viewOf(index, checking, pull);
        const own = makeRef({ scope: PULL, domain: "pr" });
        expect(await view.acquireLease({ id: own, owner: "pr", expiresAtMs: START_MS + 9 })).toBeUndefined();
        expect(await view.commit(own)).toEqual({ status: "committed" });
        expect(await exact(view, own)).toEqual(own);
        expect(await view.commit(makeRef({ scope: PULL, domain: "pr" }))).toEqual({
          status: "conflict",
          existing: own,
        });
        expect(refused).toEqual([]);

        const planted = [
          makeRef({ domain: "pr" }),
          makeRef({ scope: PULL, key: "npm-trusted" }),
          makeRef({ scope: OTHER_PULL, domain: "pr" }),
        ];
        for (const ref of planted) {
          await index.commit(ref);
          expect(await exact(view, ref)).toBeUndefined();
        }
        expect(refused.map(({ ref }) => ref)).toEqual(planted);
        const readOnly = viewOf(index, checking, { ...pull, writes: undefined });
        expect(await exact(readOnly.view, own)).toEqual(own);
        const branch = viewOf(index, checking, { ...main, reads: [MAIN, PULL] });
        expect(await exact(branch.view, own)).toBeUndefined();
      }),
    );

    test(
      "however many forged rows there are, a bounded number is checked and the look-up ends",
      withIndex(async ({ index }) => {
        const honest = signedWith(makeRef({ key: "npm-honest" }), signing);
        const forged = Array.from({ length: 150 }, (_, n) =>
          makeRef({ key: `npm-${n}`, createdAtMs: START_MS + 1 + n }),
        );
        await index.commit(honest);
        for (let n = 0; n < forged.length; n += 25)
          await Promise.all(forged.slice(n, n + 25).map((ref) => index.commit(ref)));
        const { view, refused } = viewOf(index, checking);
        // A driver that meets the honest one first may return it.
        expect([undefined, honest]).toContainEqual(await prefix(view, "npm-"));
        expect(refused.length).toBeLessThanOrEqual(100);
        expect(await exact(view, honest)).toEqual(honest);
      }),
      60_000,
    );

    test(
      "an index that answers something else than it was asked for is not believed",
      withIndex(async ({ index }) => {
        const ref = signedWith(makeRef(), signing);
        await index.commit(ref);
        const naive = { ...index, lookup: async () => exact(index, ref) };
        const deaf: MaintainableIndex = {
          ...index,
          lookup: async (query) => {
            const found = await naive.lookup();
            return found && query.accept!(found) ? found : undefined;
          },
        };
        const { view } = viewOf(deaf, checking);
        expect(await exact(view, ref)).toEqual(ref);
        for (const other of [{ key: "npm-abcd" }, { scope: PULL }, { version: "v2" }])
          expect(await exact(view, { ...ref, ...other })).toBeUndefined();
        expect(await prefix(view, "pip-")).toBeUndefined();
      }),
    );

    test(
      "all but look-ups and commits is the index's own: what maintenance does to rows with and without a signature",
      withIndex(async ({ index }) => {
        const [signed, unsigned] = [signedWith(makeRef({ key: "a" }), signing), makeRef({ key: "b" })];
        for (const ref of [signed, unsigned]) await index.commit(ref);
        const { view, refused } = viewOf(index, checking);
        expect((await all(view.list({}))).map(({ key }) => key).sort()).toEqual(["a", "b"]);
        for (const ref of [signed, unsigned]) {
          await view.recordUse(ref, { by: PULL, atMs: START_MS });
          const [usage] = await all(view.uses({}));
          expect(usage).toMatchObject({ of: { key: ref.key }, by: PULL, count: 1 });
          expect(await view.takeUsage(usage!)).toBe(true);
          expect(await all(index.uses({}))).toEqual([]);
          expect(await view.invalidate(ref, { atMs: START_MS })).toBe(true);
          expect(await exact(index, ref)).toBeUndefined();
          const [dead] = await all(index.list({ keyPrefix: ref.key }));
          expect(await view.revalidate(dead!)).toBe(true);
          expect(await exact(index, ref)).toEqual(ref);
        }
        expect(await exact(view, signed)).toEqual(signed);
        await view.sweep({ beforeMs: START_MS });
        expect(await view.remove(unsigned)).toBe(true);
        expect(await exact(index, unsigned)).toBeUndefined();
        expect(refused).toEqual([]);
      }),
    );

    test(
      "someone who rewrites the row faster than it heals stops the save, not for ever",
      withIndex(async ({ index }) => {
        await index.commit(makeRef());
        let written = 0;
        const raced: MaintainableIndex = {
          ...index,
          async commit(ref, options) {
            const there = await exact(index, ref);
            await index.commit(makeRef({ createdAtMs: START_MS + ++written }), { replaces: there });
            return index.commit(ref, options);
          },
        };
        await expect(viewOf(raced).view.commit(makeRef())).rejects.toBeInstanceOf(StoreUnavailableError);
        expect(written).toBe(3);
      }),
    );
  });
}
