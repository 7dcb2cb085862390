// get -> verify -> write: directories first, then files on the worker threads while packs are still coming, then hard
// links, symbolic links, and last the modes and times of directories. So no link that the artifact makes is ever
// written through.

import { chmodSync, closeSync, lstatSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { forEachConcurrently } from "../lib/concurrency.ts";
import { localError } from "../lib/local-error.ts";
import { mergeReads, type PackRead } from "../lib/merge-reads.ts";
import { type ArtifactPlace, packNameOf, readChecked, readPack } from "../lib/read-artifact.ts";
import { isSameTime, secondsOf, setTimes } from "../lib/times.ts";
import type { Artifact } from "../model/artifact-codec.ts";
import { CorruptError } from "../model/errors.ts";
import type { WorkerPool } from "../workers/pool.ts";
import { createFile, moveAway } from "../workers/restore-tasks.ts";
import { columnsOf } from "./columns.ts";
import { makeLinks } from "./make-links.ts";
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
    touched.addParent(path);
    moveAway(path, undo.folders);
  };
  for (const path of plan.inTheWay) clear(path);
  if (work.clean) for (const path of plan.extras) clear(path);
  for (const directory of plan.directories) makeDirectory(directory, touched);
  const umask = process.umask();
  for (const file of plan.files) {
    if (file.action === "keep") continue;
    touched.addParent(file.path);
    if (file.entry.extents.length === 1) continue;
    if (file.action !== "create") clear(file.path);
    if (file.entry.size === 0)
      createFile(file.path, new Uint8Array(), file.mode, secondsOf(file.entry), umask);
    else closeSync(openSync(file.path, "wx", 0o600));
  }
  const keptBytes = await writeChunks(work);
  for (const file of plan.files) {
    if (file.action === "keep" || file.entry.extents.length < 2) continue;
    chmodSync(file.path, file.mode);
    setTimes(file.path, file.entry);
  }
  makeLinks(plan, clear, touched.add);
  return {
    keptBytes,
    finishDirectories: () => {
      for (const directory of touched.unfinished("below")) finishDirectory(directory);
    },
    finishRoots: () => touched.unfinished("roots").flatMap(tryFinishDirectory),
  };
}

/** @returns the bytes of files that turned out to be right. */
async function writeChunks(work: TreeToWrite): Promise<number> {
  const { place, artifact, undo, pool, signal } = work;
  const needed = work.plan.chunks
    .map(({ chunk, runs }) => ({ chunk, runs: runs.filter((run) => run.file.action !== "keep") }))
    .filter(({ runs }) => runs.length > 0);
  let keptBytes = 0;
  const readAndWrite = async (read: PackRead<PlannedChunk>): Promise<void> => {
    let chunks = read.items.map(({ chunk, runs }) => ({ chunk, files: columnsOf(runs) }));
    await readChecked(async (fresh) => {
      signal?.throwIfAborted();
      const own = new Uint8Array(read.length);
      const stored = await readPack(place, artifact, read, { signal, into: own, fresh });
      // Only what was read into our own buffer may be given away: the inline pack is a part of the artifact.
      const transfer = stored.buffer === own.buffer ? [own.buffer] : [];
      const outcome = await pool.run(
        "writeChunks",
        { stored, base: read.offset, chunks, undo: undo.folders },
        { transfer },
      );
      if (outcome.status === "failed") throw localError(outcome.path, outcome.why, outcome.code);
      keptBytes += outcome.keptBytes;
      if (outcome.status === "written") return;
      // A second read goes on where the first one stopped: files that it created must not be created again.
      chunks = chunks.slice(outcome.written);
      const name = packNameOf(place, artifact, read.pack);
      throw new CorruptError(name, `chunk ${outcome.chunk}: ${outcome.why}`);
    });
    work.onWritten(
      read.items.reduce((sum, { runs }) => sum + runs.reduce((bytes, run) => bytes + run.length, 0), 0),
    );
  };
  await forEachConcurrently(
    mergeReads(needed, ({ chunk }) => chunk),
    READS_AT_ONCE,
    readAndWrite,
  );
  return keptBytes;
}

function makeDirectory({ path, mode, found, entry }: PlannedDirectory, touched: Touched): void {
  if (found) return;
  touched.addParent(path);
  // The root itself was made with its marker.
  if (entry.path !== "" || !lstatSync(path, { throwIfNoEntry: false })) mkdirSync(path, 0o700 | mode);
  touched.add(path);
}

interface Touched {
  /** Something in this folder changes: it must be writable, and gets its mode and times back at the end. */
  add(folder: string): void;
  /** The same for the folder that a path is in. */
  addParent(path: string): void;
  /** Those that need it, children before parents. */
  unfinished(which: "roots" | "below"): PlannedDirectory[];
}

function createTouched(plan: Plan): Touched {
  const planned = new Map(plan.directories.map((directory) => [directory.path, directory]));
  const folders = new Set<string>();
  // Folders that are new get their modes and times in any case: in an empty workspace there is nothing to remember.
  const isAnyFound = plan.directories.some((directory) => directory.found);
  const add = (folder: string): void => {
    if (!isAnyFound || folders.has(folder)) return;
    folders.add(folder);
    const found = planned.get(folder)?.found;
    if (found && (found.mode & 0o300) !== 0o300) chmodSync(folder, found.mode | 0o700);
  };
  return {
    add,
    addParent: (path) => {
      if (isAnyFound) add(dirname(path));
    },
    unfinished(which) {
      return plan.directories.toReversed().filter(({ path, entry, mode, found }) => {
        const isRight = found?.mode === mode && isSameTime(found, entry);
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
