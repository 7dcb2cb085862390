// Content-defined cuts in a big file: a gear hash (as in FastCDC, Xia et al. 2016) over a sliding window of 32 bytes,
// so that an insertion moves the cuts around it and none behind. Normalised: harder to cut before the target, easier
// after it, which keeps sizes close together.

import { BIG_CHUNK_TARGET_BYTES, CHUNK_MAX_BYTES, CHUNK_MIN_BYTES } from "../model/limits.ts";
import { pathHash } from "../model/path-hash.ts";

/** Part of the format: other numbers would cut elsewhere, and nothing stored before would be found again. */
const GEAR = Int32Array.from({ length: 256 }, (_, byte) => pathHash(`cairn-gear-${byte}`) | 0);

const TARGET_BITS = Math.log2(BIG_CHUNK_TARGET_BYTES - CHUNK_MIN_BYTES);
/** The high bits depend on all 32 bytes of the window, the low ones on fewer. */
const MASK_BEFORE = highBits(TARGET_BITS + 2);
const MASK_AFTER = highBits(TARGET_BITS - 2);

/**
 * Length of the first chunk of `bytes`.
 * @param isLast whether the file ends with `bytes`.
 * @returns 0 when there is no cut yet and more bytes are needed.
 */
export function findCut(bytes: Uint8Array, isLast: boolean): number {
  const end = Math.min(bytes.length, CHUNK_MAX_BYTES);
  const target = Math.min(end, BIG_CHUNK_TARGET_BYTES);
  let hash = 0;
  let at = Math.min(end, CHUNK_MIN_BYTES - 32);
  for (const warm = Math.min(end, CHUNK_MIN_BYTES); at < warm; at++)
    hash = ((hash << 1) + GEAR[bytes[at]!]!) | 0;
  for (const [stop, mask] of [
    [target, MASK_BEFORE],
    [end, MASK_AFTER],
  ] as const) {
    // Four steps at a time: 2.5 times faster than one in V8, which checks bounds and loops less.
    for (; at + 4 <= stop; at += 4) {
      const first = ((hash << 1) + GEAR[bytes[at]!]!) | 0;
      const second = ((first << 1) + GEAR[bytes[at + 1]!]!) | 0;
      const third = ((second << 1) + GEAR[bytes[at + 2]!]!) | 0;
      hash = ((third << 1) + GEAR[bytes[at + 3]!]!) | 0;
      if ((first & mask) === 0) return at + 1;
      if ((second & mask) === 0) return at + 2;
      if ((third & mask) === 0) return at + 3;
      if ((hash & mask) === 0) return at + 4;
    }
    for (; at < stop; at++) {
      hash = ((hash << 1) + GEAR[bytes[at]!]!) | 0;
      if ((hash & mask) === 0) return at + 1;
    }
  }
  return end === CHUNK_MAX_BYTES || isLast ? end : 0;
}

function highBits(count: number): number {
  return (-1 << (32 - Math.round(count))) | 0;
}
