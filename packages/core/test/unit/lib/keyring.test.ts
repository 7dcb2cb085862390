// Where keys come from, what a job may do with which, and what has to be kept out of logs.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { exposedKeyWarning, keySecrets, readKeyring, signerId } from "../../../src/lib/keyring.ts";
import { SettingsError } from "../../../src/model/errors.ts";
import { ED25519_PRIVATE, ED25519_PUBLIC, HMAC_KEY, keyringOf, newKeys } from "../../support/keys.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const folder = temporaryFolder();
let files = 0;

/** The URL of a new file. */
function fileWith(text: string): string {
  const path = join(folder, `key ${++files}`);
  writeFileSync(path, text);
  return pathToFileURL(path).href;
}

function failure(env: Record<string, string>): SettingsError {
  try {
    readKeyring(env);
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

const ids = (env: Record<string, string>) => [...keyringOf(env).verifiers.keys()];
const ID = {
  hmac: ids({ CAIRN_VERIFY_KEY: HMAC_KEY })[0]!,
  ed25519: ids({ CAIRN_VERIFY_KEY: ED25519_PUBLIC })[0]!,
};

describe("what a job may do", () => {
  test("without keys nothing is signed and nothing asked for", () => {
    for (const env of [
      {},
      { CAIRN_SIGNING_KEY: "" },
      { CAIRN_SIGNING_KEY: " \n", CAIRN_VERIFY_KEY: " , " },
    ]) {
      expect(readKeyring(env)).toBeUndefined();
      expect(signerId(env)).toBeUndefined();
    }
  });

  test("a key to sign with also checks", () => {
    const { signer, verifiers } = keyringOf({ CAIRN_SIGNING_KEY: ED25519_PRIVATE });
    expect(signer!.id).toBe(ID.ed25519);
    expect([...verifiers.keys()]).toEqual([ID.ed25519]);
    expect(signerId({ CAIRN_SIGNING_KEY: ED25519_PRIVATE })).toBe(ID.ed25519);
  });

  test("a key to check with does not sign, not even a shared secret", () => {
    for (const key of [HMAC_KEY, ED25519_PUBLIC])
      expect(keyringOf({ CAIRN_VERIFY_KEY: key }).signer).toBeUndefined();
  });

  test("several keys check, whatever stands between them; one that is there twice counts once", () => {
    expect(ids({ CAIRN_VERIFY_KEY: `${HMAC_KEY}, ${ED25519_PUBLIC}\n${HMAC_KEY}` })).toEqual([
      ID.hmac,
      ID.ed25519,
    ]);
    expect(ids({ CAIRN_SIGNING_KEY: HMAC_KEY, CAIRN_VERIFY_KEY: `${ED25519_PUBLIC},${HMAC_KEY}` })).toEqual([
      ID.hmac,
      ID.ed25519,
    ]);
  });

  test("two keys to sign with are one too many", () => {
    const error = failure({ CAIRN_SIGNING_KEY: `${HMAC_KEY} ${ED25519_PRIVATE}` });
    expect(error).toMatchObject({ setting: "CAIRN_SIGNING_KEY", message: "CAIRN_SIGNING_KEY holds 2 keys" });
    expect(error.hint).toContain("CAIRN_VERIFY_KEY");
  });

  test("one wrong key among several is told by its number", () => {
    const error = failure({ CAIRN_VERIFY_KEY: `${HMAC_KEY},${ED25519_PRIVATE}` });
    expect(error.setting).toBe("CAIRN_VERIFY_KEY");
    expect(error.message).toMatch(/^key 2 of CAIRN_VERIFY_KEY is a private key/);
  });
});

describe("files", () => {
  test("a file holds what the variable could, and stands beside other keys", () => {
    const { signs, checks } = newKeys("ed25519");
    expect(signerId({ CAIRN_SIGNING_KEY: fileWith(signs["CAIRN_SIGNING_KEY"]!) })).toBe(signerId(signs));
    const list = fileWith(`${checks["CAIRN_VERIFY_KEY"]}\n${HMAC_KEY}\n`);
    expect(ids({ CAIRN_VERIFY_KEY: `${list},${ED25519_PUBLIC}` })).toEqual([
      signerId(signs),
      ID.hmac,
      ID.ed25519,
    ]);
  });

  test.each<[string, string, RegExp, RegExp]>([
    [
      "no such file",
      pathToFileURL(join(folder, "missing")).href,
      /missing, can't be read as a key: ENOENT/,
      /exists/,
    ],
    ["a folder", pathToFileURL(folder).href, /can't be read as a key: EISDIR/, /exists/],
    ["a relative path", "file:key.pem", /CAIRN_SIGNING_KEY names no file/, /file:\/\/\/absolute\/path/],
    ["an escape that is none", "file:///k%zz", /CAIRN_SIGNING_KEY names no file/, /%20/],
    ["a host", "file://host/key.pem", /CAIRN_SIGNING_KEY names no file/, /three slashes/],
    ["an empty file", fileWith(" \n"), /is empty/, /put the key into it/],
    ["a large file", fileWith("x".repeat(70_000)), /it has 70000 bytes/, /nothing but keys/],
    ["a file that names a file", fileWith("file:///etc/key"), /the key in .* is not a key/, /signing\.md/],
    [
      "a file with a wrong key",
      fileWith(ED25519_PUBLIC),
      /the key in .* is a public key/,
      /CAIRN_VERIFY_KEY/,
    ],
  ])("%s", (_, url, message, hint) => {
    const error = failure({ CAIRN_SIGNING_KEY: url });
    expect(error.setting).toBe("CAIRN_SIGNING_KEY");
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
  });
});

describe("what has to be kept out of logs", () => {
  const body = (text: string) => text.slice(text.indexOf(":") + 1);

  test("private keys and secrets, whatever their form, and no public key", () => {
    const { signs } = newKeys("ed25519");
    const line = signs["CAIRN_SIGNING_KEY"]!.split("\n")[1]!;
    expect(keySecrets(signs)).toEqual([line]);
    expect(keySecrets({ CAIRN_SIGNING_KEY: fileWith(signs["CAIRN_SIGNING_KEY"]!) })).toEqual([line]);
    expect(keySecrets({ CAIRN_SIGNING_KEY: ED25519_PRIVATE, CAIRN_VERIFY_KEY: ED25519_PUBLIC })).toEqual([
      body(ED25519_PRIVATE),
    ]);
    expect(keySecrets({ CAIRN_VERIFY_KEY: `${ED25519_PUBLIC},${HMAC_KEY}` })).toEqual([body(HMAC_KEY)]);
    expect(keySecrets({})).toEqual([]);
  });

  test("also what can't be read as a key: it was meant to be one", () => {
    expect(keySecrets({ CAIRN_SIGNING_KEY: "tooshortasecret hmac-sha256:0badc0de, x" })).toEqual([
      "tooshortasecret",
      "0badc0de",
    ]);
    expect(keySecrets({ CAIRN_VERIFY_KEY: ED25519_PRIVATE })).toEqual([body(ED25519_PRIVATE)]);
    expect(keySecrets({ CAIRN_VERIFY_KEY: `file:///missing ${HMAC_KEY}` })).toEqual([body(HMAC_KEY)]);
  });
});

test("a pull request's job that holds a key to sign with is told so", () => {
  expect(exposedKeyWarning({ CAIRN_SIGNING_KEY: HMAC_KEY }, "pr")).toContain("CAIRN_SIGNING_KEY");
  expect(exposedKeyWarning({ CAIRN_SIGNING_KEY: HMAC_KEY }, "trusted")).toBeUndefined();
  // Who checks with a shared secret can sign with it.
  expect(exposedKeyWarning({ CAIRN_SIGNING_KEY: "", CAIRN_VERIFY_KEY: HMAC_KEY }, "pr")).toContain("Ed25519");
  expect(
    exposedKeyWarning({ CAIRN_SIGNING_KEY: "", CAIRN_VERIFY_KEY: ED25519_PUBLIC }, "pr"),
  ).toBeUndefined();
});
