// The bytes of a pack: stored chunks end to end, then a skippable zstd frame that lists them, so that a pack explains
// itself without any artifact and `zstd -d` reads straight through one whose chunks are all zstd.

import { randomBytes } from "node:crypto";
import { createByteReader, createByteWriter } from "./bytes.ts";
import type { Digest } from "./digest.ts";
import type { StoredChunk } from "./entry.ts";
import { CorruptError } from "./errors.ts";
import { CODECS } from "./segment-layout.ts";

/** A chunk in a pack whose name is not known yet. */
export type PackedChunk = Omit<StoredChunk, "pack">;

/** Skippable frames have the magic numbers 0x184D2A50..5F (RFC 8878, 3.1.2); one of Cairn's is 0x184D2A5C. */
const SKIPPABLE_MAGIC = 0x184d2a5c;
const LIST_MAGIC = "CPK1";

/** A frame that readers skip; in front of a pack it gives the same chunks another name. */
export function randomSkippableFrame(): Buffer {
  return skippableFrame(randomBytes(16));
}

/** The frame that ends a pack. Its last 8 bytes are the frame's own length and LIST_MAGIC, to be found from the end. */
export function encodePackList(chunks: readonly PackedChunk[]): Buffer {
  const out = createByteWriter();
  out.varint(chunks.length);
  for (const chunk of chunks) {
    out.digest(chunk.digest);
    out.digest(chunk.storedDigest);
    out.varint(chunk.offset);
    out.varint(chunk.storedLength);
    out.varint(chunk.plainLength);
    out.byte(CODECS.indexOf(chunk.codec));
  }
  const list = out.finish();
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(8 + list.length + tail.length, 0);
  tail.write(LIST_MAGIC, 4, "latin1");
  return skippableFrame(Buffer.concat([list, tail]));
}

/** @throws CorruptError */
export function decodePackList(pack: Uint8Array, what: string): PackedChunk[] {
  const buffer = Buffer.from(pack.buffer, pack.byteOffset, pack.byteLength);
  if (buffer.length < 16 || buffer.toString("latin1", buffer.length - 4) !== LIST_MAGIC)
    throw new CorruptError(what, "it does not end in a list of chunks");
  const frameLength = buffer.readUInt32LE(buffer.length - 8);
  if (frameLength < 16 || frameLength > buffer.length)
    throw new CorruptError(what, "its list of chunks is cut off");
  const frame = buffer.subarray(buffer.length - frameLength);
  if (frame.readUInt32LE(0) !== SKIPPABLE_MAGIC || frame.readUInt32LE(4) !== frameLength - 8) {
    throw new CorruptError(what, "its list of chunks is malformed");
  }
  const reader = createByteReader(frame.subarray(8, frameLength - 8), what);
  const chunks = Array.from({ length: reader.count(64) }, (): PackedChunk => {
    const digest: Digest = reader.digest();
    const storedDigest = reader.digest();
    const [offset, storedLength, plainLength] = [reader.varint(), reader.varint(), reader.varint()];
    const codec = CODECS[reader.byte()];
    if (!codec || offset + storedLength > buffer.length)
      throw new CorruptError(what, "a chunk lies outside it");
    return { digest, storedDigest, offset, storedLength, plainLength, codec };
  });
  reader.end();
  return chunks;
}

function skippableFrame(payload: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(SKIPPABLE_MAGIC, 0);
  head.writeUInt32LE(payload.length, 4);
  return Buffer.concat([head, payload]);
}
