// Segments of entries: a segment is finished once all packs it names are in the store, and sent only if no base has it.

import { compress } from "../lib/codec.ts";
import { sha256 } from "../lib/sha256.ts";
import type { SegmentInfo } from "../model/artifact-codec.ts";
import type { Digest } from "../model/digest.ts";
import { type EncodedEntries, encodeEntries, encodeSegment } from "../model/encode-segment.ts";
import type { Entry, StoredChunk } from "../model/entry.ts";
import { SEGMENT_MAX_ENTRIES } from "../model/limits.ts";
import { cutsSegmentAfter } from "../model/path-hash.ts";
import type { PackBuilder } from "./build-packs.ts";
import type { Places } from "./places.ts";

/** The entries of one segment, and how many packs must be in the store before all their chunks have a place. */
interface PendingSegment {
  readonly entries: EncodedEntries;
  readonly packsNeeded: number;
}

export type SegmentChunk = Omit<StoredChunk, "pack" | "offset" | "storedLength"> & {
  readonly bytes: Uint8Array;
};

export interface Segments {
  add(entry: Entry): void;
  /** Encodes the finished segments whose packs are in the store. */
  encodeReady(): void;
  /** Encodes all that are left and hands over those that the store does not hold. */
  encodeAll(put: (chunk: SegmentChunk) => Promise<void>): Promise<void>;
  /** Fills in where the new segments went. */
  locate(): void;
  readonly infos: SegmentInfo[];
}

export function createSegments(packs: PackBuilder, places: Places): Segments {
  let entries: Entry[] = [];
  const pending: PendingSegment[] = [];
  /** Held by a base, or new. */
  const encoded: ({ entryCount: number; held: SegmentInfo } | { entryCount: number; chunk: SegmentChunk })[] =
    [];
  const infos: SegmentInfo[] = [];

  const finish = (): void => {
    if (entries.length > 0) pending.push({ entries: encodeEntries(entries), packsNeeded: packs.begun });
    entries = [];
  };
  const encodeNext = (): void => {
    const { entries: next } = pending.shift()!;
    const plain = encodeSegment(next, places.use);
    const digest = sha256(plain);
    const { entryCount } = next;
    const held = places.heldSegment(digest);
    if (held) return void encoded.push({ entryCount, held });
    const { codec, stored } = compress(plain, SEGMENT_COMPRESSION);
    encoded.push({
      entryCount,
      chunk: {
        digest,
        plainLength: plain.length,
        codec,
        storedDigest: sha256(stored),
        bytes: Buffer.from(stored),
      },
    });
  };
  return {
    add(entry) {
      entries.push(entry);
      if (cutsSegmentAfter(entry.path) || entries.length >= SEGMENT_MAX_ENTRIES) finish();
    },
    encodeReady() {
      while (pending.length > 0 && pending[0]!.packsNeeded <= packs.stored) encodeNext();
    },
    async encodeAll(put) {
      finish();
      while (pending.length > 0) encodeNext();
      const sent = new Set<Digest>();
      for (const segment of encoded) {
        if ("held" in segment || sent.has(segment.chunk.digest)) continue;
        sent.add(segment.chunk.digest);
        await put(segment.chunk);
      }
    },
    locate() {
      for (const segment of encoded)
        infos.push(
          "held" in segment
            ? segment.held
            : { entryCount: segment.entryCount, chunk: places.find(segment.chunk.digest) },
        );
    },
    infos,
  };
}

/** Segments compress quickly and are read first by every restore. */
const SEGMENT_COMPRESSION = { codec: "zstd", level: 6 } as const;
