// What a signature covers: each field that says what is restored, and none that changes later.

import { describe, expect, test } from "@jest/globals";
import { InputError } from "../../../src/model/errors.ts";
import type { Domain, Ref } from "../../../src/model/ref.ts";
import {
  checkSignature,
  describeSignature,
  refuse,
  signatureKeyId,
  signedBytes,
  signRef,
} from "../../../src/model/ref-signature.ts";
import { ED25519_PRIVATE, HMAC_KEY, keyringOf, newKeys, signedWith } from "../../support/keys.ts";
import { digestOf, makeRef, scopeOf } from "../../support/refs.ts";

const REF = makeRef({ key: "npm-ü", toolchain: "node-24", lockfileHash: digestOf("lock") });

describe.each(["hmac-sha256", "ed25519"] as const)("%s", (algorithm) => {
  const keyring = keyringOf(newKeys(algorithm).signs);
  const { signer, verifiers } = keyring;
  const signed = signedWith(REF, keyring);
  const statusOf = (ref: Ref) => checkSignature(ref, verifiers).status;

  test("a Ref as it was signed", () => {
    expect(checkSignature(signed, verifiers)).toEqual({ status: "valid", keyId: signer!.id });
    expect(signed.signature).toMatch(/^v1:(hmac-sha256|ed25519):[0-9a-f]{16}:([0-9a-f]{64}|[0-9a-f]{128})$/);
    expect(signatureKeyId(signed.signature)).toBe(signer!.id);
    // The same each time: two writers of one Ref write the same row.
    expect(signRef(REF, signer!)).toBe(signed.signature);
  });

  test.each<[string, Partial<Ref>]>([
    ["repository", { scope: scopeOf(REF.scope.ref, "acme/apis") }],
    ["ref", { scope: scopeOf("refs/heads/main2") }],
    ["repository and ref, joined the same", { scope: { repository: "acme/apir", ref: "efs/heads/main" } }],
    ["version", { version: digestOf("other paths") }],
    ["key", { key: "npm-u\u0308" }],
    ["version and key, joined the same", { version: `${REF.version}n`, key: "pm-ü" }],
    ["domain", { domain: "pr" }],
    ["contentHash", { contentHash: digestOf("poison") }],
    ["createdAt", { createdAtMs: REF.createdAtMs + 1 }],
    ["notAfter", { notAfterMs: REF.notAfterMs + 1 }],
  ])("an altered %s", (_, changes) => {
    expect(checkSignature({ ...signed, ...changes }, verifiers)).toEqual({
      status: "altered",
      keyId: signer!.id,
    });
  });

  test("counters, the end of unused life, sizes and descriptions are not signed", () => {
    const used: Ref = {
      ...signed,
      accessCount: 7,
      lastAccessedAtMs: REF.lastAccessedAtMs + 5,
      expiresAtMs: REF.expiresAtMs + 5,
      invalidatedAtMs: 1,
      treeBytes: 0,
      storedBytes: 0,
      entryCount: 0,
      toolchain: "other",
      lockfileHash: "other",
    };
    expect(statusOf(used)).toBe("valid");
  });

  test.each<[string, (text: string) => string | undefined, string]>([
    ["none", () => undefined, "unsigned"],
    ["an empty one", () => "", "unsigned"],
    ["of a later version", (text) => text.replace("v1", "v2"), "unreadable"],
    ["upper-case digits", (text) => text.toUpperCase().replace("V1", "v1"), "unreadable"],
    ["cut by a digit", (text) => text.slice(0, -1), "unreadable"],
    ["cut by a byte", (text) => text.slice(0, -2), "unreadable"],
    ["a digit more", (text) => `${text}0`, "unreadable"],
    ["a line break behind it", (text) => `${text}\n`, "unreadable"],
    ["something in front", (text) => ` ${text}`, "unreadable"],
    ["the digits alone", (text) => text.split(":").at(-1)!, "unreadable"],
    ["of another key", (text) => text.replace(signer!.id, "0".repeat(16)), "unknown-key"],
    ["all zeros", (text) => text.replace(/[0-9a-f]+$/, (hex) => "0".repeat(hex.length)), "altered"],
  ])("a signature that is wrong: %s", (_, change, status) => {
    const signature = change(signed.signature!);
    const { signature: __, ...bare } = signed;
    expect(statusOf(signature === undefined ? bare : { ...bare, signature })).toBe(status);
  });

  test("what is no whole Ref fits no signature", () => {
    for (const changes of [
      { createdAtMs: REF.createdAtMs + 0.5 },
      { createdAtMs: -1 },
      { notAfterMs: 2 ** 53 },
      { notAfterMs: Number.NaN },
      { key: "npm-\ud800" },
      { domain: "toString" as Domain },
      { contentHash: "" as Ref["contentHash"] },
    ]) {
      expect(signedBytes({ ...REF, ...changes })).toBeUndefined();
      expect(statusOf({ ...signed, ...changes })).toBe("altered");
    }
    expect(() => signRef({ ...REF, key: "npm-\ud800" }, signer!)).toThrow(InputError);
  });

  test("a signature of the other algorithm under this key's id", () => {
    const other = keyringOf(newKeys(algorithm === "ed25519" ? "hmac-sha256" : "ed25519").signs).signer!;
    const signature = signRef(REF, { ...other, id: signer!.id });
    expect(statusOf({ ...REF, signature })).toBe("altered");
  });
});

test("a public key is no secret: a signature made with its bytes does not hold", () => {
  const { signer, verifiers } = keyringOf({ CAIRN_SIGNING_KEY: ED25519_PRIVATE });
  const der = signer!.verifyKey.key.export({ type: "spki", format: "der" }).toString("hex");
  const forger = keyringOf({ CAIRN_SIGNING_KEY: `hmac-sha256:${der}` }).signer!;
  const signature = signRef(REF, { ...forger, id: signer!.id });
  expect(checkSignature({ ...REF, signature }, verifiers).status).toBe("altered");
});

test("of several keys each checks its own", () => {
  const [old, now] = [newKeys("ed25519"), newKeys("ed25519")];
  const both = keyringOf({
    CAIRN_VERIFY_KEY: Object.values({ ...old.checks }) + Object.values(now.checks).join(),
  });
  expect(both.verifiers.size).toBe(2);
  for (const keys of [old, now]) {
    const signed = signedWith(REF, keyringOf(keys.signs));
    expect(checkSignature(signed, both.verifiers).status).toBe("valid");
    const other = keys === old ? now : old;
    expect(checkSignature(signed, keyringOf(other.checks).verifiers).status).toBe("unknown-key");
  }
});

test("what a person is told stays on its line, and says what to do", () => {
  const { signer, verifiers } = keyringOf({ CAIRN_SIGNING_KEY: HMAC_KEY });
  const ref = makeRef({ key: "a\n::error::b" });
  const check = checkSignature({ ...ref, signature: signRef(REF, signer!) }, verifiers);
  if (check.status === "valid") throw new Error("it holds");
  const refused = refuse(ref, check);
  expect(refused.message).toBe(
    `"a\\n::error::b" of refs/heads/main is not what the key ${signer!.id} signed: it was changed, or copied from another key, branch or repository`,
  );
  expect(refused.hint).toMatch(/^find out who can write to the index/);
  expect(describeSignature({ status: "unchecked", keyId: "0123" })).toMatch(/0123, which was not checked/);
});
