// The keys that sign Refs and the keys that check them, from their text: HMAC-SHA-256 with a shared secret, or Ed25519
// as openssl writes it. What is wrong with a text is told without any of it: a message must not hold key material.

import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type KeyObject,
} from "node:crypto";
import { SettingsError } from "./errors.ts";

export type SignatureAlgorithm = "hmac-sha256" | "ed25519";

/** Checks signatures. */
export interface VerifyKey {
  /** 16 lower-case hex digits that name the key in public; see {@link secretKeyId} and {@link publicKeyId}. */
  readonly id: string;
  readonly algorithm: SignatureAlgorithm;
  /** Secret for HMAC, public for Ed25519. */
  readonly key: KeyObject;
}

/** Makes signatures. */
export interface SigningKey {
  readonly id: string;
  readonly algorithm: SignatureAlgorithm;
  /** Secret for HMAC, private for Ed25519. */
  readonly key: KeyObject;
  /** What checks them. */
  readonly verifyKey: VerifyKey;
}

/** As long as what HMAC-SHA-256 makes: a shorter secret is the weakest part (RFC 2104, 3). */
const SECRET_MIN_BYTES = 32;
const ID_DIGITS = 16;

const HMAC_PREFIX = "hmac-sha256:";
const ED25519_PREFIX = "ed25519:";
const PEM = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g;
const FORMS =
  "write hmac-sha256: and hex digits, ed25519: and base64, or the PEM text that openssl makes; docs/guides/signing.md has the commands";

/** PEM blocks, and what stands between commas and white space. Keeps nothing of the order between the two. */
export function splitKeys(text: string): string[] {
  const blocks = text.match(PEM) ?? [];
  const others = text.replace(PEM, " ").split(/[\s,]+/);
  return [...blocks, ...others].filter((part) => part !== "");
}

/**
 * The key to sign with.
 * @param text one part of {@link splitKeys}.
 * @param where names it in messages: `CAIRN_SIGNING_KEY`.
 * @throws SettingsError
 */
export function parseSigningKey(text: string, setting: string, where: string): SigningKey {
  const { algorithm, key } = parseKey(text, setting, where);
  if (key.type === "public") {
    throw new SettingsError(setting, `${where} is a public key, which can't sign`, {
      hint: "put the private key here, and its public half into CAIRN_VERIFY_KEY",
    });
  }
  const verifyKey = toVerifyKey(algorithm, key.type === "private" ? createPublicKey(key) : key);
  return { id: verifyKey.id, algorithm, key, verifyKey };
}

/** A key to check with; otherwise as {@link parseSigningKey}. @throws SettingsError */
export function parseVerifyKey(text: string, setting: string, where: string): VerifyKey {
  const { algorithm, key } = parseKey(text, setting, where);
  if (key.type === "private") {
    throw new SettingsError(setting, `${where} is a private key: whoever checks with it could sign, too`, {
      hint: "put its public half here: openssl pkey -in FILE -pubout",
    });
  }
  return toVerifyKey(algorithm, key);
}

function toVerifyKey(algorithm: SignatureAlgorithm, key: KeyObject): VerifyKey {
  return { id: algorithm === "ed25519" ? publicKeyId(key) : secretKeyId(key), algorithm, key };
}

/** The first digits of the SHA-256 of the public key's DER (SubjectPublicKeyInfo). */
function publicKeyId(key: KeyObject): string {
  const der = key.export({ type: "spki", format: "der" });
  return createHash("sha256").update(der).digest("hex").slice(0, ID_DIGITS);
}

/** The first digits of an HMAC of a fixed text under the secret: says nothing of the secret itself. */
function secretKeyId(key: KeyObject): string {
  return createHmac("sha256", key).update("cairn-key-id").digest("hex").slice(0, ID_DIGITS);
}

interface ParsedKey {
  readonly algorithm: SignatureAlgorithm;
  readonly key: KeyObject;
}

function parseKey(text: string, setting: string, where: string): ParsedKey {
  const fail = (what: string, hint: string): never => {
    throw new SettingsError(setting, `${where} ${what}`, { hint });
  };
  if (text.startsWith(HMAC_PREFIX)) {
    const digits = text.slice(HMAC_PREFIX.length);
    const hint = `make one with: echo "${HMAC_PREFIX}$(openssl rand -hex ${SECRET_MIN_BYTES})"`;
    if (!/^([0-9A-Fa-f]{2})*$/.test(digits)) fail("is not written in hex digits", hint);
    const secret = Buffer.from(digits, "hex");
    if (secret.length < SECRET_MIN_BYTES) {
      fail(`has ${secret.length} bytes, and a secret needs at least ${SECRET_MIN_BYTES}`, hint);
    }
    return { algorithm: "hmac-sha256", key: createSecretKey(secret) };
  }
  const [block, label, body] = new RegExp(PEM.source).exec(text) ?? [];
  if (block !== undefined && !/^(PRIVATE|PUBLIC) KEY$/.test(label!)) {
    fail(...whyNotPem(label!));
  }
  if (block === undefined && text.includes("-----")) {
    fail("is a PEM text that is cut off", "give all of it, from its BEGIN line to its END line");
  }
  if (block === undefined && !text.startsWith(ED25519_PREFIX)) fail("is not a key that Cairn reads", FORMS);
  const base64 = block === undefined ? text.slice(ED25519_PREFIX.length) : body!.replace(/\s/g, "");
  const key = readDer(base64);
  if (!key) {
    return fail(
      "is cut off or damaged",
      base64.includes("\\n") ? "its line breaks are written as \\n: put real ones, or spaces" : FORMS,
    );
  }
  if (key.asymmetricKeyType !== "ed25519") {
    fail(
      `is a key for ${key.asymmetricKeyType}, not for Ed25519`,
      "make one with: openssl genpkey -algorithm ed25519",
    );
  }
  return { algorithm: "ed25519", key };
}

function whyNotPem(label: string): [what: string, hint: string] {
  if (label.startsWith("ENCRYPTED")) {
    return [
      "is protected by a passphrase, which nobody can type in CI",
      "take it off: openssl pkey -in FILE -out FILE2",
    ];
  }
  return [`is in the form ${JSON.stringify(label)}`, "make a key with: openssl genpkey -algorithm ed25519"];
}

/** A private key in PKCS #8, or a public one as SubjectPublicKeyInfo. @returns undefined for anything else. */
function readDer(base64: string): KeyObject | undefined {
  const der = Buffer.from(base64, "base64");
  // Node's decoder skips what is no base64: a text with a hole must not become another key.
  if (der.length === 0 || der.toString("base64") !== base64) return undefined;
  for (const read of [
    () => createPrivateKey({ key: der, format: "der", type: "pkcs8" }),
    () => createPublicKey({ key: der, format: "der", type: "spki" }),
  ]) {
    try {
      return read();
    } catch {
      // Of the other kind, or none.
    }
  }
  return undefined;
}
