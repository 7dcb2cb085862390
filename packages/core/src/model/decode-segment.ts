// The bytes of a segment to its columns. Nothing of it is trusted: what is not exactly one well-formed segment is a
// CorruptError, and no count in it makes a reader allocate more than the limits say.

import { type ByteReader, createByteReader, unzigzag } from "./bytes.ts";
import { DIGEST_BYTES } from "./digest.ts";
import type { StoredChunk } from "./entry.ts";
import { CorruptError } from "./errors.ts";
import {
  CHUNK_MAX_BYTES,
  PACK_MAX_BYTES,
  PATH_MAX_BYTES,
  SEGMENT_MAX_BYTES,
  SEGMENT_MAX_ENTRIES,
} from "./limits.ts";
import { Kind, type LinkTarget, type Segment } from "./segment.ts";
import { CODECS, COLUMNS, type Columns, type ExtentCursor } from "./segment-layout.ts";

/**
 * @param what names the segment in errors.
 * @throws CorruptError when the bytes are not exactly one well-formed segment. Paths are not judged here.
 */
export function decodeSegment(bytes: Uint8Array, what: string): Segment {
  if (bytes.length > SEGMENT_MAX_BYTES) throw new CorruptError(what, "the segment is too large");
  const reader = createByteReader(bytes, what);
  const chunks = decodeChunks(reader, what);
  const entryCount = reader.count(1);
  if (entryCount > SEGMENT_MAX_ENTRIES) throw new CorruptError(what, "the segment has too many entries");
  const columns = Object.fromEntries(COLUMNS.map((name) => [name, reader.part()])) as Columns<ByteReader>;
  reader.end();

  const kinds = Uint8Array.from(columns.kinds.bytes(entryCount));
  const counts = countKinds(kinds, what);
  const sizes = columns.sizes.varints(new Float64Array(counts[Kind.file]));
  const segment = {
    chunks,
    entryCount,
    kinds,
    roots: decodeRoots(columns.roots, entryCount, what),
    paths: decodePaths(columns.paths, entryCount, what),
    modes: decodeModes(columns.modes, kinds, counts[Kind.file] + counts[Kind.directory], what),
    ...decodeTimes(columns.times, kinds, entryCount - counts[Kind.hardlink], what),
    sizes: spread(sizes, kinds, Kind.file),
    ...decodeExtents(columns.extents, sizes, kinds, chunks, what),
    targets: decodeTargets(columns.targets, kinds),
  };
  for (const name of COLUMNS) columns[name].end();
  return segment;
}

/** How many entries there are of each kind. */
function countKinds(kinds: Uint8Array, what: string): [number, number, number, number] {
  const counts: [number, number, number, number] = [0, 0, 0, 0];
  for (const kind of kinds) {
    if (kind > Kind.hardlink) throw new CorruptError(what, "an entry is of an unknown kind");
    counts[kind as 0 | 1 | 2 | 3]++;
  }
  return counts;
}

/** From the numbers of the entries of one kind to a column for all. */
function spread(numbers: Float64Array, kinds: Uint8Array, kind: number): Float64Array {
  const column = new Float64Array(kinds.length);
  for (let i = 0, next = 0; i < kinds.length; i++) if (kinds[i] === kind) column[i] = numbers[next++]!;
  return column;
}

function decodeRoots(column: ByteReader, entryCount: number, what: string): Uint32Array {
  const steps = column.varints(new Float64Array(entryCount));
  const roots = new Uint32Array(entryCount);
  let root = 0;
  for (let i = 0; i < entryCount; i++) {
    root += unzigzag(steps[i]!);
    if (root < 0 || root > MAX_ROOT) throw new CorruptError(what, "an entry has no root");
    roots[i] = root;
  }
  return roots;
}

function decodeModes(column: ByteReader, kinds: Uint8Array, count: number, what: string): Uint16Array {
  const found = column.varints(new Float64Array(count));
  const modes = new Uint16Array(kinds.length);
  for (let i = 0, next = 0; i < kinds.length; i++) {
    if (kinds[i]! > Kind.directory) continue;
    const mode = found[next++]!;
    if (mode > 0o7777) throw new CorruptError(what, "a mode is out of range");
    modes[i] = mode;
  }
  return modes;
}

function decodeTimes(column: ByteReader, kinds: Uint8Array, count: number, what: string) {
  const found = column.varints(new Float64Array(2 * count));
  const mtimeSeconds = new Float64Array(kinds.length);
  const mtimeNanos = new Uint32Array(kinds.length);
  let seconds = 0;
  for (let i = 0, next = 0; i < kinds.length; i++) {
    if (kinds[i] === Kind.hardlink) continue;
    seconds += unzigzag(found[next++]!);
    const nanos = found[next++]!;
    if (nanos > 999_999_999) throw new CorruptError(what, "a time is out of range");
    mtimeSeconds[i] = seconds;
    mtimeNanos[i] = nanos;
  }
  return { mtimeSeconds, mtimeNanos };
}

