// The work of a restore that runs on worker threads: verify the stored bytes, decompress, verify the plain bytes, write
// files. No byte reaches the tree before both digests of its chunk have matched.

import {
  chmodSync,
  closeSync,
  fchmodSync,
  futimesSync,
  openSync,
  readSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { openChunk } from "../lib/codec.ts";
import { release } from "../lib/memory.ts";
import { moveAway, type UndoFolders } from "../lib/move-away.ts";
import { sha256 } from "../lib/sha256.ts";
import { utimeOf } from "../lib/times.ts";
import type { Digest } from "../model/digest.ts";
import type { StoredChunk } from "../model/entry.ts";

/** Columns of the files that a chunk writes; `numbers` has FILE_NUMBERS for each. */
export interface FileColumns {
  /** Absolute, joined by NUL. */
  readonly paths: string;
  readonly numbers: Float64Array;
}

/**
 * Of each file: offset in the chunk, length, position in the file, mode, mtime in seconds, and what is to be done.
 */
export const FILE_NUMBERS = 6;

export const Action = {
  /** The file does not exist: create it, exclusively. */
  create: 0,
  /** It exists with the same size: keep it when its bytes are the same, else move it away and create. */
  compare: 1,
  /** It exists and differs: move it away and create. */
  replace: 2,
  /** It was created by the main thread: write a part of it, the main thread sets mode and times. */
  part: 3,
  /** It is right as it stands. */
  keep: 4,
  /** It exists with the same size and other times or mode: correct those when its bytes are the same, else as `replace`. */
  compareStale: 5,
  /** Only its times are not right: see correctStates. */
  retime: 6,
  /** Its bytes are right, its mode is not, nor perhaps its times: see correctStates. */
  remode: 7,
} as const;

/** Whether the bytes of the file are where they should be, and nobody need write them. */
export function hasItsBytes(action: number): boolean {
  return action === Action.keep || action === Action.retime || action === Action.remode;
}

export interface ChunkToWrite {
  readonly chunk: StoredChunk;
  readonly files: FileColumns;
}

export interface WriteChunksTask {
  /** Stored bytes; the chunks lie in it from their own offset minus `base`. */
  readonly stored: Uint8Array;
  readonly base: number;
  readonly chunks: readonly ChunkToWrite[];
  /** Roots with their undo folders, for what has to be moved away. */
  readonly undo: UndoFolders;
}

interface FileFailure {
  readonly status: "failed";
  readonly path: string;
  readonly why: string;
  readonly code: string | undefined;
}

export type WriteOutcome =
  | { readonly status: "written"; readonly keptBytes: number }
  /** Of the chunks in their order, the first `written` are done; nothing of this one and those behind it is. */
  | {
      readonly status: "corrupt";
      readonly written: number;
      readonly keptBytes: number;
      readonly chunk: Digest;
      readonly why: string;
    }
  | FileFailure;

/** Files whose bytes are right. */
export interface CorrectStatesTask {
  /** Absolute, joined by NUL. */
  readonly paths: string;
  /** STATE_NUMBERS for each: mode, or AS_IT_IS, and mtime in seconds. */
  readonly numbers: Float64Array;
}

export const STATE_NUMBERS = 2;
export const AS_IT_IS = -1;

export interface CheckChunkTask {
  readonly digest: Digest;
  readonly plainLength: number;
  /** Which runs of which files make up the chunk; action, mode and mtime are ignored. */
  readonly files: FileColumns;
}

/** Bits that a newly made file loses; set once by the main thread, since workers can't ask. */
export interface RestoreSettings {
  readonly umask: number;
}

export interface RestoreTasks {
  /** @returns with the outcome the memory of `stored`, for the next read. */
  writeChunks(task: WriteChunksTask): { readonly outcome: WriteOutcome; readonly room: ArrayBufferLike };
  /** Sets modes and times. @returns what went wrong first. */
  correctStates(task: CorrectStatesTask): FileFailure | undefined;
  /** Whether the files on the disk hold exactly the bytes of the chunk. */
  checkChunk(task: CheckChunkTask): boolean;
}

export function createRestoreTasks({ umask }: RestoreSettings): RestoreTasks {
  return {
    writeChunks: (task) => ({ outcome: writeChunks(task, umask), room: task.stored.buffer }),

    correctStates({ paths, numbers }) {
      for (const [i, path] of paths.split("\0").entries()) {
        const [mode, mtime] = [numbers[i * STATE_NUMBERS]!, numbers[i * STATE_NUMBERS + 1]!];
        try {
          if (mode !== AS_IT_IS) chmodSync(path, mode);
          utimesSync(path, utimeOf(mtime), utimeOf(mtime));
        } catch (error) {
          return failureOf(path, error);
        }
      }
      return undefined;
    },

    checkChunk({ digest, plainLength, files }) {
      const plain = Buffer.allocUnsafe(plainLength);
      let covered = 0;
      for (const file of eachFile(files)) {
        // Files come in order of their place in the chunk. Several may hold the same bytes: each has to, since the digest
        // speaks for one of them.
        if (file.offset > covered) return false;
        const end = file.offset + file.length;
        const run =
          file.offset < covered ? Buffer.allocUnsafe(file.length) : plain.subarray(file.offset, end);
        if (!readRun(file.path, file.position, run)) return false;
        if (file.offset < covered) {
          const shared = Math.min(covered, end) - file.offset;
          if (!run.subarray(0, shared).equals(plain.subarray(file.offset, file.offset + shared)))
            return false;
          run.copy(plain, file.offset + shared, shared);
        }
        covered = Math.max(covered, end);
      }
      return covered === plainLength && sha256(plain) === digest;
    },
  };
}

function writeChunks({ stored, base, chunks, undo }: WriteChunksTask, umask: number): WriteOutcome {
  let keptBytes = 0;
  for (const [written, { chunk, files }] of chunks.entries()) {
    const start = chunk.offset - base;
    const plain = openChunk(stored.subarray(start, start + chunk.storedLength), chunk);
    const why = typeof plain === "string" ? plain : lacksBytes(plain, files);
    if (typeof plain === "string" || why !== undefined)
      return { status: "corrupt", written, keptBytes, chunk: chunk.digest, why: why! };
    const outcome = writeFiles(plain, files, undo, umask);
    if (plain.buffer !== stored.buffer) release(plain);
    if (typeof outcome !== "number") return outcome;
    keptBytes += outcome;
  }
  return { status: "written", keptBytes };
}

/** Two segments can tell different lengths of one chunk; only one of them can be right. */
function lacksBytes(plain: Uint8Array, { numbers }: FileColumns): string | undefined {
  for (let at = 0; at < numbers.length; at += FILE_NUMBERS) {
    if (numbers[at]! + numbers[at + 1]! > plain.length) return "a file is said to have bytes behind its end";
  }
  return undefined;
}

function writeFiles(
  plain: Uint8Array,
  files: FileColumns,
  undo: UndoFolders,
  umask: number,
): number | WriteOutcome {
  let keptBytes = 0;
  for (const file of eachFile(files)) {
    const bytes = plain.subarray(file.offset, file.offset + file.length);
    try {
      if (file.action === Action.part) writePart(file.path, bytes, file.position);
      else if (file.action === Action.compare && holds(file.path, bytes)) keptBytes += bytes.length;
      else if (file.action === Action.compareStale && holds(file.path, bytes)) {
        chmodSync(file.path, file.mode);
        utimesSync(file.path, utimeOf(file.mtime), utimeOf(file.mtime));
        keptBytes += bytes.length;
      } else {
        if (file.action !== Action.create) moveAway(file.path, undo);
        createFile(file.path, bytes, file.mode, file.mtime, umask);
      }
    } catch (error) {
      return failureOf(file.path, error);
    }
  }
  return keptBytes;
}

function failureOf(path: string, error: unknown): FileFailure {
  const { message, code } = error as NodeJS.ErrnoException;
  return { status: "failed", path, why: message, code };
}

export function createFile(
  path: string,
  bytes: Uint8Array,
  mode: number,
  mtime: number,
  umask: number,
): void {
  const fd = openSync(path, "wx", mode);
  try {
    writeAll(fd, bytes, null);
    if ((mode & umask) !== 0 || (mode & 0o200) === 0) fchmodSync(fd, mode);
    futimesSync(fd, utimeOf(mtime), utimeOf(mtime));
  } finally {
    closeSync(fd);
  }
}

function writePart(path: string, bytes: Uint8Array, position: number): void {
  const fd = openSync(path, "r+");
  try {
    writeAll(fd, bytes, position);
  } finally {
    closeSync(fd);
  }
}

function writeAll(fd: number, bytes: Uint8Array, position: number | null): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(fd, bytes, done, bytes.length - done, position === null ? null : position + done);
  }
}

function holds(path: string, bytes: Uint8Array): boolean {
  const there = Buffer.allocUnsafe(bytes.length);
  return readRun(path, 0, there) && there.equals(bytes);
}

function readRun(path: string, position: number, into: Uint8Array): boolean {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch {
    return false;
  }
  try {
    for (let done = 0; done < into.length; ) {
      const read = readSync(fd, into, done, into.length - done, position + done);
      if (read === 0) return false;
      done += read;
    }
    return true;
  } catch {
    return false;
  } finally {
    closeSync(fd);
  }
}

function* eachFile({ paths, numbers }: FileColumns): Generator<{
  path: string;
  offset: number;
  length: number;
  position: number;
  mode: number;
  mtime: number;
  action: number;
}> {
  if (numbers.length === 0) return;
  let at = 0;
  for (const path of paths.split("\0")) {
    yield {
      path,
      offset: numbers[at]!,
      length: numbers[at + 1]!,
      position: numbers[at + 2]!,
      mode: numbers[at + 3]!,
      mtime: numbers[at + 4]!,
      action: numbers[at + 5]!,
    };
    at += FILE_NUMBERS;
  }
}
