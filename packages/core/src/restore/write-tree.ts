// get -> verify -> write: directories first, then files on the worker threads while packs are still coming, then hard
// links, symbolic links, and last the modes and times of directories. So no link that the artifact makes is ever
// written through.

import { chmodSync, closeSync, lstatSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { forEachConcurrently } from "../lib/concurrency.ts";
import { localError } from "../lib/local-error.ts";
import { mergeReads, type PackRead, READ_TARGET_BYTES } from "../lib/merge-reads.ts";
import { moveAway } from "../lib/move-away.ts";
import { type ArtifactPlace, packNameOf, readChecked, readPack } from "../lib/read-artifact.ts";
import { isSameTime, secondsOf, setTimes } from "../lib/times.ts";
import type { Artifact } from "../model/artifact-codec.ts";
import { CorruptError } from "../model/errors.ts";
import { extentCount, type Segment } from "../model/segment.ts";
import type { WorkerPool } from "../workers/pool.ts";
import {
  Action,
  AS_IT_IS,
  type CorrectStatesTask,
  createFile,
  FILE_NUMBERS,
  type FileColumns,
  hasItsBytes,
} from "../workers/restore-tasks.ts";
import { columnsOf, hasRun } from "./columns.ts";
import { makeLinks } from "./make-links.ts";
import { forEachFile, PERMISSION_BITS, type Plan, type PlannedDirectory, pathOf, timesOf } from "./plan.ts";
import type { PlannedChunk } from "./plan-chunks.ts";
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
/** Files whose times one task corrects: some 4 ms. */
const CORRECTED_AT_ONCE = 1000;
const CORRECTIONS_AT_ONCE = 8;

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
  forEachFile(plan, ({ segment, actions }, i) => {
    if (!isWritten(actions[i]!)) return;
    touched.addParent(segment, i);
    const extents = extentCount(segment, i);
    if (extents === 1) return;
    const path = pathOf(plan, segment, i);
    if (actions[i] !== Action.create) clear(path);
    if (extents === 0)
      createFile(path, new Uint8Array(), modeOf(segment, i), secondsOf(timesOf(segment, i)), umask);
    else closeSync(openSync(path, "wx", 0o600));
  });
  const failure = new AbortController();
  const writing = writeChunks(work).catch((error: unknown) => {
    failure.abort();
    throw error;
  });
  const [keptBytes] = await Promise.all([writing, correctWhatStands(work, failure.signal)]);
  forEachFile(plan, ({ segment, actions }, i) => {
    if (!isWritten(actions[i]!) || extentCount(segment, i) <= 1) return;
    const path = pathOf(plan, segment, i);
    chmodSync(path, modeOf(segment, i));
    setTimes(path, timesOf(segment, i));
  });
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
  const { plan, place, artifact, undo, pool, signal } = work;
  const needed = plan.chunks.filter((planned) => hasRun(plan, planned, isWritten));
  const rooms: ArrayBuffer[] = [];
  let keptBytes = 0;
  const readAndWrite = async (read: PackRead<PlannedChunk>): Promise<void> => {
    const all = read.items.map((planned) => ({
      chunk: planned.chunk,
      files: columnsOf(plan, planned, isWritten),
    }));
    let chunks = all;
    await readChecked(async (fresh) => {
      signal?.throwIfAborted();
      const room = takeRoom(rooms, read.length);
      const stored = await readPack(place, artifact, read, { signal, into: room, fresh });
      // Only what was read into our own room may be given away: the inline pack is a part of the artifact.
      const isOwn = stored.buffer === room.buffer;
      const transfer = isOwn ? [room.buffer] : [];
      const { outcome, room: returned } = await pool.run(
        "writeChunks",
        { stored, base: read.offset, chunks, undo: undo.folders },
        { transfer },
      );
      if (isOwn) rooms.push(returned as ArrayBuffer);
      if (outcome.status === "failed") throw localError(outcome.path, outcome.why, outcome.code);
      keptBytes += outcome.keptBytes;
      if (outcome.status === "written") return;
      // A second read goes on where the first one stopped: files that it created must not be created again.
      chunks = chunks.slice(outcome.written);
      const name = packNameOf(place, artifact, read.pack);
      throw new CorruptError(name, `chunk ${outcome.chunk}: ${outcome.why}`);
    });
    work.onWritten(all.reduce((sum, { files }) => sum + bytesOf(files), 0));
  };
  await forEachConcurrently(
    mergeReads(needed, ({ chunk }) => chunk),
    READS_AT_ONCE,
    readAndWrite,
  );
  return keptBytes;
}

