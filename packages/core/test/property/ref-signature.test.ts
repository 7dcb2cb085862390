// Whatever single bit of a signed row is turned over, the signature no longer holds.

import { expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Digest } from "../../src/model/digest.ts";
import type { Ref } from "../../src/model/ref.ts";
import { checkSignature, signedBytes } from "../../src/model/ref-signature.ts";
import { digests } from "../support/arbitraries.ts";
import { keyringOf, newKeys, signedWith } from "../support/keys.ts";
import { check } from "../support/properties.ts";
import { makeRef } from "../support/refs.ts";

const texts = fc.string({ unit: "binary", maxLength: 20 }).filter((text) => text.isWellFormed());
const times = fc.maxSafeNat();

const refs: fc.Arbitrary<Ref> = fc
  .record({
    scope: fc.record({ repository: texts, ref: texts }),
    version: texts,
    key: texts,
    domain: fc.constantFrom("trusted" as const, "pr" as const),
    contentHash: digests,
    createdAtMs: times,
    notAfterMs: times,
  })
  .map(makeRef);

/** One bit of a UTF-16 text. */
function flipText(text: string, bit: number): string {
  const at = Math.floor(bit / 16) % text.length;
  const unit = text.charCodeAt(at) ^ (1 << (bit % 16));
  return text.slice(0, at) + String.fromCharCode(unit) + text.slice(at + 1);
}

/** One of 53 bits: those of a whole number. */
function flipTime(time: number, bit: number): number {
  return Number(BigInt(time) ^ (1n << BigInt(bit % 53)));
}

const FLIPS: Readonly<Record<string, (ref: Ref, bit: number) => Ref>> = {
  repository: (ref, bit) => ({
    ...ref,
    scope: { ...ref.scope, repository: flipText(ref.scope.repository, bit) },
  }),
  ref: (ref, bit) => ({ ...ref, scope: { ...ref.scope, ref: flipText(ref.scope.ref, bit) } }),
  version: (ref, bit) => ({ ...ref, version: flipText(ref.version, bit) }),
  key: (ref, bit) => ({ ...ref, key: flipText(ref.key, bit) }),
  domain: (ref) => ({ ...ref, domain: ref.domain === "pr" ? "trusted" : "pr" }),
  contentHash: (ref, bit) => ({ ...ref, contentHash: flipText(ref.contentHash, bit) as Digest }),
  createdAtMs: (ref, bit) => ({ ...ref, createdAtMs: flipTime(ref.createdAtMs, bit) }),
  notAfterMs: (ref, bit) => ({ ...ref, notAfterMs: flipTime(ref.notAfterMs, bit) }),
  signature: (ref, bit) => ({ ...ref, signature: flipText(ref.signature!, bit) }),
};

const EMPTY: Readonly<Record<string, (ref: Ref) => boolean>> = {
  repository: (ref) => ref.scope.repository === "",
  ref: (ref) => ref.scope.ref === "",
  version: (ref) => ref.version === "",
  key: (ref) => ref.key === "",
};

for (const algorithm of ["hmac-sha256", "ed25519"] as const) {
  const keyring = keyringOf(newKeys(algorithm).signs);

  test.each(Object.keys(FLIPS))(`${algorithm}: any bit of %s`, (field) => {
    check(
      fc.property(refs, fc.nat(), (ref, bit) => {
        fc.pre(!EMPTY[field]?.(ref));
        const signed = signedWith(ref, keyring);
        expect(checkSignature(signed, keyring.verifiers).status).toBe("valid");
        expect(checkSignature(FLIPS[field]!(signed, bit), keyring.verifiers).status).not.toBe("valid");
      }),
      300,
    );
  });

  test(`${algorithm}: every bit of a signature`, () => {
    const signed = signedWith(makeRef(), keyring);
    for (let bit = 0; bit < signed.signature!.length * 16; bit++)
      expect(checkSignature(FLIPS["signature"]!(signed, bit), keyring.verifiers).status).not.toBe("valid");
  });
}

test("no two Refs share the bytes that are signed", () => {
  check(
    fc.property(refs, refs, (a, b) => {
      const signedPart = ({ scope, version, key, domain, contentHash, createdAtMs, notAfterMs }: Ref) =>
        JSON.stringify([
          scope.repository,
          scope.ref,
          version,
          key,
          domain,
          contentHash,
          createdAtMs,
          notAfterMs,
        ]);
      expect(signedBytes(a)!.equals(signedBytes(b)!)).toBe(signedPart(a) === signedPart(b));
    }),
    500,
  );
});

test("what one text loses to its neighbour is another Ref", () => {
  check(
    fc.property(refs, fc.nat(), (ref, cut) => {
      const joined = ref.scope.repository + ref.scope.ref;
      const at = cut % (joined.length + 1);
      fc.pre(at !== ref.scope.repository.length);
      const [repository, rest] = [joined.slice(0, at), joined.slice(at)];
      fc.pre(repository.isWellFormed() && rest.isWellFormed());
      const moved = { ...ref, scope: { repository, ref: rest } };
      expect(signedBytes(moved)!.equals(signedBytes(ref)!)).toBe(false);
    }),
    300,
  );
});
