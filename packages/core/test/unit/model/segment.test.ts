// Segments: every one comes back as it was, and no bytes whatever give anything but a segment or a CorruptError.

import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { createByteWriter } from "../../../src/model/bytes.ts";
import { decodeSegment } from "../../../src/model/decode-segment.ts";
import { type Digest, parseDigest } from "../../../src/model/digest.ts";
import { encodeEntries, encodeSegment } from "../../../src/model/encode-segment.ts";
import type { Entry, FileEntry, StoredChunk } from "../../../src/model/entry.ts";
import { CorruptError } from "../../../src/model/errors.ts";
import { entriesOf } from "../../../src/model/segment.ts";
import { segments } from "../../support/arbitraries.ts";
import { check } from "../../support/properties.ts";

const locateIn =
  (chunks: readonly StoredChunk[]) =>
  (digest: Digest): StoredChunk =>
    chunks.find((chunk) => chunk.digest === digest)!;

test("every segment comes back, with the chunks it names in order of first use", () => {
  check(
    fc.property(segments, ({ entries, chunks }) => {
      const decoded = decodeSegment(encodeSegment(encodeEntries(entries), locateIn(chunks)), "test");
      expect([...entriesOf(decoded)]).toEqual(entries);
      const used = entries.flatMap((entry) => (entry.kind === "file" ? entry.extents : []));
      const inOrder = [...new Set(used.map((extent) => extent.chunk))].map(locateIn(chunks));
      expect(decoded.chunks).toEqual(inOrder);
    }),
    500,
  );
});

test("equal segments have equal bytes", () => {
  check(
    fc.property(segments, ({ entries, chunks }) => {
      const [one, two] = [0, 1].map(() =>
        encodeSegment(encodeEntries(structuredClone(entries)), locateIn(chunks)),
      );
      expect(Buffer.compare(one!, two!)).toBe(0);
    }),
  );
});

/** Decoding ends soon, with a segment or with a CorruptError. */
function expectNoSurprise(bytes: Uint8Array): void {
  try {
    decodeSegment(bytes, "test");
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
  }
}

test("random bytes are corrupt", () => {
  check(fc.property(fc.uint8Array({ maxLength: 400 }), expectNoSurprise), 2000);
});

test("a segment with any byte changed, cut off or put in is a segment or corrupt", () => {
  check(
    fc.property(segments, fc.nat(), fc.nat({ max: 255 }), ({ entries, chunks }, at, value) => {
      const bytes = encodeSegment(encodeEntries(entries), locateIn(chunks));
      const position = at % bytes.length;
      const changed = Buffer.from(bytes);
      changed[position] = value;
      expectNoSurprise(changed);
      expectNoSurprise(
        Buffer.concat([bytes.subarray(0, position), Buffer.of(value), bytes.subarray(position)]),
      );
      expect(() => decodeSegment(bytes.subarray(0, position), "test")).toThrow(CorruptError);
      expect(() => decodeSegment(Buffer.concat([bytes, Buffer.of(value)]), "test")).toThrow(CorruptError);
    }),
    500,
  );
});

const digest = (n: number): Digest => parseDigest(n.toString(16).padStart(64, "0"));
const chunk = (given: Partial<StoredChunk> = {}): StoredChunk => ({
  digest: digest(1),
  storedDigest: digest(2),
  plainLength: 100,
  storedLength: 50,
  codec: "zstd",
  pack: digest(3),
  offset: 0,
  ...given,
});
const fileOf = (given: Partial<FileEntry> = {}): FileEntry => ({
  kind: "file",
  root: 0,
  path: "a",
  mode: 0o644,
  mtimeSeconds: 0,
  mtimeNanos: 0,
  size: 10,
  extents: [{ chunk: digest(1), offset: 0, length: 10 }],
  ...given,
});

test.each<[string, Entry, StoredChunk]>([
  [
    "an extent past the end of its chunk",
    fileOf({ extents: [{ chunk: digest(1), offset: 95, length: 10 }] }),
    chunk(),
  ],
  [
    "extents that do not add up to the size",
    fileOf({ size: 11, extents: [{ chunk: digest(1), offset: 95, length: 10 }] }),
    chunk(),
  ],
  ["a size without extents", fileOf({ extents: [] }), chunk()],
  ["a mode with more bits than there are", fileOf({ mode: 0o10000 }), chunk()],
  ["a second of more than a thousand million nanoseconds", fileOf({ mtimeNanos: 1e9 }), chunk()],
  ["a chunk of no bytes", fileOf(), chunk({ plainLength: 0 })],
  ["a chunk larger than any may be", fileOf(), chunk({ plainLength: 4 * 2 ** 20 + 1 })],
  ["a chunk past the end of any pack", fileOf(), chunk({ offset: 32 * 2 ** 20, storedLength: 1 })],
  ["a path that is too long", fileOf({ path: "x".repeat(4097) }), chunk()],
  [
    "a target that is too long",
    { kind: "symlink", root: 0, path: "l", target: "x".repeat(4097), mtimeSeconds: 0, mtimeNanos: 0 },
    chunk(),
  ],
  ["a root before the first", fileOf({ root: -1 }), chunk()],
])("refuses %s", (_what, entry, stored) => {
  const bytes = encodeSegment(encodeEntries([entry]), () => stored);
  expect(() => decodeSegment(bytes, "test")).toThrow(CorruptError);
});

test("refuses counts that promise more than follows, without trying to make room for it", () => {
  for (const promise of [0, 1, 2]) {
    const out = createByteWriter();
    for (let i = 0; i < promise; i++) out.varint(0);
    out.varint(2 ** 52);
    expect(() => decodeSegment(out.finish(), "test")).toThrow(CorruptError);
  }
});

test("refuses more entries than a segment may have", () => {
  const entries = Array.from(
    { length: 16_385 },
    (_, i): Entry => ({ kind: "hardlink", root: 0, path: `${i}`, targetRoot: 0, target: "x" }),
  );
  expect(() =>
    decodeSegment(
      encodeSegment(encodeEntries(entries), () => chunk()),
      "test",
    ),
  ).toThrow(/too many entries/);
});
