// Small files are laid end to end, a batch a chunk. A worker reads the batch and keeps its bytes; here it is decided
// which of its files seem to be copies of earlier ones (equal bytes are stored once); the worker then compares those byte
// by byte and makes a chunk of the others.

import type { Digest } from "../model/digest.ts";
import type { Entry } from "../model/entry.ts";
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

/** Where a content was laid first; known once its batch is stored. */
interface Place {
  readonly file: TreePath;
  chunk: Digest | undefined;
  offset: number;
}

export function createSmallFiles(pool: WorkerPool): SmallFiles {
  /** By size and CRC-32. */
  const places = new Map<number, Place>();
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
      const task = { batch: id, files: listedFiles(own.map((i) => paths[i]!)) };
      return { id, thread, paths, own, files: await pool.run("readBatch", task, { thread }) };
    },

    async store({ id, thread, paths, own, files }) {
      const indices: number[] = [];
      const seeming: Place[] = [];
      const held: number[] = [];
      const placed = own.map((path, i): Place | undefined => {
        const size = files.numbers[i * READ_NUMBERS]!;
        if (size === 0) return undefined;
        const known = paths[path]!.known?.[0];
        if (known && files.numbers[i * READ_NUMBERS + 1] === AS_LISTED && knownChunks.has(known.chunk)) {
          held.push(i);
          return { file: paths[path]!, chunk: known.chunk, offset: known.offset };
        }
        // Exact: a small file's size takes 21 bits.
        const print = size * 2 ** 32 + files.numbers[i * READ_NUMBERS + 4]!;
        const first = places.get(print);
        const place = { file: paths[path]!, chunk: undefined, offset: 0 };
        if (first) {
          indices.push(i);
          seeming.push(first);
        } else if (files.numbers[i * READ_NUMBERS + 1] === AS_LISTED) places.set(print, place);
        return place;
      });
      const copies: Copies = {
        indices: Uint32Array.from(indices),
        originals: listedFiles(seeming.map(({ file: original }) => original)),
      };
      // No await above this line: the order of the calls is the order of the decisions.
      const sealed = await pool.run(
        "sealBatch",
        { batch: id, copies, held: Uint32Array.from(held) },
        { thread },
      );
      for (const [i, place] of placed.entries()) {
        if (!place || sealed.offsets[i] === NOT_STORED) continue;
        place.chunk = sealed.chunk!.digest;
        place.offset = sealed.offsets[i]!;
      }
      for (const [copy, i] of indices.entries())
        if (sealed.offsets[i] === NOT_STORED) placed[i] = seeming[copy];
      /** The other way round: which of the files that were read is path i. */
      const fileOf = new Int32Array(paths.length).fill(NOT_READ);
      for (const [file, i] of own.entries()) fileOf[i] = file;
      return {
        chunks: sealed.chunk ? [sealed.chunk] : [],
        paths,
        problemOf: (i) => files.problems.get(fileOf[i]!),
        entryOf: (i) =>
          fileOf[i] === NOT_READ
            ? entryWithoutBytes(paths[i]!)
            : fileEntry(paths[i]!, files, fileOf[i]!, placed[fileOf[i]!]),
      };
    },
  };
}

const NOT_READ = -1;

function listedFiles(files: readonly TreePath[]): ListedFiles {
  const numbers = new Float64Array(files.length * LISTED_NUMBERS);
  for (const [i, { walked }] of files.entries()) {
    numbers[i * LISTED_NUMBERS] = walked.size;
    numbers[i * LISTED_NUMBERS + 1] = walked.ctimeMs;
  }
  return { paths: files.map(({ walked }) => walked.absolute).join("\0"), numbers };
}

function fileEntry(
  { walked, root }: TreePath,
  { numbers }: ReadFiles,
  i: number,
  place: Place | undefined,
): Entry {
  const at = i * READ_NUMBERS;
  const size = numbers[at]!;
  const mode = numbers[at + 1]!;
  const extents = place ? [{ chunk: place.chunk!, offset: place.offset, length: size }] : [];
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