function decodeTargets(column: ByteReader, kinds: Uint8Array): Map<number, LinkTarget> {
  const targets = new Map<number, LinkTarget>();
  for (let i = 0; i < kinds.length; i++) {
    if (kinds[i]! < Kind.symlink) continue;
    const root = kinds[i] === Kind.hardlink ? column.varint() : 0;
    targets.set(i, { root, path: column.text(PATH_MAX_BYTES) });
  }
  return targets;
}

/** More roots than any artifact lists: what fits into the column. */
const MAX_ROOT = 0xffff_ffff;

function decodePaths(column: ByteReader, entryCount: number, what: string): string[] {
  const paths = new Array<string>(entryCount);
  const path = Buffer.allocUnsafe(PATH_MAX_BYTES);
  let length = 0;
  for (let i = 0; i < entryCount; i++) {
    const shared = column.varint();
    const more = column.varint();
    if (shared > length) throw new CorruptError(what, "a path shares more than there is");
    length = shared + more;
    if (length > PATH_MAX_BYTES) throw new CorruptError(what, "a path is too long");
    column.copy(path, shared, more);
    paths[i] = path.toString("utf8", 0, length);
  }
  return paths;
}

/** @param sizes of the files, in their order: nothing is stored of an empty one. */
function decodeExtents(
  column: ByteReader,
  sizes: Float64Array,
  kinds: Uint8Array,
  stored: readonly StoredChunk[],
  what: string,
): Pick<Segment, "extents" | "extentEnds"> {
  // Most files have one extent; the columns grow for the others.
  let [chunks, offsets, lengths] = [0, 0, 0].map(() => new Uint32Array(sizes.length)) as Columns3;
  const extentEnds = new Uint32Array(kinds.length);
  const cursor: ExtentCursor = { chunk: 0, offset: 0 };
  let count = 0;
  for (let i = 0, file = 0; i < kinds.length; i++) {
    if (kinds[i] === Kind.file) {
      let rest = sizes[file++]!;
      const end = rest === 0 ? count : count + column.count(2);
      if (end > chunks.length)
        [chunks, offsets, lengths] = [chunks, offsets, lengths].map((each) =>
          grown(each, 2 * end),
        ) as Columns3;
      for (; count < end; count++) {
        const index = cursor.chunk + column.zigzag();
        const offset = column.zigzag() + (index === cursor.chunk ? cursor.offset : 0);
        const length = count < end - 1 ? column.varint() : rest;
        const chunk = stored[index];
        if (!chunk || offset < 0 || length <= 0 || offset + length > chunk.plainLength)
          throw new CorruptError(what, "an extent lies outside its chunk");
        chunks[count] = index;
        offsets[count] = offset;
        lengths[count] = length;
        rest -= length;
        cursor.chunk = index;
        cursor.offset = offset + length;
      }
      if (rest !== 0) throw new CorruptError(what, "the extents of a file do not add up to its size");
    }
    extentEnds[i] = count;
  }
  const trim = (each: Uint32Array): Uint32Array => each.slice(0, count);
  return {
    extentEnds,
    extents: { chunks: trim(chunks), offsets: trim(offsets), lengths: trim(lengths) },
  };
}

type Columns3 = [Uint32Array<ArrayBuffer>, Uint32Array<ArrayBuffer>, Uint32Array<ArrayBuffer>];

function grown(column: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(length);
  larger.set(column);
  return larger;
}

function decodeChunks(reader: ByteReader, what: string): StoredChunk[] {
  const packs = Array.from({ length: reader.count(DIGEST_BYTES) }, () => reader.digest());
  return Array.from({ length: reader.count(2 * DIGEST_BYTES + 5) }, () => {
    const digest = reader.digest();
    const storedDigest = reader.digest();
    const pack = packs[reader.varint()];
    const offset = reader.varint();
    const storedLength = reader.varint();
    const plainLength = reader.varint();
    const codec = CODECS[reader.byte()];
    if (
      !pack ||
      !codec ||
      offset + storedLength > PACK_MAX_BYTES ||
      plainLength > CHUNK_MAX_BYTES ||
      plainLength === 0
    ) {
      throw new CorruptError(what, "a chunk's place is out of range");
    }
    return { digest, storedDigest, pack, offset, storedLength, plainLength, codec };
  });
}
