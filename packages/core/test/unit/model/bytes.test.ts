// Varints, zigzag and length-prefixed texts: a round trip for every value, CorruptError for everything else.

import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { type ByteReader, createByteReader, createByteWriter } from "../../../src/model/bytes.ts";
import { CorruptError } from "../../../src/model/errors.ts";
import { check } from "../../support/properties.ts";

const MAX = Number.MAX_SAFE_INTEGER;
const numbers = fc.oneof(
  fc.nat({ max: 300 }),
  fc.maxSafeNat(),
  fc.integer({ min: 0, max: 52 }).map((power) => 2 ** power),
  fc.integer({ min: 1, max: 53 }).map((power) => 2 ** power - 1),
);

test("every varint comes back, in as few bytes as it needs", () => {
  check(
    fc.property(numbers, (value) => {
      const out = createByteWriter(1);
      out.varint(value);
      const bytes = out.finish();
      expect(bytes.length).toBe(Math.max(1, Math.ceil(value.toString(2).length / 7)));
      const reader = createByteReader(bytes, "test");
      expect(reader.varint()).toBe(value);
      reader.end();
    }),
  );
});

test("every signed number of half the range comes back", () => {
  const half = Math.floor(MAX / 2);
  check(
    fc.property(fc.integer({ min: -half, max: half }), (value) => {
      const out = createByteWriter();
      out.zigzag(value);
      expect(createByteReader(out.finish(), "test").zigzag()).toBe(value);
    }),
  );
});

test("texts, digests and bytes come back in order, whatever the writer's first capacity", () => {
  const digests = fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map((bytes) => Buffer.from(bytes).toString("hex"));
  const items = fc.array(fc.tuple(fc.string({ unit: "binary" }), digests, fc.uint8Array(), numbers), {
    maxLength: 20,
  });
  check(
    fc.property(items, fc.nat({ max: 40 }), (list, capacity) => {
      const out = createByteWriter(capacity);
      for (const [text, digest, bytes, number] of list) {
        out.text(text);
        out.digest(digest as never);
        out.varint(bytes.length);
        out.bytes(bytes);
        out.varint(number);
        out.byte(number % 256);
      }
      const reader = createByteReader(out.finish(), "test");
      for (const [text, digest, bytes, number] of list) {
        // What is no character becomes U+FFFD, as in every UTF-8 text.
        expect(reader.text(10_000)).toBe(text.toWellFormed());
        expect(reader.digest()).toBe(digest);
        expect([...reader.bytes(reader.varint())]).toEqual([...bytes]);
        expect(reader.varint()).toBe(number);
        expect(reader.byte()).toBe(number % 256);
      }
      reader.end();
    }),
  );
});

test.each<[string, number[], (reader: ByteReader) => unknown]>([
  ["a varint that never ends", Array<number>(20).fill(0xff), (reader) => reader.varint()],
  [
    "a varint of more than 53 bits",
    [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f],
    (reader) => reader.varint(),
  ],
  ["a varint that is cut off", [0x80], (reader) => reader.varint()],
  ["nothing where a byte should be", [], (reader) => reader.byte()],
  ["a text longer than what is left", [5, 65], (reader) => reader.text(10)],
  ["a text longer than allowed", [5, 65, 65, 65, 65, 65], (reader) => reader.text(4)],
  ["a digest that is cut off", Array<number>(31).fill(1), (reader) => reader.digest()],
  ["a count of more than can follow", [200, 1, 0, 0], (reader) => reader.count(2)],
  ["a part that reaches past the end", [3, 1, 2], (reader) => reader.part()],
  ["bytes past the end", [1], (reader) => reader.bytes(2)],
  ["bytes left over", [1], (reader) => reader.end()],
])("refuses %s", (_what, bytes, read) => {
  expect(() => read(createByteReader(Uint8Array.from(bytes), "thing"))).toThrow(CorruptError);
});

test("a view of a larger buffer is read as what it shows", () => {
  const reader = createByteReader(Uint8Array.from([9, 9, 1, 2, 9]).subarray(2, 4), "test");
  expect([reader.byte(), reader.byte(), reader.remaining]).toEqual([1, 2, 0]);
  expect(() => reader.byte()).toThrow(CorruptError);
});
