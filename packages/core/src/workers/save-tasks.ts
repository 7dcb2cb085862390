// The work of a save that runs on worker threads: read, digest, cut, compress. A batch of small files is read once and
// kept until the main thread, which alone sees all files, has said which of them are new.

import { hash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { type Compression, compress } from "../lib/codec.ts";
import { sha256 } from "../lib/sha256.ts";
import { describeStats, reasonOf } from "../lib/walk.ts";
import { DIGEST_BYTES, type Digest } from "../model/digest.ts";
import type { Codec } from "../model/entry.ts";
import { CHUNK_MAX_BYTES } from "../model/limits.ts";
import { findCut } from "./gear.ts";

export interface SaveSettings {
  readonly compression: Compression;
  /** Chunks that the store holds: they are neither compressed nor sent back. */
  readonly known: ReadonlySet<Digest>;
}

/**
 * Files as they were while their bytes were read. Columns, since cloning an object for each of a hundred thousand files
 * costs as much as reading them.
 */
export interface ReadFiles {
  /** DIGEST_BYTES for each. */
  readonly digests: Uint8Array;
  /**
   * READ_NUMBERS for each: size, mode, mtime in whole seconds, and its nanoseconds. A mode of AS_LISTED: the file is still
   * as it was listed.
   */
  readonly numbers: Float64Array;
  /** By index: why a file has to be left out. */
  readonly problems: ReadonlyMap<number, string>;
}

export const READ_NUMBERS = 4;
export const AS_LISTED = -1;

export type ChunkResult =
  | { readonly digest: Digest; readonly plainLength: number; readonly stored: undefined }
  | {
      readonly digest: Digest;
      readonly plainLength: number;
      readonly stored: { readonly codec: Codec; readonly digest: Digest; readonly bytes: Uint8Array };
    };

/** What a big file was before its first and has to be after its last byte was read. */
export interface FileState {
  readonly size: number;
  readonly mode: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanos: number;
  /** Changes with every write, unlike mtime, which a program can set back. */
  readonly ctimeNanos: bigint;
}

interface Batch {
  readonly bytes: Uint8Array;
  /** Of file i: [start, end) in bytes. */
  readonly ranges: readonly (readonly [number, number])[];
}

/** How often a small file that changes while it is read is read again. */
const READ_ATTEMPTS = 3;
/** What a cut-file task reads at a time. */
const CUT_WINDOW_BYTES = 4 * CHUNK_MAX_BYTES;

export interface SaveTasks {
  /** @param task.ctimes as listed, see WalkedEntry. */
  readBatch(task: {
    batch: number;
    paths: readonly string[];
    sizes: readonly number[];
    ctimes: readonly number[];
  }): ReadFiles;
  sealBatch(task: { batch: number; keep: readonly number[] }): ChunkResult | undefined;
  stateOf(task: { path: string }): FileState | { problem: string };
  /** Lengths of the next chunks from `offset`, at least one unless the file has become shorter. */
  cutFile(task: { path: string; offset: number; size: number }): number[] | { problem: string };
  chunkFile(task: { path: string; offset: number; length: number }): ChunkResult | { problem: string };
}

export function createSaveTasks(settings: SaveSettings): SaveTasks {
  const batches = new Map<number, Batch>();

  const seal = (plain: Uint8Array): ChunkResult => {
    const digest = sha256(plain);
    const plainLength = plain.length;
    if (settings.known.has(digest)) return { digest, plainLength, stored: undefined };
    const { codec, stored } = compress(plain, settings.compression);
    return {
      digest,
      plainLength,
      stored: { codec, digest: codec === "none" ? digest : sha256(stored), bytes: stored },
    };
  };

  return {
    readBatch({ batch, paths, sizes, ctimes }) {
      let bytes = Buffer.allocUnsafeSlow(sizes.reduce((sum, size) => sum + size, 0));
      let length = 0;
      const ranges: [number, number][] = [];
      const digests = new Uint8Array(paths.length * DIGEST_BYTES);
      const numbers = new Float64Array(paths.length * READ_NUMBERS);
      const problems = new Map<number, string>();
      const reserve = (size: number): Uint8Array => {
        const start = ranges.length === 0 ? 0 : ranges.at(-1)![1];
        length = start + size;
        // It grew since it was listed: with it the chunk would be larger than a reader accepts.
        if (length > CHUNK_MAX_BYTES) throw new Error("it changed while it was read");
        if (length > bytes.length) bytes = Buffer.concat([bytes.subarray(0, start)], CHUNK_MAX_BYTES);
        return bytes.subarray(start, length);
      };
      for (const [i, path] of paths.entries()) {
        const start = length;
        const read = attempt(() => readWhole(path, { size: sizes[i]!, ctimeMs: ctimes[i]! }, reserve));
        if ("problem" in read) {
          problems.set(i, read.problem);
          length = start;
        } else {
          digests.set(hash("sha256", bytes.subarray(start, length), "buffer"), i * DIGEST_BYTES);
          numbers.set([read.size, read.mode, read.mtimeSeconds, read.mtimeNanos], i * READ_NUMBERS);
        }
        ranges.push([start, length]);
      }
      batches.set(batch, { bytes, ranges });
      return { digests, numbers, problems };
    },

    sealBatch({ batch, keep }) {
      const { bytes, ranges } = batches.get(batch)!;
      batches.delete(batch);
      let length = 0;
      for (const index of keep) {
        const [start, end] = ranges[index]!;
        if (start !== length) bytes.copyWithin(length, start, end);
        length += end - start;
      }
      return length === 0 ? undefined : seal(bytes.subarray(0, length));
    },

    stateOf: ({ path }) => attempt(() => withFile(path, (fd) => stateOf(fd))),

    cutFile: ({ path, offset, size }) =>
      attempt(() =>
        withFile(path, (fd) => {
          const window = Buffer.allocUnsafe(Math.min(CUT_WINDOW_BYTES, size - offset));
          if (readFully(fd, window, offset) < window.length)
            throw new Error("it became shorter while it was read");
          const isLast = offset + window.length === size;
          const cuts: number[] = [];
          for (let at = 0; at < window.length; ) {
            const cut = findCut(window.subarray(at), isLast);
            if (cut === 0) break;
            cuts.push(cut);
            at += cut;
          }
          return cuts;
        }),
      ),

    chunkFile: ({ path, offset, length }) =>
      attempt(() =>
        withFile(path, (fd) => {
          const plain = Buffer.allocUnsafeSlow(length);
          if (readFully(fd, plain, offset) < length) throw new Error("it became shorter while it was read");
          return seal(plain);
        }),
      ),
  };
}

interface Listed {
  readonly size: number;
  readonly ctimeMs: number;
}

/**
 * Reads a file that is the same before and after: nearly always it still is as it was listed, which one cheap fstat
 * tells. @param reserve gives the room for its bytes.
 */
function readWhole(
  path: string,
  listed: Listed,
  reserve: (size: number) => Uint8Array,
): Omit<FileState, "ctimeNanos"> {
  return withFile(path, (fd) => {
    const room = reserve(listed.size);
    if (readFully(fd, room, 0) === room.length && isAsListed(fstatSync(fd), listed)) {
      return { size: listed.size, mode: AS_LISTED, mtimeSeconds: 0, mtimeNanos: 0 };
    }
    return readChanged(fd, reserve);
  });
}

function isAsListed(stats: Stats, { size, ctimeMs }: Listed): boolean {
  return stats.size === size && stats.ctimeMs === ctimeMs && stats.isFile();
}

function readChanged(fd: number, reserve: (size: number) => Uint8Array): Omit<FileState, "ctimeNanos"> {
  for (let i = 0; i < READ_ATTEMPTS; i++) {
    const { ctimeNanos, ...before } = stateOf(fd);
    if (before.size > CHUNK_MAX_BYTES) break;
    const room = reserve(before.size);
    if (readFully(fd, room, 0) < room.length) continue;
    const after = stateOf(fd);
    if (after.ctimeNanos === ctimeNanos && after.size === before.size) return before;
  }
  throw new Error("it changed while it was read");
}

function stateOf(fd: number): FileState {
  const stats = fstatSync(fd, { bigint: true });
  if (!stats.isFile()) throw new Error("it is no longer a file");
  const { size, mode, mtimeSeconds, mtimeNanos } = describeStats(stats);
  return { size, mode, mtimeSeconds, mtimeNanos, ctimeNanos: stats.ctimeNs };
}

function withFile<T>(path: string, use: (fd: number) => T): T {
  const fd = openSync(path, "r");
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

function readFully(fd: number, into: Uint8Array, position: number): number {
  let length = 0;
  while (length < into.length) {
    const read = readSync(fd, into, length, into.length - length, position + length);
    if (read === 0) break;
    length += read;
  }
  return length;
}

function attempt<T>(work: () => T): T | { problem: string } {
  try {
    return work();
  } catch (error) {
    return { problem: reasonOf(error) };
  }
}
