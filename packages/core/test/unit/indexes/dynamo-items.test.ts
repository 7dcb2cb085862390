// Sort keys: whatever starts with a prefix lies between the two ends that a look-up asks for.

import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { sortKey, sortKeyCeiling, sortKeyPrefix } from "../../../src/indexes/dynamo-items.ts";
import { check } from "../../support/properties.ts";

const text = (maxLength: number) => fc.string({ unit: "binary", maxLength });
const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

test("no sort key that starts with a prefix lies above its ceiling, and DynamoDB takes the ceiling", () => {
  check(
    fc.property(text(300), text(300), (prefix, rest) => {
      const first = sortKeyPrefix(prefix);
      const last = sortKeyCeiling(first);
      expect(Buffer.byteLength(last)).toBe(1024);
      const key = prefix + rest;
      if (Buffer.byteLength(key) > 1536) return;
      expect(compare(first, sortKey(key)) <= 0 || key === "").toBe(true);
      expect(compare(sortKey(key), last)).toBeLessThanOrEqual(0);
    }),
  );
});

test("the ceiling is below what comes after the prefix", () => {
  for (const prefix of ["a", "ab", "abc", "abcd", "\u00e9"])
    expect(compare(sortKeyCeiling(prefix), `${prefix.slice(0, -1)}\u{ffff}`)).toBeLessThan(0);
});
