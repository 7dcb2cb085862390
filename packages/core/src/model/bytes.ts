// ByteWriter and ByteReader: varints (LEB128, up to 2^53-1), zigzag for signed numbers, and length-prefixed strings.
// The reader trusts nothing: whatever goes past the end or over a limit is a CorruptError.

import { DIGEST_BYTES, type Digest } from "./digest.ts";
import { CorruptError } from "./errors.ts";

export interface ByteWriter {
  byte(value: number): void;
  varint(value: number): void;
  zigzag(value: number): void;
  text(value: string): void;
  digest(value: Digest): void;
  bytes(value: Uint8Array): void;
  /** What was written so far; a view that the next write may invalidate. */
  finish(): Buffer;
}

export function createByteWriter(capacity = 4096): ByteWriter {
  let buffer = Buffer.allocUnsafe(capacity);
  let length = 0;
  const reserve = (more: number): void => {
    if (length + more <= buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(buffer.length * 2, length + more));
    buffer.copy(grown, 0, 0, length);
    buffer = grown;
  };
  const varint = (value: number): void => {
    reserve(8);
    let rest = value;
    while (rest > 0x7fffffff) {
      buffer[length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      buffer[length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    buffer[length++] = rest;
  };
  return {
    byte(value) {
      reserve(1);
      buffer[length++] = value;
    },
    varint,
    zigzag: (value) => varint(value < 0 ? -value * 2 - 1 : value * 2),
    text(value) {
      const size = Buffer.byteLength(value);
      varint(size);
      reserve(size);
      length += buffer.write(value, length, "utf8");
    },
    digest(value) {
      reserve(DIGEST_BYTES);
      length += buffer.write(value, length, "hex");
    },
    bytes(value) {
      reserve(value.length);
      buffer.set(value, length);
      length += value.length;
    },
    finish: () => buffer.subarray(0, length),
  };
}

/** The signed number that a varint stands for. */
export function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

export interface ByteReader {
  readonly remaining: number;
  byte(): number;
  varint(): number;
  /** A varint that counts things of at least `minBytes` each, so it can't exceed what remains. */
  count(minBytes: number): number;
  zigzag(): number;
  text(maxBytes: number): string;
  digest(): Digest;
  /** A view of the next `length` bytes. */
  bytes(length: number): Buffer;
  /** Fills `into` with as many varints: a column at a time is several times faster than one call for each. */
  varints(into: Float64Array): Float64Array;
  /** Copies the next `length` bytes to `position` of `target`, which has room for them. */
  copy(target: Uint8Array, position: number, length: number): void;
  /** A reader of the next length-prefixed part. */
  part(): ByteReader;
  /** @throws CorruptError when something is left. */
  end(): void;
}

/** @param what names the object in errors. */
export function createByteReader(source: Uint8Array, what: string): ByteReader {
  const buffer = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  let at = 0;
  const fail = (why: string): never => {
    throw new CorruptError(what, `${why} at byte ${at}`);
  };
  const need = (length: number): void => {
    if (length > buffer.length - at) fail("it ends too early");
  };
  const varint = (): number => {
    let value = 0;
    let scale = 1;
    for (;;) {
      if (at >= buffer.length) fail("it ends too early");
      const byte = buffer[at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 128;
      if (scale > 2 ** 49) fail("a number is too large");
    }
    return Number.isSafeInteger(value) ? value : fail("a number is too large");
  };
  const bytes = (length: number): Buffer => {
    need(length);
    const view = buffer.subarray(at, at + length);
    at += length;
    return view;
  };
  return {
    get remaining() {
      return buffer.length - at;
    },
    byte() {
      need(1);
      return buffer[at++]!;
    },
    varint,
    count(minBytes) {
      const value = varint();
      if (value * minBytes > buffer.length - at) fail("a count is larger than what follows");
      return value;
    },
    zigzag: () => unzigzag(varint()),
    text(maxBytes) {
      const length = varint();
      if (length > maxBytes) fail("a text is too long");
      need(length);
      const text = buffer.toString("utf8", at, at + length);
      at += length;
      return text;
    },
    digest() {
      need(DIGEST_BYTES);
      const text = buffer.toString("hex", at, at + DIGEST_BYTES);
      at += DIGEST_BYTES;
      return text as Digest;
    },
    bytes,
    varints(into) {
      // The loop keeps its place in a local variable, which the closures of the other methods would not allow.
      let next = at;
      for (let i = 0; i < into.length; i++) {
        let byte = buffer[next++];
        if (byte !== undefined && byte < 0x80) {
          into[i] = byte;
          continue;
        }
        let value = 0;
        let scale = 1;
        for (;;) {
          if (byte === undefined) fail("it ends too early");
          value += (byte! & 0x7f) * scale;
          if (byte! < 0x80) break;
          scale *= 128;
          if (scale > 2 ** 49) fail("a number is too large");
          byte = buffer[next++];
        }
        into[i] = Number.isSafeInteger(value) ? value : fail("a number is too large");
      }
      at = next;
      return into;
    },
    copy(target, position, length) {
      need(length);
      // Byte by byte: a view for each run of a path would cost more than its bytes.
      for (let i = 0; i < length; i++) target[position + i] = buffer[at + i]!;
      at += length;
    },
    part() {
      const length = varint();
      return createByteReader(bytes(length), what);
    },
    end() {
      if (at !== buffer.length) fail("bytes are left over");
    },
  };
}
