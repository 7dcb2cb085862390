// The signature of a row, checked with a key of each kind, beside the row as it was signed: no other text may pass.

import { createPrivateKey, createPublicKey } from "node:crypto";
import { checkSignature, signRef } from "../../../src/model/ref-signature.ts";
import { parseSigningKey } from "../../../src/model/signing-key.ts";
import { REF } from "../samples.ts";
import { bytesOf, type FuzzTarget, holds, textOf } from "../target.ts";

/** The private key of RFC 8410, 10.3. */
const PEM =
  "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----";
const keys = [PEM, `hmac-sha256:${"0badc0de".repeat(8)}`].map((text) => parseSigningKey(text, "KEY", "KEY"));
const trusted = new Map(keys.map(({ verifyKey }) => [verifyKey.id, verifyKey]));
const made = keys.map((key) => signRef(REF, key));
holds(createPublicKey(createPrivateKey(PEM)).asymmetricKeyType === "ed25519", "the key is read");

export const target: FuzzTarget = {
  seeds: () => [...made.map(bytesOf), bytesOf(made[0]!.replace("ed25519", "hmac-sha256"))],
  dictionary: ["v1:", "v2:", "hmac-sha256", "ed25519", ":", ...trusted.keys(), ...made, "\n", "A"],
  run(input) {
    const signature = textOf(input);
    const { status } = checkSignature({ ...REF, signature }, trusted);
    holds((status === "valid") === made.includes(signature), `${status}: only what was made is valid`);
  },
};
