// Times go through a double and through libuv, which cuts to microseconds: what comes out is what went in.

import { lstatSync, utimesSync, writeFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { secondsOf, utimeOf } from "../../../src/lib/times.ts";
import { describeStats } from "../../../src/lib/walk.ts";
import { check } from "../../support/properties.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const file = `${temporaryFolder()}/file`;
writeFileSync(file, "");

function roundTrip(mtimeSeconds: number, mtimeNanos: number) {
  const seconds = utimeOf(secondsOf({ mtimeSeconds, mtimeNanos }));
  utimesSync(file, seconds, seconds);
  const { mtimeSeconds: s, mtimeNanos: n } = describeStats(lstatSync(file, { bigint: true }));
  return [s, n];
}

test.each([
  [0, 0],
  [0, 1_000],
  [1, 999_999_000],
  [1_700_000_000, 123_456_000],
  [1_700_000_000, 999_999_000],
  [4_102_444_799, 999_999_000],
  [-1, 0],
  [-1, 999_999_000],
  [-1, 1_000],
  [-86_400, 500_000_000],
  [-86_400, 1_000],
  [-2_000_000_000, 0],
])("%i s and %i ns", (seconds, nanos) => {
  expect(roundTrip(seconds, nanos)).toEqual([seconds, nanos]);
});

test("every microsecond of 130 years", () => {
  const range = { min: -(2 ** 31) + 1, max: 2 ** 32 - 1 };
  check(
    fc.property(fc.integer(range), fc.nat({ max: 999_999 }), (seconds, micros) => {
      expect(roundTrip(seconds, micros * 1000)).toEqual([seconds, micros * 1000]);
    }),
    2000,
  );
});

test("nanoseconds below a microsecond are cut off", () => {
  expect(roundTrip(1_700_000_000, 123_456_789)).toEqual([1_700_000_000, 123_456_000]);
});
