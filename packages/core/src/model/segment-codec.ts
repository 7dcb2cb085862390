// The bytes of a segment: about 4,096 Entries, with the chunks and packs they need, so that a segment means the same
// in every artifact that reuses it. Columns, because equal things side by side compress well. docs/format.md has the
// layout; a change here raises FORMAT_VERSION and adds a golden file.

import { type ByteReader, type ByteWriter, createByteReader, createByteWriter } from "./bytes.ts";
import { DIGEST_BYTES, type Digest } from "./digest.ts";
import type { Codec, Entry, Extent, FileEntry, StoredChunk } from "./entry.ts";
import { CorruptError } from "./errors.ts";
import {
  CHUNK_MAX_BYTES,
  PACK_MAX_BYTES,
  PATH_MAX_BYTES,
  SEGMENT_MAX_BYTES,
  SEGMENT_MAX_ENTRIES,
} from "./limits.ts";

export interface Segment {
  /** Every chunk that the entries' extents name, in order of first use. */
  readonly chunks: readonly StoredChunk[];
  readonly entries: readonly Entry[];
}

const KINDS = ["file", "directory", "symlink", "hardlink"] as const;
const CODECS: readonly Codec[] = ["none", "zstd", "gzip"];
const COLUMNS = ["kinds", "roots", "paths", "modes", "times", "sizes", "extents", "targets"] as const;
type Columns<T> = Record<(typeof COLUMNS)[number], T>;

/** @param locate tells where a chunk is stored; asked once for each chunk. */
export function encodeSegment(entries: readonly Entry[], locate: (chunk: Digest) => StoredChunk): Buffer {
  const chunks = new Map<Digest, { index: number; stored: StoredChunk }>();
  const columns = Object.fromEntries(
    COLUMNS.map((name) => [name, createByteWriter()]),
  ) as Columns<ByteWriter>;
  const indexOf = (chunk: Digest): number => {
    let known = chunks.get(chunk);
    if (!known) {
      known = { index: chunks.size, stored: locate(chunk) };
      chunks.set(chunk, known);
    }
    return known.index;
  };

  let previousPath = Buffer.alloc(0);
  let previousSeconds = 0;
  let previousRoot = 0;
  const cursor: ExtentCursor = { chunk: 0, offset: 0 };
  for (const entry of entries) {
    columns.kinds.byte(KINDS.indexOf(entry.kind));
    columns.roots.zigzag(entry.root - previousRoot);
    previousRoot = entry.root;
    const path = Buffer.from(entry.path);
    const shared = commonPrefix(previousPath, path);
    columns.paths.varint(shared);
    columns.paths.varint(path.length - shared);
    columns.paths.bytes(path.subarray(shared));
    previousPath = path;
    if (entry.kind === "file" || entry.kind === "directory") {
      columns.modes.varint(entry.mode);
    }
    if (entry.kind !== "hardlink") {
      columns.times.zigzag(entry.mtimeSeconds - previousSeconds);
      columns.times.varint(entry.mtimeNanos);
      previousSeconds = entry.mtimeSeconds;
    }
    if (entry.kind === "file") {
      columns.sizes.varint(entry.size);
      encodeExtents(columns.extents, entry, indexOf, cursor);
    }
    if (entry.kind === "symlink") columns.targets.text(entry.target);
    if (entry.kind === "hardlink") {
      columns.targets.varint(entry.targetRoot);
      columns.targets.text(entry.target);
    }
  }

  const out = createByteWriter(65_536);
  encodeChunks(
    out,
    [...chunks.values()].map((chunk) => chunk.stored),
  );
  out.varint(entries.length);
  for (const name of COLUMNS) {
    const column = columns[name].finish();
    out.varint(column.length);
    out.bytes(column);
  }
  return out.finish();
}

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

  const entries: Entry[] = [];
  let pathBuffer = Buffer.alloc(1024);
  let pathLength = 0;
  let seconds = 0;
  let root = 0;
  const cursor: ExtentCursor = { chunk: 0, offset: 0 };
  for (let i = 0; i < entryCount; i++) {
    const kind = KINDS[columns.kinds.byte()];
    root += columns.roots.zigzag();
    if (root < 0) throw new CorruptError(what, "an entry has no root");
    const shared = columns.paths.varint();
    const suffix = columns.paths.bytes(columns.paths.varint());
    if (shared > pathLength) throw new CorruptError(what, "a path shares more than there is");
    pathLength = shared + suffix.length;
    if (pathLength > PATH_MAX_BYTES) throw new CorruptError(what, "a path is too long");
    if (pathLength > pathBuffer.length) pathBuffer = Buffer.concat([pathBuffer], PATH_MAX_BYTES);
    pathBuffer.set(suffix, shared);
    const path = pathBuffer.toString("utf8", 0, pathLength);

    const mode = kind === "file" || kind === "directory" ? columns.modes.varint() : 0;
    seconds += kind === "hardlink" ? 0 : columns.times.zigzag();
    const mtimeNanos = kind === "hardlink" ? 0 : columns.times.varint();
    if (mode > 0o7777 || mtimeNanos > 999_999_999)
      throw new CorruptError(what, "a mode or time is out of range");
    const times = { mtimeSeconds: seconds, mtimeNanos };
    if (kind === "directory") {
      entries.push({ kind, root, path, mode, ...times });
    } else if (kind === "file") {
      const size = columns.sizes.varint();
      const extents = decodeExtents(columns.extents, size, chunks, cursor, what);
      entries.push({ kind, root, path, mode, ...times, size, extents });
    } else if (kind === "symlink") {
      entries.push({ kind, root, path, target: columns.targets.text(PATH_MAX_BYTES), ...times });
    } else if (kind === "hardlink") {
      entries.push({
        kind,
        root,
        path,
        targetRoot: columns.targets.varint(),
        target: columns.targets.text(PATH_MAX_BYTES),
      });
    } else {
      throw new CorruptError(what, "an entry is of an unknown kind");
    }
  }
  for (const name of COLUMNS) columns[name].end();
  return { chunks, entries };
}

