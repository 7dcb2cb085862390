// Segment: about 4,096 entries of an artifact with the chunks that they need, in columns: an array for each property
// instead of an object for each entry. A restore holds all segments of a tree at once, a million entries perhaps, and
// objects would cost it ten times the memory and the collector's time.

import type { Entry, Extent, StoredChunk } from "./entry.ts";

/** The numbers that stand for the kinds of an Entry, in memory and in the stored bytes. */
export const Kind = { file: 0, directory: 1, symlink: 2, hardlink: 3 } as const;

/** What a link of the artifact leads to; `root` is told of hard links only. */
export interface LinkTarget {
  readonly root: number;
  /** Text of a symbolic link; of a hard link, the path below `root` of the file that it is another name of. */
  readonly path: string;
}

/** Entry i is element i of each column; what its kind does not have is 0 there. */
export interface Segment {
  /** Every chunk that the entries' extents name, in order of first use. */
  readonly chunks: readonly StoredChunk[];
  readonly entryCount: number;
  /** See Kind. */
  readonly kinds: Uint8Array;
  /** Index into the artifact's roots. */
  readonly roots: Uint32Array;
  /** Relative to the root, `/`-separated; "" is the root itself. */
  readonly paths: readonly string[];
  readonly modes: Uint16Array;
  readonly mtimeSeconds: Float64Array;
  readonly mtimeNanos: Uint32Array;
  readonly sizes: Float64Array;
  /** The extents of entry i lie from extentEnds[i - 1] (0 for the first) to extentEnds[i]. */
  readonly extentEnds: Uint32Array;
  readonly extents: ExtentColumns;
  /** By entry; symbolic and hard links only. */
  readonly targets: ReadonlyMap<number, LinkTarget>;
}

/** Each: `lengths[i]` bytes from `offsets[i]` of the plain bytes of `Segment.chunks[chunks[i]]`. */
export interface ExtentColumns {
  readonly chunks: Uint32Array;
  readonly offsets: Uint32Array;
  readonly lengths: Uint32Array;
}

/** The entries as objects: for whoever looks at one after the other and keeps none. */
export function* entriesOf(segment: Segment): Generator<Entry> {
  for (let i = 0; i < segment.entryCount; i++) yield entryAt(segment, i);
}

export function entryAt(segment: Segment, i: number): Entry {
  const root = segment.roots[i]!;
  const path = segment.paths[i]!;
  const times = { mtimeSeconds: segment.mtimeSeconds[i]!, mtimeNanos: segment.mtimeNanos[i]! };
  const mode = segment.modes[i]!;
  switch (segment.kinds[i]) {
    case Kind.file:
      return {
        kind: "file",
        root,
        path,
        mode,
        ...times,
        size: segment.sizes[i]!,
        extents: extentsOf(segment, i),
      };
    case Kind.directory:
      return { kind: "directory", root, path, mode, ...times };
    case Kind.symlink:
      return { kind: "symlink", root, path, target: segment.targets.get(i)!.path, ...times };
    default: {
      const target = segment.targets.get(i)!;
      return { kind: "hardlink", root, path, targetRoot: target.root, target: target.path };
    }
  }
}

/** Index of the first extent of entry i. */
export function firstExtent({ extentEnds }: Segment, i: number): number {
  return i === 0 ? 0 : extentEnds[i - 1]!;
}

export function extentCount(segment: Segment, i: number): number {
  return segment.extentEnds[i]! - firstExtent(segment, i);
}

function extentsOf(segment: Segment, i: number): Extent[] {
  const { chunks, offsets, lengths } = segment.extents;
  const found: Extent[] = [];
  for (let at = firstExtent(segment, i); at < segment.extentEnds[i]!; at++) {
    found.push({ chunk: segment.chunks[chunks[at]!]!.digest, offset: offsets[at]!, length: lengths[at]! });
  }
  return found;
}
