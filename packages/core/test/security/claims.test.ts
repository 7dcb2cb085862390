// Threat: an artifact that is well-formed and lies: about sizes, about where bytes lie, about what names what.

import { lstatSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { sha256 } from "../../src/lib/sha256.ts";
import { type ArtifactHeader, INLINE_PACK } from "../../src/model/artifact-codec.ts";
import { encodeEntries, encodeSegment } from "../../src/model/encode-segment.ts";
import type { Extent, StoredChunk } from "../../src/model/entry.ts";
import { CacheError, CorruptError, UnsafePathError } from "../../src/model/errors.ts";
import { expectHarmless, expectRefused, folder, link, otherName, plainFile } from "../support/hostile.ts";

const stored = Buffer.from("0123456789");
const chunk: StoredChunk = {
  digest: sha256(stored),
  storedDigest: sha256(stored),
  plainLength: 10,
  storedLength: 10,
  codec: "none",
  pack: INLINE_PACK,
  offset: 0,
};
const extent = (offset: number, length: number): Extent => ({ chunk: chunk.digest, offset, length });
const fileOf = (size: number, extents: readonly Extent[]) => [folder(""), plainFile("a", { size, extents })];

describe("sizes", () => {
  test.each<[string, Partial<StoredChunk>]>([
    ["plain bytes that are fewer than it says", { plainLength: 20 }],
    ["stored bytes that go past the end of the pack", { storedLength: 4000 }],
    ["another digest of the stored bytes", { storedDigest: "cd".repeat(32) as never }],
    ["a codec that it was not made with", { codec: "zstd" }],
  ])("a chunk with %s", async (_what, changes) => {
    const lying = { ...chunk, digest: "ab".repeat(32) as never, ...changes };
    const extents = [{ chunk: lying.digest, offset: 0, length: 10 }];
    const entries = [folder(""), plainFile("a", { size: 10, extents })];
    await expectRefused({ entries, chunks: [{ chunk: lying, stored }] }, CorruptError);
  });

  test.each<[string, number, readonly Extent[]]>([
    ["an extent that starts behind its chunk", 5, [extent(10, 5)]],
    ["an extent that ends behind its chunk", 11, [extent(0, 11)]],
    ["an extent far behind its chunk", 5, [extent(2 ** 40, 5)]],
  ])("a file with %s", async (_what, size, extents) => {
    await expectRefused({ entries: fileOf(size, extents), chunks: [{ chunk, stored }] }, CorruptError);
  });

  test("a file that says it is larger than its extents come to can't be written down; read, it is corrupt", async () => {
    const honest = encodeSegment(encodeEntries(fileOf(10, [extent(0, 10)])), () => chunk);
    const garble = (segment: Buffer): Buffer => {
      expect(segment.equals(honest)).toBe(true);
      // The one column that holds the size alone: a part of one byte, 10.
      const at = segment.lastIndexOf(Buffer.from([1, 10]));
      segment[at + 1] = 11;
      return segment;
    };
    await expectRefused(
      { entries: fileOf(10, [extent(0, 10)]), chunks: [{ chunk, stored }], garble },
      CorruptError,
    );
  });
});

describe("overlap", () => {
  test("extents that overlap are read as they stand: a file of their lengths, and no more", async () => {
    const entries = fileOf(14, [extent(0, 8), extent(4, 6)]);
    const job = await expectHarmless({ entries, chunks: [{ chunk, stored }] });
    expect(readFileSync(job.path("tree/a"), "utf8")).toBe("01234567456789");
  });

  test("two chunks of the same stored bytes, of which one lies", async () => {
    const other = { ...chunk, digest: sha256(Buffer.from("another")) };
    const entries = [
      ...fileOf(10, [extent(0, 10)]),
      plainFile("b", { size: 10, extents: [{ chunk: other.digest, offset: 0, length: 10 }] }),
    ];
    const chunks = [chunk, other].map((each) => ({ chunk: each, stored }));
    await expectRefused({ entries, chunks }, CorruptError);
  });
});

describe("cycles", () => {
  test("hard links to themselves and to each other", async () => {
    await expectRefused({ entries: [folder(""), otherName("a", "a")] }, UnsafePathError);
    await expectRefused({ entries: [folder(""), otherName("a", "b"), otherName("b", "a")] }, UnsafePathError);
  });

  test("symbolic links to themselves, to each other and upward are only links: nothing follows them", async () => {
    const links = [link("a", "a"), link("b", "c"), link("c", "b"), link("d", ".")];
    const job = await expectHarmless({ entries: [folder(""), ...links] });
    for (const name of ["a", "b", "c", "d"])
      expect(lstatSync(job.path(`tree/${name}`)).isSymbolicLink()).toBe(true);
    // The second restore meets them on the disk.
    await expectHarmless({ entries: [folder(""), ...links] }, job);
  });

  test("a segment that lies in the bytes of the header that names it", async () => {
    const header = (h: ArtifactHeader): ArtifactHeader => ({
      ...h,
      segments: [...h.segments, ...h.segments],
      entryCount: 2 * h.entryCount,
    });
    await expectRefused({ entries: [folder(""), plainFile("a")], header }, UnsafePathError);
  });
});

describe("names", () => {
  test("longer than a disk takes, in bytes or by far", async () => {
    for (const name of ["x".repeat(256), "é".repeat(128), "漢".repeat(86)])
      await expectRefused({ entries: [folder(""), plainFile(name)] }, UnsafePathError);
    await expectHarmless({ entries: [folder(""), plainFile("x".repeat(255))] });
  });

  test("a target longer than any path", async () => {
    await expectRefused({ entries: [folder(""), link("a", "x".repeat(4097))] }, CorruptError);
  });
});

test.each([4, 5, 0x7f, 0xff])(
  "an entry of kind %i: devices, sockets and pipes have no number",
  async (kind) => {
    const garble = (segment: Buffer): Buffer => {
      // The column of kinds of a folder and two links: a part of three bytes.
      const at = segment.indexOf(Buffer.from([3, 1, 2, 2]));
      expect(at).toBeGreaterThan(-1);
      segment[at + 3] = kind;
      return segment;
    };
    await expectRefused({ entries: [folder(""), link("a", "x"), link("b", "x")], garble }, CorruptError);
  },
);

test("a root that is listed and has no entry of its own", async () => {
  const roots = [
    { anchor: "workspace", path: "tree" },
    { anchor: "workspace", path: "src" },
  ] as const;
  await expectRefused({ entries: [folder(""), plainFile("a", { root: 1 })], roots }, CacheError as never);
});
