// Which texts are keys, how keys are named, and what a wrong one says: never any of the text itself.

import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { SettingsError } from "../../../src/model/errors.ts";
import { parseSigningKey, parseVerifyKey, splitKeys } from "../../../src/model/signing-key.ts";
import { ED25519_PRIVATE, ED25519_PUBLIC, HMAC_KEY } from "../../support/keys.ts";

const signing = (text: string) => parseSigningKey(text, "CAIRN_SIGNING_KEY", "CAIRN_SIGNING_KEY");
const verifying = (text: string) => parseVerifyKey(text, "CAIRN_VERIFY_KEY", "key 2 of CAIRN_VERIFY_KEY");

function failure(run: () => unknown): SettingsError {
  try {
    run();
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

function openssl(args: string, input = ""): string {
  return execFileSync("sh", ["-c", `openssl ${args}`], { input, encoding: "utf8" });
}

describe("keys as openssl makes them", () => {
  const pem = openssl("genpkey -algorithm ed25519");
  const publicPem = openssl("pkey -pubout", pem);
  const line = `ed25519:${openssl("pkey -pubout -outform DER | openssl base64 -A", pem)}`;
  const id = openssl("pkey -pubin -outform DER | openssl dgst -sha256 -r", publicPem).slice(0, 16);

  test("Ed25519 in PEM and on one line, private and public, have one id", () => {
    const signer = signing(pem);
    expect(signer).toMatchObject({ id, algorithm: "ed25519" });
    expect(signer.verifyKey.key.type).toBe("public");
    for (const text of [publicPem, line, publicPem.replaceAll("\n", " "), publicPem.replaceAll("\n", "\r\n")])
      expect(verifying(text)).toMatchObject({ id, algorithm: "ed25519" });
  });

  test("a secret of hex digits checks what it signs", () => {
    const text = `hmac-sha256:${openssl("rand -hex 32").trim()}`;
    const signer = signing(text);
    expect(signer.verifyKey.key.type).toBe("secret");
    expect(verifying(text).id).toBe(signer.id);
    expect(signing(text.toUpperCase().replace("HMAC-SHA256", "hmac-sha256")).id).toBe(signer.id);
  });

  test("the ids of the keys of docs/format.md", () => {
    expect(signing(HMAC_KEY).id).toBe(
      openssl(
        `dgst -sha256 -mac HMAC -macopt hexkey:${HMAC_KEY.slice("hmac-sha256:".length)} -r`,
        "cairn-key-id",
      ).slice(0, 16),
    );
    expect(signing(ED25519_PRIVATE).id).toBe(verifying(ED25519_PUBLIC).id);
  });
});

test("several keys stand between commas, spaces and line breaks, PEM blocks among them", () => {
  const pem = `-----BEGIN PUBLIC KEY-----\n${ED25519_PUBLIC.slice("ed25519:".length)}\n-----END PUBLIC KEY-----`;
  expect(splitKeys(` ${HMAC_KEY},${ED25519_PUBLIC}\n\t${pem}\n${pem},file:///k `).sort()).toEqual(
    [HMAC_KEY, ED25519_PUBLIC, pem, pem, "file:///k"].sort(),
  );
  expect(splitKeys(" ,\n")).toEqual([]);
});

describe("what is wrong is told without the text", () => {
  const hex = "0badc0de".repeat(8);
  const der = Buffer.from(ED25519_PRIVATE.slice("ed25519:".length), "base64");
  const asPem = (label: string, base64: string) =>
    `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----`;
  const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const x25519 = generateKeyPairSync("x25519");
  const locked = generateKeyPairSync("ed25519").privateKey.export({
    type: "pkcs8",
    format: "pem",
    cipher: "aes-256-cbc",
    passphrase: "secret",
  });

  test.each<[string, string, RegExp, RegExp]>([
    ["words", "correct horse", /is not a key that Cairn reads/, /hmac-sha256: and hex/],
    ["hex without its prefix", hex, /is not a key that Cairn reads/, /docs\/guides\/signing\.md/],
    ["another prefix", `hmac-sha512:${hex}`, /is not a key that Cairn reads/, /hmac-sha256/],
    [
      "a secret in base64",
      `hmac-sha256:${der.toString("base64")}`,
      /not written in hex/,
      /openssl rand -hex 32/,
    ],
    ["half a digit", `hmac-sha256:${hex.slice(1)}`, /not written in hex/, /openssl rand/],
    ["no secret", "hmac-sha256:", /has 0 bytes/, /openssl rand/],
    [
      "a short secret",
      `hmac-sha256:${hex.slice(2)}`,
      /has 31 bytes, and a secret needs at least 32/,
      /openssl rand/,
    ],
    ["no Ed25519 key", "ed25519:", /cut off or damaged/, /signing\.md/],
    ["a cut Ed25519 key", ED25519_PRIVATE.slice(0, -8), /cut off or damaged/, /signing\.md/],
    ["a hole in it", ED25519_PRIVATE.replace("BCIE", "BC.IE"), /cut off or damaged/, /signing\.md/],
    [
      "base64url",
      "ed25519:MCowBQYDK2VwAyEA11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
      /cut off/,
      /signing/,
    ],
    ["hex in place of base64", `ed25519:${der.toString("hex")}`, /cut off or damaged/, /signing\.md/],
    ["the bare seed", `ed25519:${der.subarray(-32).toString("base64")}`, /cut off or damaged/, /signing\.md/],
    ["PEM without its end", `-----BEGIN PRIVATE KEY-----\n${der.toString("base64")}`, /cut off/, /END line/],
    [
      "PEM with written line breaks",
      asPem("PRIVATE KEY", `${der.toString("base64")}\\n`),
      /damaged/,
      /put real ones/,
    ],
    ["PEM of nothing", asPem("PRIVATE KEY", ""), /cut off or damaged/, /signing\.md/],
    ["a passphrase", locked.toString(), /protected by a passphrase/, /openssl pkey -in FILE -out/],
    [
      "OpenSSH's form",
      asPem("OPENSSH PRIVATE KEY", "b3Bl"),
      /"OPENSSH PRIVATE KEY"/,
      /genpkey -algorithm ed25519/,
    ],
    ["a certificate", asPem("CERTIFICATE", "MIIB"), /"CERTIFICATE"/, /genpkey -algorithm ed25519/],
    [
      "RSA",
      rsa.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      /is a key for rsa/,
      /ed25519/,
    ],
    [
      "X25519",
      x25519.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      /key for x25519/,
      /ed25519/,
    ],
  ])("%s", (_, text, message, hint) => {
    for (const run of [() => signing(splitKeys(text)[0]!), () => verifying(splitKeys(text)[0]!)]) {
      const error = failure(run);
      expect(error.message).toMatch(message);
      expect(error.hint).toMatch(hint);
      expect(error.message).toMatch(/^(CAIRN_SIGNING_KEY|key 2 of CAIRN_VERIFY_KEY) /);
      expect(error.cause).toBeUndefined();
      const shown = `${error.message} ${error.hint} ${error.stack}`;
      for (const word of text.replace(/-----[A-Z0-9 ]+-----/g, " ").split(/[\s:,]+/))
        if (word.length >= 8 && !/^hmac-sha/.test(word)) expect(shown).not.toContain(word);
    }
  });

  test("a public key to sign with", () => {
    const error = failure(() => signing(ED25519_PUBLIC));
    expect(error.message).toBe("CAIRN_SIGNING_KEY is a public key, which can't sign");
    expect(error.hint).toContain("CAIRN_VERIFY_KEY");
  });

  test("a private key to check with, which everybody who checks would then have", () => {
    const error = failure(() => verifying(ED25519_PRIVATE));
    expect(error.message).toMatch(/^key 2 of CAIRN_VERIFY_KEY is a private key/);
    expect(error.hint).toContain("openssl pkey -in FILE -pubout");
  });
});
