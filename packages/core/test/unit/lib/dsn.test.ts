// DSNs: what was written comes back; durations and sizes.

import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseBoolean, parseDsn, parseDuration, parseSize } from "../../../src/lib/dsn.ts";
import { SettingsError } from "../../../src/model/errors.ts";

const segment = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 8 })
  .filter((text) => text !== "." && text !== ".." && !/\p{Cc}/u.test(text));

test("a DSN that is written with percent-encoding is read back as it was", () => {
  const value = fc.string({ unit: "grapheme", maxLength: 12 });
  fc.assert(
    fc.property(
      fc.array(segment, { maxLength: 4 }),
      fc.dictionary(fc.constantFrom("region", "endpoint", "kms-key"), value),
      (segments, parameters) => {
        const query = Object.entries(parameters).map(([name, text]) => `${name}=${encodeURIComponent(text)}`);
        const path = segments.map((text) => `/${encodeURIComponent(text)}`).join("");
        const dsn = parseDsn(`s3://bucket${path}${query.length > 0 ? `?${query.join("&")}` : ""}`, "S", {
          s3: ["region", "endpoint", "kms-key"],
        });
        expect(dsn).toMatchObject({ scheme: "s3", host: "bucket" });
        expect(dsn.path).toBe(segments.map((text) => `/${text}`).join(""));
        expect(Object.fromEntries(dsn.parameters)).toEqual({ ...parameters });
      },
    ),
    { numRuns: 1_000 },
  );
});

test("a plus is a plus, a question mark in a parameter too", () => {
  const { path, parameters } = parseDsn("s3://b/a+b?region=x+y?z", "S", { s3: ["region"] });
  expect(path).toBe("/a+b");
  expect(parameters.get("region")).toBe("x+y?z");
});

test.each([
  ["90s", 90_000],
  ["10m", 600_000],
  ["1.5h", 5_400_000],
  ["7d", 604_800_000],
  ["2w", 1_209_600_000],
  ["250ms", 250],
])("duration %s", (text, ms) => {
  expect(parseDuration(text, "S")).toBe(ms);
});

test.each([
  ["1024", 1_024],
  ["500MB", 500_000_000],
  ["20GiB", 21_474_836_480],
  ["1.5 kib", 1_536],
])("size %s", (text, bytes) => {
  expect(parseSize(text, "S")).toBe(bytes);
});

test("what is none names the setting and the parameter", () => {
  for (const text of ["", "10", "-1d", "1y", "1e3s", "d"])
    expect(() => parseDuration(text, "CAIRN_TIMEOUT")).toThrow(`CAIRN_TIMEOUT is not a duration: "${text}"`);
  for (const text of ["", "GiB", "-1", "1XB", "1 constructor"])
    expect(() => parseSize(text, "CAIRN_STORE", "max-size")).toThrow("max-size of CAIRN_STORE is not a size");
  expect(() => parseBoolean("yes", "S", "path-style")).toThrow(SettingsError);
});
