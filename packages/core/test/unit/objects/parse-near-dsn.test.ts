// The DSN of the near cache: what it means, and that whatever is wrong is a SettingsError that says what to write.

import { expect, test } from "@jest/globals";
import { SettingsError } from "../../../src/model/errors.ts";
import { parseNearDsn } from "../../../src/objects/parse-near-dsn.ts";

const parse = (text: string) => parseNearDsn(text, "CAIRN_NEAR");

test("a folder and how much it may hold", () => {
  expect(parse("file:///var/near%20cache?max-size=3GiB")).toEqual({
    root: "/var/near cache",
    maxSizeBytes: 3 * 2 ** 30,
  });
  expect(parse("file:///near")).toEqual({ root: "/near", maxSizeBytes: 50 * 2 ** 30 });
});

test.each([
  ["s3://bucket", 'unknown scheme "s3"', /file/],
  ["/near", "not a URL", /file:/],
  ["file://near/cache", "relative path", /file:\/\/\//],
  ["file:///", "names no folder", /file:\/\/\//],
  ["file:///near?max-sise=1GiB", 'unknown parameter "max-sise"', /did you mean "max-size"/],
  ["file:///near?max-size=much", "not a size", /20GiB/],
  ["file:///near?max-size=0", "is nothing", /max-size=50GiB/],
  ["file:///near?evict=lru", 'unknown parameter "evict"', /max-size/],
])("%s: %s", (text, message, hint) => {
  let thrown: unknown;
  try {
    parse(text);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(SettingsError);
  expect(thrown).toMatchObject({
    setting: "CAIRN_NEAR",
    message: expect.stringContaining(message),
    hint: expect.stringMatching(hint),
  });
});
