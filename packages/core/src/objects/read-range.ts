// What the drivers share about ranged reads: which buffer the bytes go into, and what a range past the end means.

import { CorruptError } from "../model/errors.ts";
import type { ByteRange } from "../ports/object-store.ts";

/** A view of `into` where it is large enough, else a new buffer; its old bytes are not cleared. */
export function bufferFor(length: number, into: Uint8Array | undefined): Uint8Array {
  if (into !== undefined && into.byteLength >= length) return into.subarray(0, length);
  return Buffer.allocUnsafeSlow(length);
}

/** @throws CorruptError when the object ends before the range does; TypeError when the range is none. */
export function checkRange(name: string, range: ByteRange, sizeBytes: number): void {
  checkIsRange(range);
  if (range.offset + range.length > sizeBytes) throw tooShort(name, range, sizeBytes);
}

/** @throws TypeError when the range is none: a bug of the caller. */
export function checkIsRange(range: ByteRange): void {
  const isWhole = Number.isSafeInteger(range.offset) && Number.isSafeInteger(range.length);
  if (!isWhole || range.offset < 0 || range.length < 0)
    throw new TypeError(`not a range: offset ${range.offset}, length ${range.length}`);
}

/** The object is shorter than what was asked of it; `sizeBytes` where it is known. */
export function tooShort(name: string, range: ByteRange, sizeBytes?: number): CorruptError {
  const end = range.offset + range.length;
  const size = sizeBytes === undefined ? "fewer" : String(sizeBytes);
  return new CorruptError(name, `bytes ${range.offset} to ${end} were asked for, it has ${size}`);
}
