// Segments of entries: a segment is encoded once all packs it names are in the store, and sent only if no base has it.

import { compress } from "../lib/codec.ts";
import { sha256 } from "../lib/sha256.ts";
import type { SegmentInfo } from "../model/artifact-codec.ts";
import type { Digest } from "../model/digest.ts";
import type { Entry, StoredChunk } from "../model/entry.ts";
import { SEGMENT_MAX_ENTRIES } from "../model/limits.ts";
import { cutsSegmentAfter } from "../model/path-hash.ts";
import { encodeSegment } from "../model/segment-codec.ts";
import type { PackBuilder } from "./build-packs.ts";
import type { Places } from "./places.ts";

/** Entries of one segment, and how many packs must be in the store before all their chunks have a place. */
interface PendingSegment {
  readonly entries: readonly Entry[];
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
  const encoded: { entryCount: number; held: SegmentInfo | undefined; chunk: SegmentChunk }[] = [];
  const infos: SegmentInfo[] = [];

  const finish = (): void => {
    if (entries.length > 0) pending.push({ entries, packsNeeded: packs.begun });
    entries = [];
  };
  const encodeNext = (): void => {
    const segment = pending.shift()!;
    const plain = encodeSegment(segment.entries, places.use);
    const digest = sha256(plain);
    const { codec, stored } = compress(plain, SEGMENT_COMPRESSION);
    encoded.push({
      entryCount: segment.entries.length,
      held: places.heldSegment(digest),
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
      for (const { chunk, held } of encoded) {
        if (held || sent.has(chunk.digest)) continue;
        sent.add(chunk.digest);
        await put(chunk);
      }
    },
    locate() {
      for (const { entryCount, held, chunk } of encoded)
        infos.push(held ?? { entryCount, chunk: places.find(chunk.digest) });
    },
    infos,
  };
}

/** Segments compress quickly and are read first by every restore. */
const SEGMENT_COMPRESSION = { codec: "zstd", level: 6 } as const;
