// Medians of odd and even series, and ratios that are taken run by run before the median.

import { expect, test } from "@jest/globals";
import { pairRatios, spreadOf } from "../../src/statistics.ts";

test("the median of an odd series is its middle, whatever the order", () => {
  expect(spreadOf([9, 1, 10])).toEqual({ median: 9, min: 1, max: 10 });
});

test("the median of an even series lies between the two in the middle", () => {
  expect(spreadOf([4, 1, 2, 100])).toEqual({ median: 3, min: 1, max: 100 });
});

test("ratios compare neighbours in time, not medians", () => {
  // The machine was slow in the second round for both: twice as long each time, although the medians say 1.5.
  expect(pairRatios([1, 10, 2], [2, 20, 4])).toEqual({ median: 2, min: 2, max: 2 });
  expect(pairRatios([1, 2], [3, 2]).median).toBe(2);
});
