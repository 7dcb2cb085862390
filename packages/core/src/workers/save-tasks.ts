// The work of a save that runs on worker threads: read, digest, cut, compress. A batch of small files is read once and
// kept until the main thread, which alone sees all files, has said which of them are new.

import { closeSync, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { crc32 } from "node:zlib";
import { type Compression, compress } from "../lib/codec.ts";
import { release } from "../lib/memory.ts";
import { sha256 } from "../lib/sha256.ts";
import { describeStats, reasonOf } from "../lib/walk.ts";
import type { Digest } from "../model/digest.ts";
import type { Codec } from "../model/entry.ts";
import { CHUNK_MAX_BYTES } from "../model/limits.ts";
import { findCut } from "./gear.ts";

export interface SaveSettings {
  readonly compression: Compression;
  /** Chunks that the store holds: they are neither compressed nor sent back. */
  readonly known: ReadonlySet<Digest>;
}

/**
 * Files to read, as they were listed. Columns, since cloning an object for each of a hundred thousand files costs as much
 * as reading them.
 */
export interface ListedFiles {
  /** Absolute, joined by NUL. */
  readonly paths: string;
  /** LISTED_NUMBERS for each: size, and ctime as WalkedEntry has it. */
  readonly numbers: Float64Array;
}

export const LISTED_NUMBERS = 2;

/** Files as they were while their bytes were read. */
export interface ReadFiles {
  /**
   * READ_NUMBERS for each: size, mode, mtime in whole seconds and its nanoseconds, and CRC-32 of the bytes. A mode of
   * AS_LISTED: the file is still as it was listed. A size of 0 where there is a problem.
   */
  readonly numbers: Float64Array;
  /** By index: why a file has to be left out. */
  readonly problems: ReadonlyMap<number, string>;
}

export const READ_NUMBERS = 5;
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
  readonly bytes: Buffer;
  /** Two for each file: where it starts and ends in `bytes`. */
  readonly ranges: Uint32Array;
}

/** Files of a batch that seem to be copies of others, since size and CRC-32 are the same. Whether they are is yet to see. */
export interface Copies {
  /** Which of the batch's files, ascending. */
  readonly indices: Uint32Array;
  /** What they seem to be copies of, in the same order. */
  readonly originals: ListedFiles;
}

export interface SealedBatch {
  /** Undefined when nothing is left to store. */
  readonly chunk: ChunkResult | undefined;
  /** Where each file of the batch lies in the chunk; NOT_STORED for copies and for what has no bytes. */
  readonly offsets: Int32Array;
}

export const NOT_STORED = -1;

/** How often a small file that changes while it is read is read again. */
const READ_ATTEMPTS = 3;
/** What a cut-file task reads at a time. */
const CUT_WINDOW_BYTES = 4 * CHUNK_MAX_BYTES;

export interface SaveTasks {
  /** Reads a batch of small files and keeps its bytes until it is sealed. */
  readBatch(task: { batch: number; files: ListedFiles }): ReadFiles;
  /**
   * Makes a chunk of the files of the batch, without those that are copies.
   * @param task.held which of the files lie elsewhere in any case, ascending.
   */
  sealBatch(task: { batch: number; copies: Copies; held: Uint32Array }): SealedBatch;
  stateOf(task: { path: string }): FileState | { problem: string };
  /** Lengths of the next chunks from `offset`, at least one unless the file has become shorter. */
  cutFile(task: { path: string; offset: number; size: number }): number[] | { problem: string };
  chunkFile(task: { path: string; offset: number; length: number }): ChunkResult | { problem: string };
}

