// Entry: one path of a saved tree; Extent: where a run of a file's bytes comes from. StoredChunk: a chunk and where
// its stored bytes are.

import type { Digest } from "./digest.ts";

export type Codec = "zstd" | "gzip" | "none";

/** A chunk, by the digest of its plain bytes, and the frame that holds it. */
export interface StoredChunk {
  readonly digest: Digest;
  readonly plainLength: number;
  readonly storedDigest: Digest;
  readonly storedLength: number;
  readonly codec: Codec;
  readonly pack: Digest;
  /** Of the stored bytes in the pack. */
  readonly offset: number;
}

/** `length` bytes from `offset` of the plain bytes of `chunk`. */
export interface Extent {
  readonly chunk: Digest;
  readonly offset: number;
  readonly length: number;
}

interface EntryBase {
  /** Index into the artifact's roots. */
  readonly root: number;
  /** Relative to the root, `/`-separated; "" is the root itself. */
  readonly path: string;
}

export interface ModifiedAt {
  /** Whole seconds since the epoch, may be negative, and nanoseconds 0..999,999,999. */
  readonly mtimeSeconds: number;
  readonly mtimeNanos: number;
}

export interface FileEntry extends EntryBase, ModifiedAt {
  readonly kind: "file";
  /** Permission bits (0o7777). */
  readonly mode: number;
  readonly size: number;
  /** In order of the file's bytes; their lengths add up to `size`. */
  readonly extents: readonly Extent[];
}

export interface DirectoryEntry extends EntryBase, ModifiedAt {
  readonly kind: "directory";
  readonly mode: number;
}

export interface SymlinkEntry extends EntryBase, ModifiedAt {
  readonly kind: "symlink";
  readonly target: string;
}

/** Another name of a file that stands earlier in the artifact. */
export interface HardlinkEntry extends EntryBase {
  readonly kind: "hardlink";
  readonly targetRoot: number;
  readonly target: string;
}

export type Entry = FileEntry | DirectoryEntry | SymlinkEntry | HardlinkEntry;
