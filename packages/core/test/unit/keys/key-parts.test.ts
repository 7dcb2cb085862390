// The text of a key: what stands where, what restore-keys it has, what is refused.

import { describe, expect, test } from "@jest/globals";
import {
  checkText,
  digestedPart,
  keyOf,
  parseKey,
  plainPart,
  restoreKeysOf,
} from "../../../src/keys/key-parts.ts";
import { parseDigest } from "../../../src/model/digest.ts";

const DIGEST = parseDigest("5d41402abc4b2a76".repeat(4));
const FILE = { name: "a", digest: DIGEST };

function parts(config: readonly (typeof FILE)[] = [], name = "deps") {
  return [
    plainPart("name", name),
    plainPart("repository", "acme/api"),
    plainPart("platform", "linux-x64"),
    plainPart("toolchain", "node-24.21.0"),
    digestedPart("environment", []),
    digestedPart("configuration", config),
    digestedPart("lockfile", [FILE], DIGEST),
  ];
}

test("is its parts, in their order", () => {
  expect(keyOf(parts())).toBe("deps:acme/api:linux-x64:node-24.21.0:env-none:cfg-none:lock-5d41402abc4b2a76");
});

test("the restore-keys are the key cut short, without the lock file, then without the configuration", () => {
  const key = keyOf(parts([FILE]));
  const restoreKeys = restoreKeysOf(parts([FILE]));
  expect(restoreKeys).toEqual([
    expect.stringMatching(/^deps:acme\/api:linux-x64:node-24\.21\.0:env-none:cfg-[0-9a-f]{12}:$/),
    "deps:acme/api:linux-x64:node-24.21.0:env-none:",
  ]);
  for (const restoreKey of restoreKeys) expect(key.startsWith(restoreKey)).toBe(true);
});

test("without configuration there is none to drop", () => {
  expect(restoreKeysOf(parts())).toEqual(["deps:acme/api:linux-x64:node-24.21.0:env-none:cfg-none:"]);
});

test("a key can be read back", () => {
  expect(Object.fromEntries(parseKey(keyOf(parts([FILE])))!)).toMatchObject({
    name: "deps",
    repository: "acme/api",
    toolchain: "node-24.21.0",
    environment: "env-none",
    lockfile: "lock-5d41402abc4b2a76",
  });
});

test.each([
  "deps-5d41402a",
  "deps:acme/api:package-lock.json:node-20",
  "deps:acme/api:linux-x64:node-24.21.0:env-none:cfg-none:",
  "deps:acme/api:linux-x64:node-24.21.0:env-none:cfg-none:lock-5d41",
  "deps:acme/api:linux-x64:node 24:env-none:cfg-none:lock-5d41402abc4b2a76",
  "a:b:c:d:e:f:g",
])("%s is no such key", (key) => {
  expect(parseKey(key)).toBeUndefined();
});

test("a part without anything in it has a digest of its own, and says none", () => {
  const [environment, configuration] = [digestedPart("environment", []), digestedPart("configuration", [])];
  expect(environment.text).toBe("env-none");
  expect(environment.digest).not.toBe(configuration.digest);
});

describe("refused", () => {
  test("a key that is too long, and the part that makes it so", () => {
    expect(() => keyOf(parts([], "x".repeat(480)))).toThrow(
      expect.objectContaining({ code: "INPUT", hint: "shorten its name, which has 480" }),
    );
  });

  test.each(["", "a b", "a:b", "a,b", "a\u0007", "x".repeat(201)])("%j as a text in a key", (text) => {
    expect(() => checkText("name", text, "use letters")).toThrow(
      expect.objectContaining({ code: "INPUT", hint: "use letters" }),
    );
  });
});