/** Where the last extent ended: most extents go on from there, and cost two zero bytes. */
interface ExtentCursor {
  chunk: number;
  offset: number;
}

function encodeExtents(
  out: ByteWriter,
  entry: FileEntry,
  indexOf: (chunk: Digest) => number,
  cursor: ExtentCursor,
): void {
  if (entry.size === 0) return;
  out.varint(entry.extents.length);
  for (const [i, extent] of entry.extents.entries()) {
    const chunk = indexOf(extent.chunk);
    out.zigzag(chunk - cursor.chunk);
    out.zigzag(extent.offset - (chunk === cursor.chunk ? cursor.offset : 0));
    if (i < entry.extents.length - 1) out.varint(extent.length);
    cursor.chunk = chunk;
    cursor.offset = extent.offset + extent.length;
  }
}

function decodeExtents(
  column: ByteReader,
  size: number,
  chunks: readonly StoredChunk[],
  cursor: ExtentCursor,
  what: string,
): Extent[] {
  if (size === 0) return [];
  const extents: Extent[] = [];
  const count = column.count(2);
  let rest = size;
  for (let i = 0; i < count; i++) {
    const index = cursor.chunk + column.zigzag();
    const offset = column.zigzag() + (index === cursor.chunk ? cursor.offset : 0);
    const length = i < count - 1 ? column.varint() : rest;
    const chunk = chunks[index];
    if (!chunk || offset < 0 || length <= 0 || offset + length > chunk.plainLength) {
      throw new CorruptError(what, "an extent lies outside its chunk");
    }
    extents.push({ chunk: chunk.digest, offset, length });
    rest -= length;
    cursor.chunk = index;
    cursor.offset = offset + length;
  }
  if (rest !== 0) throw new CorruptError(what, "the extents of a file do not add up to its size");
  return extents;
}

function encodeChunks(out: ByteWriter, chunks: readonly StoredChunk[]): void {
  const packs = [...new Set(chunks.map((chunk) => chunk.pack))];
  const packIndex = new Map(packs.map((pack, index) => [pack, index]));
  out.varint(packs.length);
  for (const pack of packs) out.digest(pack);
  out.varint(chunks.length);
  for (const chunk of chunks) {
    out.digest(chunk.digest);
    out.digest(chunk.storedDigest);
    out.varint(packIndex.get(chunk.pack)!);
    out.varint(chunk.offset);
    out.varint(chunk.storedLength);
    out.varint(chunk.plainLength);
    out.byte(CODECS.indexOf(chunk.codec));
  }
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

function commonPrefix(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < most && a[shared] === b[shared]) shared++;
  return shared;
}
