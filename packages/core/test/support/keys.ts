// Keys for tests: fixed ones whose signatures can be compared, and new ones as a user makes them.

import { generateKeyPairSync, randomBytes } from "node:crypto";
import { type Keyring, readKeyring } from "../../src/lib/keyring.ts";
import type { Ref } from "../../src/model/ref.ts";
import { signRef } from "../../src/model/ref-signature.ts";

/** The secret of docs/format.md: the bytes 0 to 31. */
export const HMAC_KEY: string = `hmac-sha256:${Buffer.from(Array.from({ length: 32 }, (_, n) => n)).toString("hex")}`;
/** RFC 8032, 7.1, test 1: the seed 9d61b19d… in PKCS #8, and its public key. */
export const ED25519_PRIVATE = "ed25519:MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g";
export const ED25519_PUBLIC = "ed25519:MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

/** Both variables of a job that signs, for each algorithm, with keys of their own. */
export function newKeys(algorithm: "hmac-sha256" | "ed25519"): {
  readonly signs: Readonly<Record<string, string>>;
  readonly checks: Readonly<Record<string, string>>;
} {
  if (algorithm === "hmac-sha256") {
    const secret = `hmac-sha256:${randomBytes(32).toString("hex")}`;
    return { signs: { CAIRN_SIGNING_KEY: secret }, checks: { CAIRN_VERIFY_KEY: secret } };
  }
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    signs: { CAIRN_SIGNING_KEY: privateKey.export({ type: "pkcs8", format: "pem" }).toString() },
    checks: { CAIRN_VERIFY_KEY: publicKey.export({ type: "spki", format: "pem" }).toString() },
  };
}

export function keyringOf(env: Readonly<Record<string, string>>): Keyring {
  return readKeyring(env)!;
}

export function signedWith(ref: Ref, { signer }: Keyring): Ref {
  return { ...ref, signature: signRef(ref, signer!) };
}
