// How a directory store touches files: whole ones written beside the objects first, ranges read in steps that an abort
// can stop. What is left over by processes that died is swept once, when a store writes its first file.

import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ByteRange } from "../ports/object-store.ts";
import { fileErrorCode } from "./directory-errors.ts";
import { bufferFor, checkRange } from "./read-range.ts";

/** Reads and writes look at the abort signal between steps of this size. */
const STEP_BYTES = 8 * 2 ** 20;
/**
 * Files up to here are synced before they get their name. Packs and large artifacts carry their digest and are checked
 * by whoever reads them, so a power cut at worst makes them corrupt, which heals; syncing them would cost the disk's
 * whole bandwidth. The small ones (identity, refs, lists) have nothing to be checked against.
 */
const SYNCED_BYTES = 64 * 2 ** 10;
const LEFTOVER_MS = 24 * 3_600_000;
const ATTEMPTS = 20;

/** Writes a file of a new name into `folder`, which is made if need be. @returns its path. */
export async function writeTemporary(
  folder: string,
  bytes: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<string> {
  const path = join(folder, `${process.pid}-${randomUUID()}`);
  const file = await inFolderOf(path, () => open(path, "wx"));
  try {
    for (let offset = 0; offset < bytes.byteLength; ) {
      signal?.throwIfAborted();
      const { bytesWritten } = await file.write(
        bytes,
        offset,
        Math.min(STEP_BYTES, bytes.byteLength - offset),
      );
      offset += bytesWritten;
    }
    if (bytes.byteLength <= SYNCED_BYTES) await file.datasync();
    signal?.throwIfAborted();
  } catch (error) {
    await file.close();
    await removeFile(path);
    throw error;
  }
  await file.close();
  return path;
}

/** Reads a range, or everything, of an open file. @throws CorruptError */
export async function readFileRange(
  file: FileHandle,
  name: string,
  range: ByteRange | undefined,
  options: { signal?: AbortSignal | undefined; into?: Uint8Array | undefined } | undefined,
): Promise<Uint8Array> {
  const { size } = await file.stat();
  const wanted = range ?? { offset: 0, length: size };
  checkRange(name, wanted, size);
  const buffer = bufferFor(wanted.length, options?.into);
  for (let done = 0; done < wanted.length; ) {
    options?.signal?.throwIfAborted();
    const length = Math.min(STEP_BYTES, wanted.length - done);
    const { bytesRead } = await file.read(buffer, done, length, wanted.offset + done);
    if (bytesRead === 0) checkRange(name, wanted, wanted.offset + done);
    done += bytesRead;
  }
  return buffer;
}

/** Runs `action` on a path, making its folder when there is none (again when a delete removed it in between). */
export async function inFolderOf<T>(path: string, action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      if (fileErrorCode(error) !== "ENOENT" || attempt === ATTEMPTS) throw error;
      // One of many levels may go while the next is made: the next attempt makes it again.
      await mkdir(dirname(path), { recursive: true }).catch(noneIfMissing);
    }
  }
}

/** For catch(): undefined where there is no such file, else the error. */
export function noneIfMissing(error: unknown): undefined {
  if (fileErrorCode(error) !== "ENOENT") throw error;
  return undefined;
}

/** Removing what is not there succeeds. */
export async function removeFile(path: string): Promise<void> {
  await unlink(path).catch(noneIfMissing);
}

/** Removes files in `folder` that are a day old: their writers died. Never fails. */
export async function sweepLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const path = join(folder, name);
    const isOld = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs > LEFTOVER_MS,
      () => false,
    );
    if (isOld) await unlink(path).catch(() => undefined);
  }
}
