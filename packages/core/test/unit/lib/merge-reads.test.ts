// Merged reads: whatever the chunks, every one lies in a read of its pack, and no read is longer than it should be.

import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { mergeReads } from "../../../src/lib/merge-reads.ts";
import type { StoredChunk } from "../../../src/model/entry.ts";
import { check } from "../../support/properties.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const pack = "a".repeat(64);
const chunkAt = (offset: number, storedLength: number, of = pack) =>
  ({ pack: of, offset, storedLength }) as unknown as StoredChunk;
const shapes = (chunks: readonly StoredChunk[]) =>
  mergeReads(chunks, (chunk) => chunk).map(({ offset, length, items }) => [offset, length, items.length]);

test("neighbours are one read, with small gaps read over", () => {
  expect(shapes([chunkAt(0, 100), chunkAt(100, 50)])).toEqual([[0, 150, 2]]);
  expect(shapes([chunkAt(0, 100), chunkAt(100 + 256 * KIB, 50)])).toEqual([[0, 150 + 256 * KIB, 2]]);
  expect(shapes([chunkAt(0, 100), chunkAt(101 + 256 * KIB, 50)])).toHaveLength(2);
});

test("a read ends at 4 MiB, but a single chunk is never cut", () => {
  const fives = Array.from({ length: 10 }, (_, i) => chunkAt(i * MIB, MIB));
  expect(shapes(fives)).toEqual([
    [0, 4 * MIB, 4],
    [4 * MIB, 4 * MIB, 4],
    [8 * MIB, 2 * MIB, 2],
  ]);
  expect(shapes([chunkAt(0, 10 * MIB)])).toEqual([[0, 10 * MIB, 1]]);
});

test("other packs and chunks that lie before are reads of their own", () => {
  expect(shapes([chunkAt(0, 10), chunkAt(10, 10, "b".repeat(64)), chunkAt(20, 10)])).toHaveLength(3);
  expect(shapes([chunkAt(100, 10), chunkAt(0, 10)])).toHaveLength(2);
});

test("the same chunk twice, and one inside another, stay inside the read", () => {
  expect(shapes([chunkAt(0, 100), chunkAt(0, 100), chunkAt(20, 10)])).toEqual([[0, 100, 3]]);
});

test("every chunk lies in its read, in the order given", () => {
  const chunks = fc.array(
    fc.record({
      pack: fc.constantFrom("a", "b"),
      offset: fc.nat({ max: 9 * MIB }),
      storedLength: fc.nat({ max: 2 * MIB }),
    }),
  );
  check(
    fc.property(chunks, (list) => {
      const reads = mergeReads(list, (chunk) => chunk as never);
      expect(reads.flatMap((read) => [...read.items])).toEqual(list);
      for (const read of reads) {
        for (const item of read.items) {
          expect(item.pack).toBe(read.pack);
          expect(item.offset).toBeGreaterThanOrEqual(read.offset);
          expect(item.offset + item.storedLength).toBeLessThanOrEqual(read.offset + read.length);
        }
        expect(read.length).toBeLessThanOrEqual(
          Math.max(4 * MIB, ...read.items.map((item) => item.storedLength)),
        );
      }
    }),
  );
});
