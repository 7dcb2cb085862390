// The condemned list: what a save reads of it, what a prune reads of it, and that nothing else is taken for one.

import { expect, test } from "@jest/globals";
import { type CondemnedBatch, decodeCondemned, encodeCondemned } from "../../../src/model/condemned.ts";
import { CorruptError } from "../../../src/model/errors.ts";

const BATCHES: readonly CondemnedBatch[] = [
  { names: ["a", "b"], condemnedAtMs: 5, deletingSinceMs: 9 },
  { names: ["c"], condemnedAtMs: 7, waitsFor: ["s1"] },
  { names: ["d", "e"] },
];

test("comes back as it was written", () => {
  expect(decodeCondemned(encodeCondemned(BATCHES))).toEqual(BATCHES);
  expect(decodeCondemned(encodeCondemned([]))).toEqual([]);
});

test("a save reads all names in one list, as the first version wrote it", () => {
  const { names } = JSON.parse(Buffer.from(encodeCondemned(BATCHES)).toString()) as { names: string[] };
  expect(names).toEqual(["a", "b", "c", "d", "e"]);
});

test("names without batches are one batch of an unknown time", () => {
  expect(decodeCondemned(Buffer.from('{"names":["a","b"]}'))).toEqual([{ names: ["a", "b"] }]);
  const partly = '{"names":["a","b"],"batches":[{"count":1,"condemnedAtMs":3}]}';
  expect(decodeCondemned(Buffer.from(partly))).toEqual([
    { names: ["a"], condemnedAtMs: 3 },
    { names: ["b"] },
  ]);
});

test.each([
  "",
  "nonsense",
  "null",
  "[]",
  "{}",
  '{"names":"a"}',
  '{"names":[1]}',
  '{"names":["a"],"batches":{}}',
  '{"names":["a"],"batches":[{"count":2}]}',
  '{"names":["a"],"batches":[{"count":-1}]}',
  '{"names":["a"],"batches":[{"count":1,"condemnedAtMs":"now"}]}',
  '{"names":["a"],"batches":[{"count":1,"waitsFor":[1]}]}',
  '{"names":["a"],"batches":[null]}',
])("%s is no list", (text) => {
  expect(() => decodeCondemned(Buffer.from(text))).toThrow(CorruptError);
});
