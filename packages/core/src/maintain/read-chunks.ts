// The plain bytes of the chunks that a walk over an artifact asks for, each verified, the last few kept: files lie in
// their chunks one behind the other, so nearly every chunk is read once.

import { openChunk } from "../lib/codec.ts";
import { mergeReads } from "../lib/merge-reads.ts";
import { type ArtifactPlace, packNameOf, readPack } from "../lib/read-artifact.ts";
import type { Artifact } from "../model/artifact-codec.ts";
import type { Digest } from "../model/digest.ts";
import type { StoredChunk } from "../model/entry.ts";
import { CorruptError } from "../model/errors.ts";
import type { CallOptions } from "../ports/object-store.ts";

export interface ChunkReader {
  /** @throws CorruptError, ObjectMissingError */
  read(digest: Digest): Promise<Uint8Array>;
}

const KEPT_BYTES = 64 * 1024 * 1024;

/** @param wanted every chunk that will be asked for, in that order: neighbours are fetched together. */
export function createChunkReader(
  place: ArtifactPlace,
  artifact: Artifact,
  wanted: readonly StoredChunk[],
  options?: CallOptions,
): ChunkReader {
  const readOf = new Map(
    mergeReads(wanted, (chunk) => chunk).flatMap((read) =>
      read.items.map((chunk) => [chunk.digest, read] as const),
    ),
  );
  const kept = new Map<Digest, Uint8Array>();
  let keptBytes = 0;
  const keep = (digest: Digest, plain: Uint8Array): void => {
    if (kept.has(digest)) return;
    kept.set(digest, plain);
    keptBytes += plain.length;
    for (const [oldest, bytes] of kept) {
      if (keptBytes <= KEPT_BYTES) break;
      kept.delete(oldest);
      keptBytes -= bytes.length;
    }
  };
  return {
    async read(digest) {
      const known = kept.get(digest);
      if (known) return known;
      const read = readOf.get(digest);
      if (!read) throw new Error(`chunk ${digest} was not announced`);
      const stored = await readPack(place, artifact, read, options);
      let wanted: Uint8Array | undefined;
      for (const chunk of read.items) {
        const start = chunk.offset - read.offset;
        const plain = openChunk(stored.subarray(start, start + chunk.storedLength), chunk);
        if (typeof plain === "string")
          throw new CorruptError(packNameOf(place, artifact, chunk.pack), `chunk ${chunk.digest}: ${plain}`);
        if (chunk.digest === digest) wanted = plain;
        keep(chunk.digest, plain);
      }
      return wanted!;
    },
  };
}
