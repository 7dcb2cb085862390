// Names: what drivers refuse, and that the order of names is that of their UTF-8 bytes.

import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { checkObjectName, compareNames } from "../../../src/objects/object-name.ts";

test("compares as the UTF-8 bytes do", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 6 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      const expected = Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      return Math.sign(compareNames(a, b)) === expected;
    }),
    { numRuns: 2_000 },
  );
  expect(compareNames("\u{1f600}", "\uff5e")).toBeGreaterThan(0);
});

test.each(["v1/store.json", "v1/trusted/packs/00ff", "a b/ü/\u{1f600}", "x".repeat(255)])(
  "takes %j",
  (name) => {
    checkObjectName(name);
  },
);

test.each([
  "",
  "/",
  "/a",
  "a/",
  "a//b",
  ".",
  "..",
  "a/../b",
  "a/./b",
  ".hidden",
  "a/.hidden",
  "a\\..\\b",
  "a\nb",
  "a\u0000",
  "a\u007f",
  "\ud800",
  "x".repeat(256),
  "x/".repeat(500).slice(0, -1),
])("refuses %j", (name) => {
  expect(() => checkObjectName(name)).toThrow(TypeError);
});
