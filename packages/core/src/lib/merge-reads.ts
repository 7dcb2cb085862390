// Merges neighbouring chunks of a pack into ranged reads: a request costs as much as some hundred kilobytes.

import type { Digest } from "../model/digest.ts";
import type { StoredChunk } from "../model/entry.ts";

/** One ranged read of a pack, with what lies in it. */
export interface PackRead<T> {
  readonly pack: Digest;
  readonly offset: number;
  readonly length: number;
  readonly items: readonly T[];
}

/** Reading over a gap of this size costs less than another request (hestia, restic: 128 KiB to 4 MiB). */
const MAX_GAP_BYTES = 256 * 1024;
/** Large enough for throughput, small enough that all threads get work and memory stays bounded. */
export const READ_TARGET_BYTES: number = 4 * 1024 * 1024;

/** @param items in the order in which they are wanted; only neighbours in this order are merged. */
export function mergeReads<T>(items: Iterable<T>, chunkOf: (item: T) => StoredChunk): PackRead<T>[] {
  const reads: { pack: Digest; offset: number; length: number; items: T[] }[] = [];
  for (const item of items) {
    const chunk = chunkOf(item);
    const end = chunk.offset + chunk.storedLength;
    const last = reads.at(-1);
    const lastEnd = last ? last.offset + last.length : 0;
    const fits =
      last?.pack === chunk.pack &&
      chunk.offset >= last.offset &&
      chunk.offset - lastEnd <= MAX_GAP_BYTES &&
      Math.max(end, lastEnd) - last.offset <= READ_TARGET_BYTES;
    if (last && fits) {
      last.length = Math.max(end, lastEnd) - last.offset;
      last.items.push(item);
    } else {
      reads.push({ pack: chunk.pack, offset: chunk.offset, length: chunk.storedLength, items: [item] });
    }
  }
  return reads;
}
