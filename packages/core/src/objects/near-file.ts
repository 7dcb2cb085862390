// One file of the near cache: the bytes that a read of the store gave, then their SHA-256. It is checked on every read,
// so it needs no sync: what a power cut leaves of it is as good as no file.

import { randomUUID } from "node:crypto";
import { type FileHandle, open, rename } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../lib/sha256.ts";
import type { Digest } from "../model/digest.ts";
import { inFolderOf, noneIfMissing, removeFile } from "./directory-files.ts";
import { bufferFor } from "./read-range.ts";

/** Where files are written before they get their name: in the root, and so on its file system. */
export const TEMPORARIES = ".tmp";

export interface WantedFile {
  /** Undefined: as many as there are. */
  readonly length: number | undefined;
  /** What the bytes must have; undefined: only what the file says itself. */
  readonly digest: Digest | undefined;
  /** Reused when it is large enough. */
  readonly into: Uint8Array | undefined;
}

const TRAILER_BYTES = 32;
/** A use is noted in the file's mtime (atime is off or coarse on most machines), but not each one. */
const TOUCH_AFTER_MS = 3_600_000;

/** How long a file is that keeps `length` bytes. */
export function nearFileBytes(length: number): number {
  return length + TRAILER_BYTES;
}

/** Rejects with what the file system says. */
export async function readNearFile(
  path: string,
  wanted: WantedFile,
): Promise<Uint8Array | "missing" | "damaged"> {
  const file = await open(path, "r").catch(noneIfMissing);
  if (!file) return "missing";
  try {
    const { size, mtimeMs } = await file.stat();
    const length = size - TRAILER_BYTES;
    if (length < 0 || (wanted.length !== undefined && length !== wanted.length)) return "damaged";
    const bytes = bufferFor(length, wanted.into);
    const trailer = Buffer.alloc(TRAILER_BYTES);
    if (!(await fill(file, bytes, 0)) || !(await fill(file, trailer, length))) return "damaged";
    const digest = sha256(bytes);
    if (digest !== trailer.toString("hex") || digest !== (wanted.digest ?? digest)) return "damaged";
    if (Date.now() - mtimeMs > TOUCH_AFTER_MS) await touch(file);
    return bytes;
  } finally {
    await file.close();
  }
}

/** Replaces what is there, atomically. Rejects with what the file system says, and leaves nothing behind. */
export async function writeNearFile(
  root: string,
  path: string,
  bytes: Uint8Array,
  digest: Digest,
): Promise<void> {
  const temporary = join(root, TEMPORARIES, `${process.pid}-${randomUUID()}`);
  // What a job may restore is not for every user of the machine.
  const file = await inFolderOf(temporary, () => open(temporary, "wx", 0o600));
  try {
    try {
      await writeAll(file, bytes);
      await writeAll(file, Buffer.from(digest, "hex"));
    } finally {
      await file.close();
    }
    await inFolderOf(path, () => rename(temporary, path));
  } catch (error) {
    await removeFile(temporary).catch(() => undefined);
    throw error;
  }
}

/** @returns false when the file ends before. */
async function fill(file: FileHandle, target: Uint8Array, position: number): Promise<boolean> {
  for (let done = 0; done < target.byteLength; ) {
    const { bytesRead } = await file.read(target, done, target.byteLength - done, position + done);
    if (bytesRead === 0) return false;
    done += bytesRead;
  }
  return true;
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    const { bytesWritten } = await file.write(bytes, done);
    done += bytesWritten;
  }
}

/** A file of another user or on a read-only disk keeps its time: it goes earlier than it should, no more. */
async function touch(file: FileHandle): Promise<void> {
  const now = new Date();
  await file.utimes(now, now).catch(() => undefined);
}
