// Small files are laid end to end, a batch a chunk. A worker reads the batch and keeps its bytes; here it is decided
// which of its files were seen before (equal bytes are stored once); the worker then makes a chunk of the others.

import { DIGEST_BYTES, type Digest } from "../model/digest.ts";
import type { Entry } from "../model/entry.ts";
import type { WorkerPool } from "../workers/pool.ts";
import { AS_LISTED, READ_NUMBERS, type ReadFiles } from "../workers/save-tasks.ts";
import type { ReadGroup, ReadPath, TreePath } from "./tree-path.ts";

export interface ReadBatch {
  readonly id: number;
  readonly thread: number;
  readonly paths: readonly TreePath[];
  /** What was read, in the order of those paths that have bytes of their own. */
  readonly files: ReadFiles;
}

export interface SmallFiles {
  read(paths: readonly TreePath[]): Promise<ReadBatch>;
  /** Must be called in order: the first batch with a content keeps it. */
  store(batch: ReadBatch): Promise<ReadGroup>;
}

/** Where a content was laid first; the chunk's digest is known once its batch is stored. */
interface Place {
  readonly chunk: { digest?: Digest };
  readonly offset: number;
}

export function createSmallFiles(pool: WorkerPool): SmallFiles {
  /** By the bytes of the file's digest. */
  const places = new Map<string, Place>();
  let batches = 0;
  return {
    async read(paths) {
      const id = batches++;
      const thread = pool.pick();
      const own = paths.filter(hasOwnBytes);
      const task = {
        batch: id,
        paths: own.map((path) => path.absolute),
        sizes: own.map((path) => path.size),
        ctimes: own.map((path) => path.ctimeMs),
      };
      return { id, thread, paths, files: await pool.run("readBatch", task, { thread }) };
    },

    async store({ id, thread, paths, files }) {
      const chunk: Place["chunk"] = {};
      const keep: number[] = [];
      let length = 0;
      const digests = Buffer.from(files.digests.buffer).toString("latin1");
      const placed = Array.from(
        { length: files.numbers.length / READ_NUMBERS },
        (_, i): Place | undefined => {
          const size = files.numbers[i * READ_NUMBERS]!;
          if (size === 0) return undefined;
          const digest = digests.slice(i * DIGEST_BYTES, (i + 1) * DIGEST_BYTES);
          const known = places.get(digest);
          if (known) return known;
          const place = { chunk, offset: length };
          places.set(digest, place);
          keep.push(i);
          length += size;
          return place;
        },
      );
      // No await above this line: the order of the calls is the order of the decisions.
      const stored = await pool.run("sealBatch", { batch: id, keep }, { thread });
      if (stored) chunk.digest = stored.digest;
      let next = 0;
      const read = paths.map((path): ReadPath => {
        if (!hasOwnBytes(path)) return { path, entry: () => entryWithoutBytes(path) };
        const i = next++;
        return { path, problem: files.problems.get(i), entry: () => fileEntry(path, files, i, placed[i]) };
      });
      return { chunks: stored ? [stored] : [], paths: read };
    },
  };
}

function hasOwnBytes(path: TreePath): boolean {
  return path.kind === "file" && !path.firstName;
}

function fileEntry(path: TreePath, { numbers }: ReadFiles, i: number, place: Place | undefined): Entry {
  const [size, mode, mtimeSeconds, mtimeNanos] = numbers.subarray(i * READ_NUMBERS) as unknown as [
    number,
    number,
    number,
    number,
  ];
  const extents = place ? [{ chunk: place.chunk.digest!, offset: place.offset, length: size }] : [];
  const state = mode === AS_LISTED ? path : { mode, mtimeSeconds, mtimeNanos };
  return {
    kind: "file",
    root: path.root,
    path: path.path,
    size,
    mode: state.mode,
    mtimeSeconds: state.mtimeSeconds,
    mtimeNanos: state.mtimeNanos,
    extents,
  };
}

function entryWithoutBytes({
  root,
  path,
  kind,
  mode,
  mtimeSeconds,
  mtimeNanos,
  target,
  firstName,
}: TreePath): Entry {
  if (kind === "directory") return { kind, root, path, mode, mtimeSeconds, mtimeNanos };
  if (kind === "symlink") return { kind, root, path, target: target!, mtimeSeconds, mtimeNanos };
  return { kind: "hardlink", root, path, targetRoot: firstName!.root, target: firstName!.path };
}
