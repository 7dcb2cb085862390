// Cuts by content: within their bounds, on average where they should be, and moved only where something was inserted.

import { createCipheriv } from "node:crypto";
import { expect, test } from "@jest/globals";
import { sha256 } from "../../../src/lib/sha256.ts";
import { BIG_CHUNK_TARGET_BYTES, CHUNK_MAX_BYTES, CHUNK_MIN_BYTES } from "../../../src/model/limits.ts";
import { findCut } from "../../../src/workers/gear.ts";

/** The same random-looking bytes in every run. */
function noise(length: number, seed = 1): Buffer {
  const cipher = createCipheriv("aes-128-ctr", Buffer.alloc(16, seed), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(length));
}

function cutAll(bytes: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const cut = findCut(bytes.subarray(at), true);
    chunks.push(bytes.subarray(at, at + cut));
    at += cut;
  }
  return chunks;
}

const bytes = noise(64 * 2 ** 20);
const chunks = cutAll(bytes);

test("all chunks but the last are within the bounds, and near the target on average", () => {
  expect(chunks.reduce((sum, chunk) => sum + chunk.length, 0)).toBe(bytes.length);
  for (const chunk of chunks.slice(0, -1)) {
    expect(chunk.length).toBeGreaterThanOrEqual(CHUNK_MIN_BYTES);
    expect(chunk.length).toBeLessThanOrEqual(CHUNK_MAX_BYTES);
  }
  const mean = bytes.length / chunks.length;
  expect(mean).toBeGreaterThan(BIG_CHUNK_TARGET_BYTES * 0.8);
  expect(mean).toBeLessThan(BIG_CHUNK_TARGET_BYTES * 1.4);
  // Not cut by force, which would move with every insertion.
  expect(chunks.filter((chunk) => chunk.length === CHUNK_MAX_BYTES)).toEqual([]);
});

test("where the cuts are is part of the format", () => {
  expect(chunks.slice(0, 4).map((chunk) => chunk.length)).toEqual([1242089, 1118150, 1057517, 1050739]);
});

test.each([
  ["at the start", 0],
  ["in the middle", 30_000_000],
])("a byte inserted %s makes few new chunks", (_where, at) => {
  const changed = Buffer.concat([bytes.subarray(0, at), Buffer.from("!"), bytes.subarray(at)]);
  const known = new Set(chunks.map(sha256));
  const fresh = cutAll(changed).filter((chunk) => !known.has(sha256(chunk)));
  expect(fresh.length).toBeLessThanOrEqual(4);
});

test("bytes without any structure to cut at are cut at the maximum", () => {
  expect(cutAll(Buffer.alloc(10 * 2 ** 20)).map((chunk) => chunk.length)).toEqual([
    CHUNK_MAX_BYTES,
    CHUNK_MAX_BYTES,
    2 * 2 ** 20,
  ]);
});

test("more bytes never move a cut that was found, and none is found too early", () => {
  const [first, second] = chunks as [Uint8Array, Uint8Array];
  for (const length of [first.length, first.length + 1, first.length + second.length])
    expect(findCut(bytes.subarray(0, length), false)).toBe(first.length);
  for (const length of [0, 1, CHUNK_MIN_BYTES - 1, first.length - 1]) {
    expect(findCut(bytes.subarray(0, length), false)).toBe(0);
    expect(findCut(bytes.subarray(0, length), true)).toBe(length);
  }
});
