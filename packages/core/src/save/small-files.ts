// Small files are laid end to end, a batch a chunk. A worker reads the batch and keeps its bytes; here it is decided
// which of its files seem to be copies of earlier ones (equal bytes are stored once); the worker then compares those byte
// by byte and makes a chunk of the others.

import type { Digest } from "../model/digest.ts";
import type { Entry, Extent } from "../model/entry.ts";
import type { WorkerPool } from "../workers/pool.ts";
import {
  AS_LISTED,
  type Copies,
  LISTED_NUMBERS,
  type ListedFiles,
  NOT_STORED,
  READ_NUMBERS,
  type ReadFiles,
} from "../workers/save-tasks.ts";
import { createFirstContents, type ListedFile } from "./first-contents.ts";
import { entryWithoutBytes, hasOwnBytes, knownGroup } from "./known-group.ts";
import type { ReadGroup, TreePath } from "./tree-path.ts";

export interface ReadBatch {
  readonly id: number;
  readonly thread: number;
  readonly paths: readonly TreePath[];
  /** Which of the paths have bytes of their own, and what was read of them, in the same order. */
  readonly own: readonly number[];
  readonly files: ReadFiles;
}

export interface SmallFiles {
  /** A group of which nothing has to be read: its files with bytes of their own are known. Must be called in order. */
  know(paths: readonly TreePath[]): ReadGroup;
  read(paths: readonly TreePath[]): Promise<ReadBatch>;
  /** Must be called in order: the first batch with a content keeps it. */
  store(batch: ReadBatch): Promise<ReadGroup>;
}

export function createSmallFiles(pool: WorkerPool): SmallFiles {
  const contents = createFirstContents();
  /** Chunks of groups that were not read: what is known to lie in one of them is a copy. */
  const knownChunks = new Set<Digest>();
  let batches = 0;
  return {
    know(paths) {
      const group = knownGroup(paths);
      for (const { digest } of group.chunks) knownChunks.add(digest);
      return group;
    },

    async read(paths) {
      const id = batches++;
      const thread = pool.pick();
      const own: number[] = [];
      for (const [i, path] of paths.entries()) if (hasOwnBytes(path)) own.push(i);
      const task = { batch: id, files: listedFiles(own.map((i) => paths[i]!.walked)) };
      return { id, thread, paths, own, files: await pool.run("readBatch", task, { thread }) };
    },

    async store({ id, thread, paths, own, files }) {
      const added = new Int32Array(own.length).fill(NONE);
      const indices: number[] = [];
      const seeming: number[] = [];
      const held: number[] = [];
      /** Where the bytes of files lie that are not in the chunk of this batch, once asked. */
      const elsewhere = new Map<number, () => Extent>();
      for (const [i, path] of own.entries()) {
        const [size, crc] = [files.numbers[i * READ_NUMBERS]!, files.numbers[i * READ_NUMBERS + 4]!];
        if (size === 0) continue;
        const { known, walked } = paths[path]!;
        const isAsListed = files.numbers[i * READ_NUMBERS + 1] === AS_LISTED;
        const there = known?.[0];
        const same = contents.find(size, crc);
        if (there && isAsListed && knownChunks.has(there.chunk)) {
          held.push(i);
          elsewhere.set(i, () => there);
        } else if (same !== undefined) {
          indices.push(i);
          seeming.push(same);
          elsewhere.set(i, () => contents.extentOf(same));
        } else if (isAsListed) added[i] = contents.add(size, crc, walked);
      }
      const copies: Copies = {
        indices: Uint32Array.from(indices),
        originals: listedFiles(seeming.map(contents.fileOf)),
      };
      // No await above this line: the order of the calls is the order of the decisions.
      const { chunk, offsets } = await pool.run(
        "sealBatch",
        { batch: id, copies, held: Uint32Array.from(held) },
        { thread },
      );
      for (const [i, content] of added.entries())
        if (content !== NONE) contents.settle(content, chunk!.digest, offsets[i]!);
      /** The other way round: which of the files that were read is path i. */
      const fileOf = new Int32Array(paths.length).fill(NONE);
      for (const [file, i] of own.entries()) fileOf[i] = file;
      const extentsOf = (i: number): Extent[] => {
        const length = files.numbers[i * READ_NUMBERS]!;
        if (length === 0) return [];
        const isHere = offsets[i] !== NOT_STORED;
        return [isHere ? { chunk: chunk!.digest, offset: offsets[i]!, length } : elsewhere.get(i)!()];
      };
      return {
        chunks: chunk ? [chunk] : [],
        paths,
        problemOf: (i) => files.problems.get(fileOf[i]!),
        entryOf: (i) =>
          fileOf[i] === NONE
            ? entryWithoutBytes(paths[i]!)
            : fileEntry(paths[i]!, files, fileOf[i]!, extentsOf(fileOf[i]!)),
      };
    },
  };
}

const NONE = -1;

function listedFiles(files: readonly ListedFile[]): ListedFiles {
  const numbers = new Float64Array(files.length * LISTED_NUMBERS);
  for (const [i, { size, ctimeMs }] of files.entries()) {
    numbers[i * LISTED_NUMBERS] = size;
    numbers[i * LISTED_NUMBERS + 1] = ctimeMs;
  }
  return { paths: files.map(({ absolute }) => absolute).join("\0"), numbers };
}

function fileEntry(
  { walked, root }: TreePath,
  { numbers }: ReadFiles,
  i: number,
  extents: readonly Extent[],
): Entry {
  const at = i * READ_NUMBERS;
  const size = numbers[at]!;
  const mode = numbers[at + 1]!;
  const state =
    mode === AS_LISTED ? walked : { mode, mtimeSeconds: numbers[at + 2]!, mtimeNanos: numbers[at + 3]! };
  return {
    kind: "file",
    root,
    path: walked.path,
    size,
    mode: state.mode,
    mtimeSeconds: state.mtimeSeconds,
    mtimeNanos: state.mtimeNanos,
    extents,
  };
}
