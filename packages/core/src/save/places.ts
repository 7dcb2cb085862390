// Where every chunk of a save is or will be: on its way, in a pack of this save, or held by a base. Also which packs the
// artifact ends up using, and how much of each.

import { INLINE_PACK, type PackInfo, type SegmentInfo } from "../model/artifact-codec.ts";
import type { Digest } from "../model/digest.ts";
import type { StoredChunk } from "../model/entry.ts";
import type { PackedChunk } from "../model/pack-codec.ts";
import type { Domain } from "../model/ref.ts";
import { dayOf, type Held } from "./bases.ts";
import type { PutObject } from "./put-verified.ts";

export interface Places {
  addPack(pack: PutObject<readonly PackedChunk[]>): void;
  addChunk(chunk: StoredChunk): void;
  /** Where a chunk of the tree is; counts it as used. */
  use(chunk: Digest): StoredChunk;
  find(chunk: Digest): StoredChunk;
  /** @returns false when the chunk is already on its way. */
  begin(chunk: Digest): boolean;
  reuse(chunk: Digest): void;
  /** Whether a base holds it. */
  isReused(chunk: Digest): boolean;
  heldSegment(digest: Digest): SegmentInfo | undefined;
  /** Packs by name that the artifact uses, with the bytes it uses of each. */
  usedPacks(segments: readonly SegmentInfo[]): PackInfo[];
}

export function createPlaces(held: Held, domain: Domain): Places {
  const chunks = new Map<Digest, StoredChunk>();
  const packs = new Map<Digest, Omit<PackInfo, "digest" | "usedBytes">>(held.packs);
  const begun = new Set<Digest>();
  const used = new Map<Digest, StoredChunk>();
  const reused = new Set<Digest>();
  const find = (digest: Digest): StoredChunk => {
    const chunk = chunks.get(digest) ?? held.chunks.get(digest);
    if (!chunk) throw new Error(`chunk ${digest} was stored nowhere`);
    return chunk;
  };
  return {
    addPack({ digest, detail, sizeBytes, bornMs }) {
      packs.set(digest, { domain, sizeBytes, bornDay: dayOf(bornMs) });
      for (const chunk of detail) chunks.set(chunk.digest, { ...chunk, pack: digest });
    },
    addChunk: (chunk) => void chunks.set(chunk.digest, chunk),
    use(digest) {
      const chunk = find(digest);
      used.set(digest, chunk);
      return chunk;
    },
    find,
    begin(digest) {
      if (begun.has(digest)) return false;
      begun.add(digest);
      return true;
    },
    reuse: (digest) => void reused.add(digest),
    isReused: (digest) => reused.has(digest),
    heldSegment: (digest) => held.segments.get(digest),
    usedPacks(segments) {
      const usedBytes = new Map<Digest, number>();
      for (const chunk of [...used.values(), ...segments.map((segment) => segment.chunk)]) {
        if (chunk.pack !== INLINE_PACK)
          usedBytes.set(chunk.pack, (usedBytes.get(chunk.pack) ?? 0) + chunk.storedLength);
      }
      return [...usedBytes].map(([digest, bytes]) => ({ ...packs.get(digest)!, digest, usedBytes: bytes }));
    },
  };
}
