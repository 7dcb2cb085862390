// Where runs of small files and segments of entries are cut: a hash of the path decides, never a count, so that one
// changed, added or removed path moves the cut beside it and no other.

import { CHUNK_TARGET_BYTES, SEGMENT_TARGET_ENTRIES } from "./limits.ts";

/** FNV-1a over UTF-16 code units with a murmur finish: 32 well-mixed bits. */
export function pathHash(path: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < path.length; i++) h = Math.imul(h ^ path.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Whether a chunk ends after this file: with the probability size / target, so that chunks have the target on average. */
export function cutsChunkAfter(path: string, sizeBytes: number): boolean {
  return pathHash(path) / 2 ** 32 < sizeBytes / CHUNK_TARGET_BYTES;
}

/** Whether a segment ends after this entry. */
export function cutsSegmentAfter(path: string): boolean {
  // The high bits went to the chunk cut: remix, or both would fall on the same paths.
  return Math.imul(pathHash(path), 0x9e3779b1) >>> 0 < 2 ** 32 / SEGMENT_TARGET_ENTRIES;
}
