// Content-defined cuts in a big file: a gear hash (as in FastCDC, Xia et al. 2016) over a sliding window of 32 bytes,
// so that an insertion moves the cuts around it and none behind. Normalised: harder to cut before the target, easier
// after it, which keeps sizes close together.

import { CHUNK_MAX_BYTES, CHUNK_MIN_BYTES, CHUNK_TARGET_BYTES } from "../model/limits.ts";
import { pathHash } from "../model/path-hash.ts";

/** Part of the format: other numbers would cut elsewhere, and nothing stored before would be found again. */
const GEAR = Int32Array.from({ length: 256 }, (_, byte) => pathHash(`cairn-gear-${byte}`) | 0);

const TARGET_BITS = Math.log2(CHUNK_TARGET_BYTES - CHUNK_MIN_BYTES);
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
  const target = Math.min(end, CHUNK_TARGET_BYTES);
  let hash = 0;
  let at = Math.min(end, CHUNK_MIN_BYTES - 32);
  for (const warm = Math.min(end, CHUNK_MIN_BYTES); at < warm; at++) hash = (hash << 1) + GEAR[bytes[at]!]!;
  for (; at < target; at++) {
    hash = ((hash << 1) + GEAR[bytes[at]!]!) | 0;
    if ((hash & MASK_BEFORE) === 0) return at + 1;
  }
  for (; at < end; at++) {
    hash = ((hash << 1) + GEAR[bytes[at]!]!) | 0;
    if ((hash & MASK_AFTER) === 0) return at + 1;
  }
  return end === CHUNK_MAX_BYTES || isLast ? end : 0;
}

function highBits(count: number): number {
  return (-1 << (32 - Math.round(count))) | 0;
}
