// The stored bytes of a chunk whose digest the attacker wrote, too: what reaches zlib. The first byte of an input chooses
// the codec, the next three are the length that the artifact promises.

import { deflateRawSync, gzipSync, zstdCompressSync } from "node:zlib";
import { openChunk } from "../../../src/lib/codec.ts";
import { sha256 } from "../../../src/lib/sha256.ts";
import type { Codec } from "../../../src/model/entry.ts";
import { DIGEST } from "../samples.ts";
import { type FuzzTarget, holds } from "../target.ts";

const CODECS: readonly Codec[] = ["zstd", "gzip", "none"];
/** The digest of the plain bytes of some seeds, which must be let through. */
const plain = Buffer.from("plain bytes ".repeat(20));

function input(codec: number, length: number, stored: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([codec, length & 0xff, (length >> 8) & 0xff, length >> 16]), stored]);
}

export const target: FuzzTarget = {
  seeds: () => [
    input(0, plain.length, zstdCompressSync(plain)),
    input(1, plain.length, gzipSync(plain)),
    input(2, plain.length, plain),
    input(0, 100, zstdCompressSync(Buffer.alloc(1 << 20))),
    input(1, 100, gzipSync(Buffer.alloc(1 << 20))),
    input(1, 100, deflateRawSync(plain)),
  ],
  dictionary: ["\x28\xb5\x2f\xfd", "\x1f\x8b", "\x50\x2a\x4d\x18"],
  run(bytes) {
    if (bytes.length < 4) return;
    const codec = CODECS[bytes[0]! % CODECS.length]!;
    // Up to 4 MiB, the largest chunk there is.
    const plainLength = bytes[1]! | (bytes[2]! << 8) | ((bytes[3]! & 0x3f) << 16);
    const stored = bytes.subarray(4);
    const digest = codec === "none" ? sha256(stored) : sha256(plain);
    const sizes = { plainLength, storedLength: stored.length, pack: DIGEST, offset: 0 };
    const opened = openChunk(stored, { digest, storedDigest: sha256(stored), codec, ...sizes });
    if (typeof opened === "string") return;
    holds(opened.length === plainLength, "no more and no less than was promised");
    holds(sha256(opened) === digest, "just the bytes that were promised");
  },
};
