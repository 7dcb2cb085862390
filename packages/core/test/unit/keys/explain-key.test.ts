// The table of a key, the way back from a log, and what differs between two.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { diffKeys } from "../../../src/keys/diff-keys.ts";
import {
  type Explanation,
  explainKey,
  explanationOfKey,
  findKeys,
  readExplanations,
} from "../../../src/keys/explain-key.ts";
import { type KeyRequest, type MadeKey, makeKey } from "../../../src/keys/make-key.ts";
import { temporaryFolder } from "../../support/temporary.ts";

let one: MadeKey;
let other: MadeKey;

function make(folder: string, changes: Partial<KeyRequest> = {}): Promise<MadeKey> {
  return makeKey({
    name: "deps",
    repository: "acme/api",
    platform: "linux-x64",
    lockfiles: [],
    toolchain: [],
    toolchainFrom: "files",
    environment: ["NODE_ENV", "CFLAGS", "CC"],
    configuration: ["tsconfig*.json", "app (1)/*"],
    place: { folder, top: folder, home: folder },
    env: { NODE_ENV: "production", CC: "gcc" },
    signal: new AbortController().signal,
    ...changes,
  });
}

beforeAll(async () => {
  const folder = temporaryFolder();
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  mkdirSync(join(folder, "app (1)"));
  write(".nvmrc", "22");
  write("package-lock.json", "1");
  write("tsconfig.json", "{}");
  write("tsconfig.old.json", "{}");
  write("app (1)/my config.toml", "");
  one = await make(folder);
  write("package-lock.json", "2");
  write("tsconfig.json", "{ }");
  write("yarn.lock", "");
  other = await make(folder, {
    configuration: ["tsconfig.json", "app (1)/*", ".nvmrc"],
    env: { NODE_ENV: "test", CFLAGS: "", CC: "gcc" },
  });
});

const textOf = (made: MadeKey) => explainKey(made).join("\n");

test("every part with its digest, and what it is made of", () => {
  const lines = explainKey(one);
  for (const { part, text, digest } of one.parts) {
    expect(lines).toContainEqual(
      expect.stringMatching(
        new RegExp(`^${part} +${text.replaceAll(/[/.]/g, ".")} +${digest.slice(0, 16)}$`),
      ),
    );
  }
  expect(lines).toContainEqual(expect.stringMatching(/^ {2}- NODE_ENV +set +[0-9a-f]{16}$/));
  expect(lines).toContainEqual(expect.stringMatching(/^ {2}- CFLAGS +not set +-{16}$/));
  expect(lines).toContainEqual(expect.stringMatching(/^ {2}- node +\.nvmrc +[0-9a-f]{16}$/));
  expect(lines.at(-1)).toBe(`key: ${one.key}`);
  // What sha256sum prints of the file.
  expect(textOf(one)).toContain("lock-6b86b273ff34fce1");
  expect(textOf(one)).not.toContain("production");
});

