// A big file is cut by its content and stored in parts, each a chunk of its own. It has to be the same file before the
// first and after the last byte was read, or it is left out: a torn file is never stored.

import type { FileEntry } from "../model/entry.ts";
import type { WorkerPool } from "../workers/pool.ts";
import type { ChunkResult, FileState } from "../workers/save-tasks.ts";
import type { ReadGroup, TreePath } from "./tree-path.ts";

/** A run of a big file; the last one has length 0 and ends it. */
export interface BigFilePart {
  readonly file: BigFile;
  readonly offset: number;
  readonly length: number;
}

interface BigFile {
  readonly path: TreePath;
  readonly before: FileState | undefined;
  /** By offset in the file; parts finish in any order. */
  readonly parts: { offset: number; length: number; chunk: FileEntry["extents"][number]["chunk"] }[];
  /** One for each part that was begun; they hold no result. */
  readonly reads: Promise<void>[];
  problem: string | undefined;
}

/** The parts of a file in order, the end last, also when it can't be read. */
export async function* readBigFile(path: TreePath, pool: WorkerPool): AsyncGenerator<BigFilePart> {
  const before = await pool.run("stateOf", { path: path.walked.absolute });
  const file: BigFile =
    "problem" in before
      ? { path, before: undefined, parts: [], reads: [], problem: before.problem }
      : { path, before, parts: [], reads: [], problem: undefined };
  const size = file.before?.size ?? 0;
  for (let offset = 0; offset < size && file.problem === undefined; ) {
    const cuts = await pool.run("cutFile", { path: path.walked.absolute, offset, size });
    if ("problem" in cuts) file.problem = cuts.problem;
    else {
      for (const length of cuts) {
        yield { file, offset, length };
        offset += length;
      }
    }
  }
  yield { file, offset: size, length: 0 };
}

export async function storeBigFilePart(
  { file, offset, length }: BigFilePart,
  pool: WorkerPool,
): Promise<ReadGroup> {
  if (length === 0) {
    // Only when no thread reads any more, the state says something about all that was read.
    await Promise.all(file.reads);
    const end = await pool.run("stateOf", { path: file.path.walked.absolute });
    const problem = problemAtEnd(file, end);
    return { chunks: [], paths: [file.path], problemOf: () => problem, entryOf: () => entryOf(file) };
  }
  const reading = pool.run("chunkFile", { path: file.path.walked.absolute, offset, length });
  file.reads.push(reading.then(noResult, noResult));
  const chunk = await reading;
  if ("problem" in chunk) {
    file.problem ??= chunk.problem;
    return partGroup([]);
  }
  file.parts.push({ offset, length, chunk: chunk.digest });
  return partGroup([chunk]);
}

/** Of a part that is not the last: the entry comes with that one. */
function partGroup(chunks: readonly ChunkResult[]): ReadGroup {
  const none = (): never => {
    throw new Error("a part of a file is no entry");
  };
  return { chunks, paths: [], problemOf: none, entryOf: none };
}

function noResult(): void {}

function problemAtEnd(
  { problem, before }: BigFile,
  after: FileState | { problem: string },
): string | undefined {
  if (problem !== undefined) return problem;
  if ("problem" in after) return after.problem;
  return after.ctimeNanos === before?.ctimeNanos && after.size === before.size
    ? undefined
    : "it changed while it was read";
}

function entryOf({ path, before, parts }: BigFile): FileEntry {
  const { size, mode, mtimeSeconds, mtimeNanos } = before!;
  const extents = parts
    .sort((a, b) => a.offset - b.offset)
    .map(({ chunk, length }) => ({ chunk, offset: 0, length }));
  return {
    kind: "file",
    root: path.root,
    path: path.walked.path,
    size,
    mode,
    mtimeSeconds,
    mtimeNanos,
    extents,
  };
}