export function createSaveTasks(settings: SaveSettings): SaveTasks {
  const batches = new Map<number, Batch>();
  // Used again and again: fresh memory costs a page fault for each 4 KiB, and the collector's time.
  const rooms: Buffer[] = [];
  const takeRoom = (): Buffer => rooms.pop() ?? Buffer.allocUnsafeSlow(CHUNK_MAX_BYTES);

  const seal = (plain: Uint8Array): ChunkResult => {
    const digest = sha256(plain);
    const plainLength = plain.length;
    if (settings.known.has(digest)) return { digest, plainLength, stored: undefined };
    const { codec, stored } = compress(plain, settings.compression);
    // A copy of its own size: it is given away, while what it was made in is as large as the worst case.
    const bytes = Buffer.allocUnsafeSlow(stored.length);
    bytes.set(stored);
    if (stored.buffer !== plain.buffer) release(stored);
    return {
      digest,
      plainLength,
      stored: { codec, digest: codec === "none" ? digest : sha256(bytes), bytes },
    };
  };

  return {
    readBatch({ batch, files }) {
      const bytes = takeRoom();
      const paths = files.paths === "" ? [] : files.paths.split("\0");
      const ranges = new Uint32Array(2 * paths.length);
      const numbers = new Float64Array(paths.length * READ_NUMBERS);
      const problems = new Map<number, string>();
      let start = 0;
      for (const [i, path] of paths.entries()) {
        const listed = {
          size: files.numbers[i * LISTED_NUMBERS]!,
          ctimeMs: files.numbers[i * LISTED_NUMBERS + 1]!,
        };
        const read = attempt(() => readWhole(path, listed, bytes, start));
        ranges[2 * i] = start;
        if ("problem" in read) problems.set(i, read.problem);
        else {
          const at = i * READ_NUMBERS;
          numbers[at] = read.size;
          numbers[at + 1] = read.mode;
          numbers[at + 2] = read.mtimeSeconds;
          numbers[at + 3] = read.mtimeNanos;
          numbers[at + 4] = crc32(bytes.subarray(start, start + read.size));
          start += read.size;
        }
        ranges[2 * i + 1] = start;
      }
      batches.set(batch, { bytes, ranges });
      return { numbers, problems };
    },

    sealBatch({ batch, copies, held }) {
      const { bytes, ranges } = batches.get(batch)!;
      batches.delete(batch);
      const scratch = copies.indices.length === 0 ? undefined : takeRoom();
      const offsets = new Int32Array(ranges.length / 2).fill(NOT_STORED);
      const originals = copies.originals.paths.split("\0");
      let length = 0;
      for (let i = 0, copy = 0, skip = 0; i < offsets.length; i++) {
        const [start, end] = [ranges[2 * i]!, ranges[2 * i + 1]!];
        if (held[skip] === i) {
          skip++;
          continue;
        }
        if (start === end) continue;
        if (copies.indices[copy] === i) {
          const ctimeMs = copies.originals.numbers[copy * LISTED_NUMBERS + 1]!;
          const original = originals[copy++]!;
          if (holdsSame(original, ctimeMs, bytes.subarray(start, end), scratch!)) continue;
        }
        if (start !== length) bytes.copyWithin(length, start, end);
        offsets[i] = length;
        length += end - start;
      }
      const chunk = length === 0 ? undefined : seal(bytes.subarray(0, length));
      rooms.push(bytes);
      if (scratch) rooms.push(scratch);
      return { chunk, offsets };
    },

    stateOf: ({ path }) => attempt(() => withFile(path, (fd) => stateOf(fd))),

    cutFile: ({ path, offset, size }) =>
      attempt(() =>
        withFile(path, (fd) => {
          const window = Buffer.allocUnsafe(Math.min(CUT_WINDOW_BYTES, size - offset));
          if (readFully(fd, window, 0, window.length, offset) < window.length)
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
          const room = takeRoom();
          rooms.push(room);
          const plain = room.subarray(0, length);
          if (readFully(fd, plain, 0, length, offset) < length)
            throw new Error("it became shorter while it was read");
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
 * tells.
 * @param room holds its bytes from `start` on, and no more than fit into a chunk.
 */
function readWhole(path: string, listed: Listed, room: Buffer, start: number): Omit<FileState, "ctimeNanos"> {
  return withFile(path, (fd) => {
    const { size } = listed;
    const isWhole = start + size <= room.length && readFully(fd, room, start, size, 0) === size;
    if (isWhole && isAsListed(fstatSync(fd), listed))
      return { size, mode: AS_LISTED, mtimeSeconds: 0, mtimeNanos: 0 };
    return readChanged(fd, room, start);
  });
}

/** Whether a file that was read before still is as it was listed, and holds the same bytes. */
function holdsSame(path: string, ctimeMs: number, bytes: Uint8Array, scratch: Buffer): boolean {
  const read = attempt(() =>
    withFile(path, (fd) => {
      const isWhole = readFully(fd, scratch, 0, bytes.length, 0) === bytes.length;
      return { isSame: isWhole && isAsListed(fstatSync(fd), { size: bytes.length, ctimeMs }) };
    }),
  );
  return "isSame" in read && read.isSame && scratch.subarray(0, bytes.length).equals(bytes);
}

function isAsListed(stats: Stats, { size, ctimeMs }: Listed): boolean {
  return stats.size === size && stats.ctimeMs === ctimeMs && stats.isFile();
}

function readChanged(fd: number, room: Buffer, start: number): Omit<FileState, "ctimeNanos"> {
  for (let i = 0; i < READ_ATTEMPTS; i++) {
    const { ctimeNanos, ...before } = stateOf(fd);
    // Were it to grow into the next chunk, this one would be larger than a reader accepts.
    if (start + before.size > room.length) break;
    if (readFully(fd, room, start, before.size, 0) < before.size) continue;
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

/** @returns how many bytes there were, `length` at most. */
function readFully(fd: number, into: Buffer, start: number, length: number, position: number): number {
  let done = 0;
  while (done < length) {
    const read = readSync(fd, into, start + done, length - done, position + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}

function attempt<T>(work: () => T): T | { problem: string } {
  try {
    return work();
  } catch (error) {
    return { problem: reasonOf(error) };
  }
}
