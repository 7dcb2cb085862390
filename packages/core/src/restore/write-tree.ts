// get -> verify -> write: directories first, then files on the worker threads while packs are still coming, then hard
// links, symbolic links, and last the modes and times of directories. So no link that the artifact makes is ever
// written through.

import { chmodSync, closeSync, linkSync, lstatSync, mkdirSync, openSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";
import { forEachConcurrently } from "../lib/concurrency.ts";
import { mergeReads, type PackRead } from "../lib/merge-reads.ts";
import { type ArtifactPlace, packNameOf, readPack } from "../lib/read-artifact.ts";
import { secondsOf, setTimes } from "../lib/times.ts";
import type { Artifact } from "../model/artifact-codec.ts";
import { CorruptError, LocalFileError } from "../model/errors.ts";
import type { WorkerPool } from "../workers/pool.ts";
import { createFile, moveAway, type WriteOutcome } from "../workers/restore-tasks.ts";
import { columnsOf } from "./columns.ts";
import type { Plan, PlannedChunk, PlannedDirectory } from "./plan.ts";
import type { Undo } from "./undo.ts";

export interface TreeToWrite {
  readonly plan: Plan;
  readonly place: ArtifactPlace;
  readonly artifact: Artifact;
  readonly undo: Undo;
  readonly pool: WorkerPool;
  /** Remove what the artifact does not hold. */
  readonly clean: boolean;
  readonly signal: AbortSignal | undefined;
  readonly onWritten: (plainBytes: number) => void;
}

export interface WrittenTree {
  readonly downloadedBytes: number;
  /** Bytes of files that turned out to be right while they were compared. */
  readonly keptBytes: number;
  /** Modes and times of all folders but the roots. */
  finishDirectories(): void;
  /**
   * Those of the roots, when marker and undo folder are gone: their going changes them. The tree stands by then, so
   * what the disk refuses is no failure.
   * @returns a notice for each root that did not get its mode or times.
   */
  finishRoots(): string[];
}

/** Reads and writes under way at once, of 4 MiB at most each. */
const READS_AT_ONCE = 10;

/** @throws CorruptError, ObjectMissingError, LocalFileError or an error of the file system; the caller then rolls back. */
export async function writeTree(work: TreeToWrite): Promise<WrittenTree> {
  const { plan, undo } = work;
  const touched = createTouched(plan);
  const clear = (path: string): void => {
    touched.add(dirname(path));
    moveAway(path, undo.folders);
  };
  for (const path of plan.inTheWay) clear(path);
  if (work.clean) for (const path of plan.extras) clear(path);
  for (const directory of plan.directories) makeDirectory(directory, touched);
  const umask = process.umask();
  for (const file of plan.files) {
    if (file.action === "keep") continue;
    touched.add(dirname(file.path));
    if (file.entry.extents.length === 1) continue;
    if (file.action !== "create") clear(file.path);
    if (file.entry.size === 0)
      createFile(file.path, new Uint8Array(), file.mode, secondsOf(file.entry), umask);
    else closeSync(openSync(file.path, "wx", 0o600));
  }
  const { downloadedBytes, keptBytes } = await writeChunks(work);
  for (const file of plan.files) {
    if (file.action === "keep" || file.entry.extents.length < 2) continue;
    chmodSync(file.path, file.mode);
    setTimes(file.path, file.entry);
  }
  makeLinks(plan, clear, touched.add);
  return {
    downloadedBytes,
    keptBytes,
    finishDirectories: () => {
      for (const directory of touched.unfinished("below")) finishDirectory(directory);
    },
    finishRoots: () => touched.unfinished("roots").flatMap(tryFinishDirectory),
  };
}

async function writeChunks(work: TreeToWrite): Promise<{ downloadedBytes: number; keptBytes: number }> {
  const { place, artifact, undo, pool, signal } = work;
  const needed = work.plan.chunks
    .map(({ chunk, runs }) => ({ chunk, runs: runs.filter((run) => run.file.action !== "keep") }))
    .filter(({ runs }) => runs.length > 0);
  let downloadedBytes = 0;
  let keptBytes = 0;
  const readAndWrite = async (read: PackRead<PlannedChunk>): Promise<void> => {
    signal?.throwIfAborted();
    const own = new Uint8Array(read.length);
    const stored = await readPack(place, artifact, read, { signal, into: own });
    downloadedBytes += read.length;
    const chunks = read.items.map(({ chunk, runs }) => ({ chunk, files: columnsOf(runs) }));
    // Only what was read into our own buffer may be given away: the inline pack is a part of the artifact.
    const transfer = stored.buffer === own.buffer ? [own.buffer] : [];
    const outcome = await pool.run(
      "writeChunks",
      { stored, base: read.offset, chunks, undo: undo.folders },
      { transfer },
    );
    keptBytes += keptOrThrow(outcome, () => packNameOf(place, artifact, read.pack));
    work.onWritten(
      read.items.reduce((sum, { runs }) => sum + runs.reduce((bytes, run) => bytes + run.length, 0), 0),
    );
  };
  await forEachConcurrently(
    mergeReads(needed, ({ chunk }) => chunk),
    READS_AT_ONCE,
    readAndWrite,
  );
  return { downloadedBytes, keptBytes };
}

function keptOrThrow(outcome: WriteOutcome, nameOfPack: () => string): number {
  switch (outcome.status) {
    case "written":
      return outcome.keptBytes;
    case "corrupt":
      throw new CorruptError(nameOfPack(), `chunk ${outcome.chunk}: ${outcome.why}`);
    case "failed":
      throw localError(outcome.path, outcome.why, outcome.code);
  }
}

function makeDirectory({ path, mode, found }: PlannedDirectory, touched: Touched): void {
  if (found) return;
  touched.add(dirname(path));
  // The root itself was made with its marker.
  if (!lstatSync(path, { throwIfNoEntry: false })) mkdirSync(path, 0o700 | mode);
  touched.add(path);
}

function makeLinks(plan: Plan, clear: (path: string) => void, touch: (folder: string) => void): void {
  for (const kind of ["hardlink", "symlink"] as const) {
    for (const link of plan.links) {
      if (link.kind !== kind) continue;
      if (kind === "hardlink" && link.exists && lstatSync(link.path).ino === lstatSync(link.target).ino)
        continue;
      if (link.exists) clear(link.path);
      touch(dirname(link.path));
      if (kind === "hardlink") linkSync(link.target, link.path);
      else symlinkSync(link.target, link.path);
    }
  }
}

interface Touched {
  /** Something in this folder changes: it must be writable, and gets its mode and times back at the end. */
  add(folder: string): void;
  /** Those that need it, children before parents. */
  unfinished(which: "roots" | "below"): PlannedDirectory[];
}

function createTouched(plan: Plan): Touched {
  const planned = new Map(plan.directories.map((directory) => [directory.path, directory]));
  const folders = new Set<string>();
  return {
    add(folder) {
      if (folders.has(folder)) return;
      folders.add(folder);
      const found = planned.get(folder)?.found;
      if (found && (found.mode & 0o300) !== 0o300) chmodSync(folder, found.mode | 0o700);
    },
    unfinished(which) {
      return plan.directories.toReversed().filter(({ path, entry, mode, found }) => {
        const isRight =
          found?.mode === mode &&
          found.mtimeSeconds === entry.mtimeSeconds &&
          found.mtimeNanos === entry.mtimeNanos - (entry.mtimeNanos % 1000);
        const isRoot = entry.path === "";
        return isRoot === (which === "roots") && (isRoot || !isRight || folders.has(path));
      });
    },
  };
}

function finishDirectory({ path, mode, entry }: PlannedDirectory): void {
  chmodSync(path, mode);
  setTimes(path, entry);
}

function tryFinishDirectory(directory: PlannedDirectory): string[] {
  try {
    finishDirectory(directory);
    return [];
  } catch (error) {
    return [`${directory.path} did not get its mode and times: ${(error as Error).message}`];
  }
}

/** Errors of the file system become LocalFileError; all others are left as they are. */
export function asLocalError(error: unknown): unknown {
  const { code, path, message } = error as NodeJS.ErrnoException;
  const isFileError = typeof code === "string" && /^E[A-Z0-9]+$/.test(code) && path !== undefined;
  return isFileError ? localError(path, message, code, error) : error;
}

function localError(path: string, why: string, code: string | undefined, cause?: unknown): LocalFileError {
  const hints: Record<string, string> = {
    ENOSPC: "the disk is full: free space on the runner",
    EDQUOT: "the quota of this user is used up",
    EACCES: "the user of this job may not write there: was it made by another user or a container?",
    EPERM: "the user of this job may not write there: was it made by another user or a container?",
    EROFS: "the file system is read-only",
    EMFILE: "too many files are open: raise the limit (ulimit -n)",
  };
  const hint = code === undefined ? undefined : hints[code];
  return new LocalFileError(`could not write ${path}: ${why}`, {
    ...(hint !== undefined && { hint }),
    cause,
  });
}