/** Modes and times of files whose bytes are right, while others are written. */
async function correctWhatStands({ plan, pool, signal }: TreeToWrite, failure: AbortSignal): Promise<void> {
  await forEachConcurrently(statesToCorrect(plan), CORRECTIONS_AT_ONCE, async (task) => {
    if (failure.aborted) return;
    signal?.throwIfAborted();
    const failed = await pool.run("correctStates", task);
    if (failed) throw localError(failed.path, failed.why, failed.code);
  });
}

function* statesToCorrect(plan: Plan): Generator<CorrectStatesTask> {
  let paths: string[] = [];
  let numbers: number[] = [];
  const take = (): CorrectStatesTask => {
    const task = { paths: paths.join("\0"), numbers: Float64Array.from(numbers) };
    [paths, numbers] = [[], []];
    return task;
  };
  for (const { segment, actions } of plan.segments) {
    for (const [i, action] of actions.entries()) {
      if (action !== Action.retime && action !== Action.remode) continue;
      paths.push(pathOf(plan, segment, i));
      numbers.push(action === Action.remode ? modeOf(segment, i) : AS_IT_IS, secondsOf(timesOf(segment, i)));
      if (paths.length === CORRECTED_AT_ONCE) yield take();
    }
  }
  if (paths.length > 0) yield take();
}

function isWritten(action: number): boolean {
  return !hasItsBytes(action);
}

/** Read into again and again: fresh memory costs a page fault for each 4 KiB. */
function takeRoom(rooms: ArrayBuffer[], length: number): Uint8Array<ArrayBuffer> {
  const room = rooms.pop() ?? new ArrayBuffer(READ_TARGET_BYTES);
  return room.byteLength >= length ? new Uint8Array(room, 0, length) : new Uint8Array(length);
}

function bytesOf({ numbers }: FileColumns): number {
  let bytes = 0;
  for (let at = 1; at < numbers.length; at += FILE_NUMBERS) bytes += numbers[at]!;
  return bytes;
}

function modeOf({ modes }: Segment, i: number): number {
  return modes[i]! & PERMISSION_BITS;
}

function makeDirectory({ path, relative, mode, found }: PlannedDirectory, touched: Touched): void {
  if (found) return;
  touched.add(dirname(path));
  // The root itself was made with its marker.
  if (relative !== "" || !lstatSync(path, { throwIfNoEntry: false })) mkdirSync(path, 0o700 | mode);
  touched.add(path);
}

interface Touched {
  /** Something in this folder changes: it must be writable, and gets its mode and times back at the end. */
  add(folder: string): void;
  /** The same for the folder that an entry is in. */
  addParent(segment: Segment, i: number): void;
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
    if (found && !isWritable(found.mode)) chmodSync(folder, found.mode | 0o700);
  };
  return {
    add,
    addParent: (segment, i) => {
      if (isAnyFound) add(dirname(pathOf(plan, segment, i)));
    },
    unfinished(which) {
      return plan.directories.toReversed().filter(({ relative, path, mode, found, ...times }) => {
        const isRoot = relative === "";
        const isRight = found?.mode === mode && isSameTime(found, times);
        return isRoot === (which === "roots") && (isRoot || !isRight || folders.has(path));
      });
    },
  };
}

function finishDirectory({ path, mode, found, ...times }: PlannedDirectory): void {
  // What was made has whatever mode the folder around it hands down; what was found may have been made writable.
  if (found?.mode !== mode || !isWritable(mode)) chmodSync(path, mode);
  setTimes(path, times);
}

function isWritable(mode: number): boolean {
  return (mode & 0o300) === 0o300;
}

function tryFinishDirectory(directory: PlannedDirectory): string[] {
  try {
    finishDirectory(directory);
    return [];
  } catch (error) {
    return [`${directory.path} did not get its mode and times: ${(error as Error).message}`];
  }
}