describe("comes back from a log", () => {
  const expected = (made: MadeKey): Explanation => ({
    key: made.key,
    parts: made.parts.map(({ part, text, items }) => ({
      part,
      text,
      items: items.map(({ name, digest, note }) => ({
        name,
        digest: digest?.slice(0, 16),
        ...(note !== undefined && { note }),
      })),
    })),
  });

  test.each([
    ["as it is", ""],
    ["of GitHub", "2026-01-01T00:00:00.1234567Z "],
    ["of gh run view", "build\tRun the tests\t2026-01-01T00:00:00.1234567Z "],
    ["of GitLab, with colours", "\u001b[0;m"],
    ["of a container", "app-1  | "],
  ])("%s", (_, prefix) => {
    const log = ["Some line", ...explainKey(one), "restored"]
      .map((line) => `${prefix}${line}\u001b[0m\r`)
      .join("\n");
    expect(readExplanations(log)).toEqual([expected(one)]);
  });

  test("several tables, each once; half a table is none", () => {
    const log = [textOf(one), textOf(other), textOf(one), explainKey(other).slice(0, 5).join("\n")].join(
      "\n",
    );
    expect(readExplanations(log)).toEqual([expected(one), expected(other)]);
    expect(readExplanations(textOf(one).replace(/key: .*$/, "key: deps"))).toEqual([]);
  });

  test("what looks like a part behind the table belongs to nothing", () => {
    const log = `${textOf(one)}\n  - yarn.lock    0123456789abcdef\n`;
    expect(readExplanations(log)).toEqual([expected(one)]);
  });

  test("other lines in between don't matter", () => {
    const log = explainKey(one).join("\nwarning: lockfile  is old\n");
    expect(readExplanations(log)).toEqual([expected(one)]);
  });

  test("and from a document", () => {
    const items = (part: MadeKey["parts"][number]) =>
      part.items.map((item) => ({ ...item, digest: item.digest ?? null }));
    const document = { ...one, parts: one.parts.map((part) => ({ ...part, items: items(part) })) };
    const [found] = readExplanations(JSON.stringify(document, null, 2));
    expect(found!.key).toBe(one.key);
    expect(found!.parts[4]!.items).toContainEqual({ name: "CFLAGS", digest: undefined, note: "not set" });
    expect(readExplanations('{"key": "deps", "parts": []}')).toEqual([]);
    expect(readExplanations("{ no json")).toEqual([]);
    expect(readExplanations(JSON.stringify({ ...one, parts: one.parts.slice(1) }))).toEqual([]);
    expect(readExplanations(JSON.stringify({ ...one, parts: one.parts.toReversed() }))).toEqual([]);
    expect(readExplanations(JSON.stringify({ ...one, key: other.key }))).toEqual([]);
  });

  test("a key alone, wherever it stands in a line", () => {
    const log = `Cache not found for input keys: ${one.key}, ${one.restoreKeys.join(", ")}\nfound "${other.key}"`;
    expect(findKeys(log)).toEqual([one.key, other.key]);
  });
});

describe("what differs", () => {
  const lines = (a: Explanation, b: Explanation) =>
    diffKeys(a, b).different.map(({ part, items }) => [
      part,
      items?.map(({ name, how }) => `${name} ${how}`),
    ]);

  test("of two that are explained: parts, files and variables", () => {
    const [a, b] = [one, other].map((made) => readExplanations(textOf(made))[0]!);
    expect(diffKeys(a!, b!).same).toEqual(["name", "repository", "platform", "toolchain"]);
    expect(lines(a!, b!)).toEqual([
      ["environment", ["CFLAGS changed", "NODE_ENV changed"]],
      ["configuration", [".nvmrc only in B", "tsconfig.json changed", "tsconfig.old.json only in A"]],
      ["lockfile", ["package-lock.json changed", "yarn.lock only in B"]],
    ]);
    const [environment] = diffKeys(a!, b!).different;
    expect(environment!.items![0]).toMatchObject({
      a: "not set",
      b: expect.stringMatching(/^[0-9a-f]{12}$/),
    });
  });

  test("of two keys: parts", () => {
    const [a, b] = [explanationOfKey(one.key)!, explanationOfKey(other.key)!];
    expect(lines(a, b)).toEqual([
      ["environment", undefined],
      ["configuration", undefined],
      ["lockfile", undefined],
    ]);
  });

  test("of a key and one that is explained: parts", () => {
    const a = explanationOfKey(one.key)!;
    expect(lines(a, readExplanations(textOf(other))[0]!)).toHaveLength(3);
    expect(diffKeys(a, readExplanations(textOf(one))[0]!).different).toEqual([]);
  });

  test("a document has all digits, a table the first", () => {
    const [table] = readExplanations(textOf(one));
    const [document] = readExplanations(JSON.stringify(one));
    expect(diffKeys(table!, document!).different).toEqual([]);
    const [changed] = readExplanations(textOf(other));
    expect(lines(document!, changed!)).toEqual(lines(table!, changed!));
  });
});
