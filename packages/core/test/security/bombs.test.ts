// Threat: an artifact that makes its reader allocate, compute or wait without end.

import { gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "@jest/globals";
import { sha256 } from "../../src/lib/sha256.ts";
import { INLINE_PACK } from "../../src/model/artifact-codec.ts";
import type { Codec, StoredChunk } from "../../src/model/entry.ts";
import { CorruptError } from "../../src/model/errors.ts";
import { createVictim, everything, expectRefused, folder, plainFile, plant } from "../support/hostile.ts";
import { testBackend } from "../support/job.ts";

function bombOf(plainLength: number, stored: Uint8Array, codec: Codec) {
  const chunk: StoredChunk = {
    digest: sha256(Buffer.from("whatever")),
    storedDigest: sha256(stored),
    plainLength,
    storedLength: stored.length,
    codec,
    pack: INLINE_PACK,
    offset: 0,
  };
  const size = plainLength;
  const entries = [
    folder(""),
    plainFile("a", { size, extents: [{ chunk: chunk.digest, offset: 0, length: size }] }),
  ];
  return { entries, chunks: [{ chunk, stored }] };
}

const GIGABYTE = 2 ** 30;

test.each<[Codec, Uint8Array]>([
  ["zstd", zstdCompressSync(Buffer.alloc(GIGABYTE))],
  ["gzip", gzipSync(Buffer.alloc(GIGABYTE / 4), { level: 9 })],
])("a %s frame that decompresses to far more than the artifact says", async (codec, stored) => {
  const before = process.memoryUsage().rss;
  await expectRefused(bombOf(1000, stored, codec), CorruptError);
  expect(process.memoryUsage().rss - before).toBeLessThan(GIGABYTE / 4);
});

test("a chunk that says it is larger than any may be", async () => {
  await expectRefused(bombOf(GIGABYTE, zstdCompressSync(Buffer.alloc(GIGABYTE)), "zstd"), CorruptError);
});

test("a segment that says it is larger than any may be", async () => {
  const header = (h: Parameters<NonNullable<Parameters<typeof plant>[2]["header"]>>[0]) => ({
    ...h,
    segments: h.segments.map((segment) => ({
      ...segment,
      chunk: { ...segment.chunk, plainLength: 2 ** 40 },
    })),
  });
  await expectRefused({ entries: [folder(""), plainFile("a")], header }, CorruptError);
});

test.each([2 ** 20, 2 ** 31, 2 ** 52])("a segment that promises %i chunks", async (count) => {
  const garble = (segment: Buffer): Buffer => {
    const promise: number[] = [0];
    let rest = count;
    for (; rest > 127; rest = Math.floor(rest / 128)) promise.push((rest % 128) | 0x80);
    return Buffer.concat([Buffer.from([...promise, rest]), segment]);
  };
  await expectRefused({ entries: [folder(""), plainFile("a")], garble }, CorruptError);
});

test("headers that say more entries than there are, or fewer", async () => {
  for (const entryCount of [0, 1, 3, 2 ** 40])
    await expectRefused(
      { entries: [folder(""), plainFile("a")], header: (h) => ({ ...h, entryCount }) },
      CorruptError,
    );
});

test("a thousand files of one small chunk are that, and no more", async () => {
  const job = createVictim();
  const backend = testBackend();
  const stored = Buffer.from("x");
  const chunk = { ...bombOf(1, stored, "none").chunks[0]!.chunk, digest: sha256(stored) };
  const extents = Array.from({ length: 1000 }, () => ({ chunk: chunk.digest, offset: 0, length: 1 }));
  await plant(backend, job, {
    entries: [folder(""), plainFile("a", { size: 1000, extents })],
    chunks: [{ chunk, stored }],
  });
  expect(await job.restore(backend)).toMatchObject({ restoredBytes: 1000 });
  expect(everything(job)["workspace/tree/a"]).toContain(" 1000 ");
});
