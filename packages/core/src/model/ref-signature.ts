// The signature of a Ref: which bytes are signed, and whether a signature holds. Pure. docs/format.md has the bytes and
// a test vector. Not signed is what changes later (counters, expiresAt, invalidatedAt) and what only describes.

import { createHmac, sign, timingSafeEqual, verify } from "node:crypto";
import { createByteWriter } from "./bytes.ts";
import { isDigest } from "./digest.ts";
import { InputError } from "./errors.ts";
import type { Domain, Ref } from "./ref.ts";
import type { SignatureAlgorithm, SigningKey, VerifyKey } from "./signing-key.ts";

/** Raised when other bytes are signed. */
export const SIGNATURE_VERSION = 1;
const MAGIC = "CAIRNREF";
const DOMAIN_CODES: Readonly<Record<Domain, number>> = { trusted: 0, pr: 1 };

/** `v1:<algorithm>:<key id>:<hex>`: one way to write each signature, so that none can be written anew. */
const SIGNATURE = /^v1:(hmac-sha256|ed25519):([0-9a-f]{16}):([0-9a-f]+)$/;
const HEX_DIGITS: Readonly<Record<SignatureAlgorithm, number>> = { "hmac-sha256": 64, ed25519: 128 };

export type SignatureCheck =
  | { readonly status: "valid"; readonly keyId: string }
  | { readonly status: "unsigned" }
  /** Not written as a signature of this version is. */
  | { readonly status: "unreadable" }
  /** Of a key that is not among those given. */
  | { readonly status: "unknown-key"; readonly keyId: string }
  /** The Ref is not the one that was signed. */
  | { readonly status: "altered"; readonly keyId: string };

/** What a person is told of a Ref: the check, or that nothing is checked here. */
export type SignatureState = SignatureCheck | { readonly status: "unchecked"; readonly keyId: string };

/** A live Ref that a look-up met and did not use, since its signature does not hold. It counts as not there. */
export interface RefusedRef {
  readonly ref: Ref;
  readonly why: Exclude<SignatureCheck["status"], "valid">;
  /** For a person: one line without a full stop. */
  readonly message: string;
  readonly hint: string;
}

/** @throws InputError when a name of the Ref is no Unicode text. */
export function signRef(ref: Ref, { algorithm, id, key }: SigningKey): string {
  const bytes = signedBytes(ref);
  if (!bytes) {
    throw new InputError(`a Ref with the key ${JSON.stringify(ref.key)} can't be signed`, {
      hint: "use a key, a branch and a repository that are Unicode text",
    });
  }
  const made =
    algorithm === "ed25519" ? sign(null, bytes, key) : createHmac("sha256", key).update(bytes).digest();
  return `v${SIGNATURE_VERSION}:${algorithm}:${id}:${made.toString("hex")}`;
}

/** @param keys by their ids. */
export function checkSignature(ref: Ref, keys: ReadonlyMap<string, VerifyKey>): SignatureCheck {
  if (ref.signature === undefined || ref.signature === "") return { status: "unsigned" };
  const parsed = parseSignature(ref.signature);
  if (!parsed) return { status: "unreadable" };
  const { keyId, algorithm, given } = parsed;
  const verifyKey = keys.get(keyId);
  if (!verifyKey) return { status: "unknown-key", keyId };
  const bytes = signedBytes(ref);
  // The key says which algorithm it is for; the signature only repeats it.
  const holds =
    bytes !== undefined && verifyKey.algorithm === algorithm && isSignature(bytes, given, verifyKey);
  return holds ? { status: "valid", keyId } : { status: "altered", keyId };
}

/** What follows "this save …" in a sentence for a person. */
export function describeSignature(state: SignatureState): string {
  switch (state.status) {
    case "valid":
      return `is signed by the key ${state.keyId}`;
    case "unchecked":
      return `says it is signed by the key ${state.keyId}, which was not checked`;
    case "unsigned":
      return "is not signed";
    case "unreadable":
      return "has a signature that this Cairn can't read";
    case "unknown-key":
      return `is signed by the key ${state.keyId}, which this job does not trust`;
    case "altered":
      return `is not what the key ${state.keyId} signed: it was changed, or copied from another key, branch or repository`;
  }
}

export function refuse(ref: Ref, check: Exclude<SignatureCheck, { status: "valid" }>): RefusedRef {
  // Whoever wrote the row chose its key: quoted, it stays on its line.
  const message = `${JSON.stringify(ref.key)} of ${ref.scope.ref} ${describeSignature(check)}`;
  return { ref, why: check.status, message, hint: HINTS[check.status] };
}

const HINTS: Readonly<Record<RefusedRef["why"], string>> = {
  unsigned:
    "a job without CAIRN_SIGNING_KEY saved it, or someone put it there; the next signed save of this key replaces it",
  unreadable: "update Cairn here, or find out who wrote it; the next signed save of this key replaces it",
  "unknown-key":
    "after a change of keys, keep the old one's public half in CAIRN_VERIFY_KEY; else find out who has that key",
  altered: "find out who can write to the index; the next signed save of this key replaces it",
};

/** Which key a signature says it is of. @returns undefined for what can't be read. */
export function signatureKeyId(signature: string | undefined): string | undefined {
  return signature === undefined ? undefined : parseSignature(signature)?.keyId;
}

/**
 * Every text has its length in front, so that no two Refs share their bytes.
 * @returns undefined for what is no whole Ref, as a foreign row may be: a text with half a surrogate pair would be
 *   written as another one, and a time is a whole number of milliseconds since 1970.
 */
export function signedBytes(ref: Ref): Buffer | undefined {
  const texts = [ref.scope.repository, ref.scope.ref, ref.version, ref.key];
  const times = [ref.createdAtMs, ref.notAfterMs];
  if (!texts.every((text) => text.isWellFormed())) return undefined;
  if (!Object.hasOwn(DOMAIN_CODES, ref.domain) || !isDigest(ref.contentHash)) return undefined;
  if (!times.every((time) => Number.isSafeInteger(time) && time >= 0)) return undefined;
  const writer = createByteWriter(512);
  writer.bytes(Buffer.from(MAGIC));
  writer.byte(SIGNATURE_VERSION);
  for (const text of texts) writer.text(text);
  writer.byte(DOMAIN_CODES[ref.domain]);
  writer.digest(ref.contentHash);
  for (const time of times) writer.varint(time);
  return writer.finish();
}

function parseSignature(text: string) {
  const [, algorithm, keyId, hex] = SIGNATURE.exec(text) ?? [];
  if (hex === undefined || hex.length !== HEX_DIGITS[algorithm as SignatureAlgorithm]) return undefined;
  return { algorithm: algorithm as SignatureAlgorithm, keyId: keyId!, given: Buffer.from(hex, "hex") };
}

function isSignature(bytes: Buffer, given: Buffer, { algorithm, key }: VerifyKey): boolean {
  if (algorithm === "ed25519") return verify(null, bytes, key, given);
  return timingSafeEqual(createHmac("sha256", key).update(bytes).digest(), given);
}
