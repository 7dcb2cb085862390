// The names of the bucket index: what a file system and a policy by prefix rely on.

import { expect, test } from "@jest/globals";
import { leaseName, parseTimeName, rowName, timeName } from "../../../src/indexes/bucket-names.ts";
import { makeRef, START_MS, scopeOf } from "../../support/refs.ts";

const KEYS = [
  "npm-abc",
  "/time/pull-",
  "/key/x/pull-x",
  "漢".repeat(512),
  "🙂".repeat(256),
  "x".repeat(512),
  "",
];

function namesOf(ref: string, key: string): string[] {
  const id = makeRef({ scope: scopeOf(ref), key });
  return [rowName(id), leaseName(id), timeName(id, START_MS, "01234567")];
}

/** What the guide gives to pull requests, as S3 reads it: `*` goes over slashes, too. */
const OF_PULL_REQUESTS = ["v1/refs/*/key/*/pull-*", "v1/refs/*/time/pull-*", "v1/refs/*/lease/*/pull-*"].map(
  (pattern) => new RegExp(`^${pattern.replaceAll("*", ".*")}$`, "s"),
);

test.each([
  "refs/heads/main",
  "refs/heads/pull/7",
  "refs/tags/pull-1",
  "refs/notes/pull/7",
  "pull/7/merge",
  "",
])("a policy for pull requests reaches no name of %s", (ref) => {
  for (const name of KEYS.flatMap((key) => namesOf(ref, key)))
    for (const pattern of OF_PULL_REQUESTS) expect(name).not.toMatch(pattern);
});

test("a policy for pull requests reaches every name of theirs", () => {
  for (const name of KEYS.flatMap((key) => namesOf("refs/pull/7/merge", key)))
    expect(OF_PULL_REQUESTS.some((pattern) => pattern.test(name))).toBe(true);
});

test("names are plain, with at most 255 bytes between two slashes, and leave 600 of 1,024 to a prefix", () => {
  for (const name of KEYS.flatMap((key) => namesOf("refs/heads/main", key))) {
    expect(name).toMatch(/^[A-Za-z0-9_/-]+$/);
    expect(name.length).toBeLessThanOrEqual(424);
    for (const part of name.split("/")) expect(part.length).toBeLessThanOrEqual(255);
  }
});

test("a name by time leads to its row, and rules out what its key does not start with", () => {
  for (const key of KEYS) {
    const id = makeRef({ key });
    const entry = parseTimeName(timeName(id, START_MS, "89abcdef"))!;
    expect(entry).toMatchObject({ row: rowName(id), writer: "89abcdef" });
    expect(entry.mayStartWith(Buffer.from(key))).toBe(true);
    expect(entry.mayStartWith(Buffer.from(""))).toBe(true);
    expect(entry.mayStartWith(Buffer.from(`#${key}`))).toBe(false);
  }
  const short = parseTimeName(timeName(makeRef({ key: "npm-abc" }), START_MS, "89abcdef"))!;
  expect(short.mayStartWith(Buffer.from("npm-abcd"))).toBe(false);
});

test("later is earlier in a listing", () => {
  const names = [3, 1, 2].map((n) => timeName(makeRef(), START_MS + n, "00000000"));
  expect(names.toSorted()).toEqual([names[0], names[2], names[1]]);
});
