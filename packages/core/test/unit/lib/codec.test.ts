// One chunk, one frame: it comes back, and nothing else passes for it.

import { randomBytes } from "node:crypto";
import { constants, zstdCompressSync } from "node:zlib";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { compress, openChunk } from "../../../src/lib/codec.ts";
import { sha256 } from "../../../src/lib/sha256.ts";
import type { Codec, StoredChunk } from "../../../src/model/entry.ts";
import { check } from "../../support/properties.ts";

const pack = sha256(Buffer.from("pack"));

function chunkOf(plain: Uint8Array, stored: Uint8Array, codec: Codec): StoredChunk {
  return {
    digest: sha256(plain),
    storedDigest: sha256(stored),
    plainLength: plain.length,
    storedLength: stored.length,
    codec,
    pack,
    offset: 0,
  };
}

const text = Buffer.from("all work and no play ".repeat(500));

test("every chunk comes back, by every codec and level", () => {
  const plains = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 500 }),
    fc
      .tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 2000 }))
      .map(([bytes, times]) => Buffer.concat(Array.from({ length: times }, () => bytes))),
  );
  const settings = fc.record({
    codec: fc.constantFrom<Codec>("zstd", "gzip", "none"),
    level: fc.integer({ min: 1, max: 9 }),
  });
  check(
    fc.property(plains, settings, (plain, compression) => {
      const { codec, stored } = compress(plain, compression);
      expect(stored.length).toBeLessThanOrEqual(plain.length);
      const opened = openChunk(stored, chunkOf(plain, stored, codec));
      expect(typeof opened === "string" ? opened : Buffer.compare(opened, plain)).toBe(0);
    }),
  );
});

test("what does not shrink is stored as it is", () => {
  expect(compress(randomBytes(1000), { codec: "zstd", level: 3 }).codec).toBe("none");
  expect(compress(text, { codec: "zstd", level: 3 }).codec).toBe("zstd");
});

test("the same bytes and settings give the same frame", () => {
  const [one, two] = [0, 1].map(() => compress(text, { codec: "zstd", level: 3 }).stored);
  expect(Buffer.compare(one!, two!)).toBe(0);
});

test("a zstd frame has a checksum or none: both are read", () => {
  const params = { [constants.ZSTD_c_checksumFlag]: 1 };
  for (const stored of [
    zstdCompressSync(text, { params }),
    compress(text, { codec: "zstd", level: 3 }).stored,
  ])
    expect(openChunk(stored, chunkOf(text, stored, "zstd"))).toEqual(text);
});

test.each<Codec>(["zstd", "gzip", "none"])("any bit flipped, cut off or added is told (%s)", (codec) => {
  const { stored } = compress(text, { codec, level: 3 });
  const chunk = chunkOf(text, stored, codec);
  for (let bit = 0; bit < stored.length * 8; bit += 7) {
    const changed = Buffer.from(stored);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    // Before anything is decompressed.
    expect(openChunk(changed, chunk)).toMatch(/stored bytes have the digest/);
  }
  expect(openChunk(stored.subarray(1), chunk)).toMatch(/cut off/);
  expect(openChunk(Buffer.concat([stored, Buffer.of(0)]), chunk)).toMatch(/cut off/);
});

test("a frame of other plain bytes under a right stored digest is told", () => {
  const { stored } = compress(Buffer.from("other".repeat(100)), { codec: "zstd", level: 3 });
  const chunk = { ...chunkOf(text, stored, "zstd"), plainLength: 500 };
  expect(openChunk(stored, chunk)).toMatch(/plain bytes have the digest/);
});

test("raw bytes whose two digests differ are told", () => {
  const chunk = { ...chunkOf(text, text, "none"), digest: pack };
  expect(openChunk(text, chunk)).toMatch(/plain bytes have the digest/);
});

test("a frame that says nothing about its size, and one that says too much", () => {
  const stored = zstdCompressSync(text);
  expect(openChunk(stored, { ...chunkOf(text, stored, "zstd"), plainLength: text.length - 1 })).toMatch(
    /does not decompress/,
  );
  expect(openChunk(stored, { ...chunkOf(text, stored, "zstd"), plainLength: text.length + 1 })).toMatch(
    /decompresses to/,
  );
  expect(openChunk(stored, { ...chunkOf(text, stored, "zstd"), plainLength: 0 })).toMatch(
    /does not decompress/,
  );
});

test("bytes that are no frame are told", () => {
  const junk = randomBytes(100);
  for (const codec of ["zstd", "gzip"] as const)
    expect(openChunk(junk, { ...chunkOf(junk, junk, codec), plainLength: 50 })).toMatch(
      /does not decompress/,
    );
});
