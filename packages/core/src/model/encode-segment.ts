// Entries to the bytes of a segment: about 4,096 of them, with the chunks and packs they need, so that a segment means the
// same in every artifact that reuses it. segment-layout.ts has what reading shares.

import { type ByteWriter, createByteWriter } from "./bytes.ts";
import type { Digest } from "./digest.ts";
import type { Entry, FileEntry, StoredChunk } from "./entry.ts";
import { Kind } from "./segment.ts";
import { CODECS, COLUMNS, type Columns, type ExtentCursor } from "./segment-layout.ts";

/** Entries in bytes, while it is not known yet where their chunks will be: a tenth of the memory that objects take. */
export interface EncodedEntries {
  readonly entryCount: number;
  /** All that they name, in order of first use. */
  readonly chunks: readonly Digest[];
  readonly columns: Uint8Array;
}

export function encodeEntries(entries: readonly Entry[]): EncodedEntries {
  const chunks = new Map<Digest, number>();
  const columns = Object.fromEntries(
    COLUMNS.map((name) => [name, createByteWriter()]),
  ) as Columns<ByteWriter>;
  const indexOf = (chunk: Digest): number => {
    const index = chunks.get(chunk) ?? chunks.size;
    if (index === chunks.size) chunks.set(chunk, index);
    return index;
  };

  let previousPath = Buffer.alloc(0);
  let previousSeconds = 0;
  let previousRoot = 0;
  const cursor: ExtentCursor = { chunk: 0, offset: 0 };
  for (const entry of entries) {
    columns.kinds.byte(Kind[entry.kind]);
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
  for (const name of COLUMNS) {
    const column = columns[name].finish();
    out.varint(column.length);
    out.bytes(column);
  }
  return { entryCount: entries.length, chunks: [...chunks.keys()], columns: out.finish() };
}

/** @param locate tells where a chunk is stored; asked once for each chunk. */
export function encodeSegment(
  { entryCount, chunks, columns }: EncodedEntries,
  locate: (chunk: Digest) => StoredChunk,
): Buffer {
  const out = createByteWriter(65_536);
  encodeChunks(out, chunks.map(locate));
  out.varint(entryCount);
  out.bytes(columns);
  return out.finish();
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

function commonPrefix(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < most && a[shared] === b[shared]) shared++;
  return shared;
}
