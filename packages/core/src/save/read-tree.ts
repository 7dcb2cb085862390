// walk -> pack -> compress: turns the roots into groups of Entries with the chunks that hold their bytes, in walking
// order. Workers read, digest and compress; every decision (cuts, which file is new) is made here and in order, so that
// equal trees give equal chunks.

import { mapOrdered } from "../lib/concurrency.ts";
import { relist, type SealedTree, walkTree } from "../lib/sealed-walk.ts";
import { isSameTime } from "../lib/times.ts";
import type { WalkedEntry } from "../lib/walk.ts";
import type { Entry } from "../model/entry.ts";
import { BIG_FILE_BYTES, CHUNK_MAX_BYTES } from "../model/limits.ts";
import { cutsChunkAfter } from "../model/path-hash.ts";
import type { WorkerPool } from "../workers/pool.ts";
import type { ChunkResult } from "../workers/save-tasks.ts";
import { type BigFilePart, readBigFile, storeBigFilePart } from "./big-file.ts";
import type { KnownFile } from "./known-files.ts";
import { hasOwnBytes } from "./known-group.ts";
import { type LocalRoot, unfinishedError } from "./resolve-roots.ts";
import { createSmallFiles } from "./small-files.ts";
import type { ReadGroup, TreePath } from "./tree-path.ts";

export interface TreeOptions {
  readonly roots: readonly LocalRoot[];
  /** For each root, where it is sealed. */
  readonly sealed: readonly (SealedTree | undefined)[];
  /** For each root. */
  readonly known: readonly KnownFile[];
  readonly onWalked: (root: number, walked: WalkedEntry) => void;
  readonly isExcluded: (absolutePath: string) => boolean;
  readonly onLeftOut: (absolutePath: string, why: string) => void;
  readonly pool: WorkerPool;
  readonly signal: AbortSignal | undefined;
}

/** Entries whose chunks are all among those of this group or of an earlier one. */
export interface TreeGroup {
  readonly chunks: readonly ChunkResult[];
  readonly entries: readonly Entry[];
}

type Step =
  | { readonly batch: readonly TreePath[] }
  | { readonly known: readonly TreePath[] }
  | { readonly part: BigFilePart };

/** Every path counts with this much beside its bytes, so that many empty files are cut too. */
const PATH_WEIGHT_BYTES = 64;
/** Work under way for each thread: enough to never wait, little enough to bound memory. */
const WORK_PER_THREAD = 3;

export async function* readTree(options: TreeOptions): AsyncGenerator<TreeGroup> {
  const { pool, signal } = options;
  const limit = pool.size * WORK_PER_THREAD;
  const small = createSmallFiles(pool);
  const read = mapOrdered(cutTree(options), limit, async (step) =>
    "batch" in step ? { batch: await small.read(step.batch) } : step,
  );
  const stored = mapOrdered(read, limit, async (step) => {
    if ("known" in step) return small.know(step.known);
    return "batch" in step ? small.store(step.batch) : storeBigFilePart(step.part, pool);
  });
  const complete = createCompletion(options);
  for await (const group of stored) {
    // Not for each path: no signal comes while the walk goes on.
    signal?.throwIfAborted();
    yield complete(group);
  }
}

/** The walk, cut into batches of small files (with all other paths among them) and parts of big files. */
async function* cutTree(options: TreeOptions): AsyncGenerator<Step> {
  let batch: TreePath[] = [];
  let weight = 0;
  const takeBatch = (): Step => {
    const taken = batch;
    batch = [];
    weight = 0;
    return needsReading(taken) ? { batch: relisted(taken, options) } : { known: taken };
  };
  for (const path of walkRoots(options)) {
    const { walked } = path;
    const ownBytes = walked.kind === "file" && !path.firstName ? walked.size : 0;
    if (ownBytes >= BIG_FILE_BYTES) {
      if (batch.length > 0) yield takeBatch();
      if (path.known) yield { known: [path] };
      else for await (const part of readBigFile(path, options.pool)) yield { part };
      continue;
    }
    if (weight + ownBytes + PATH_WEIGHT_BYTES > CHUNK_MAX_BYTES) yield takeBatch();
    batch.push(path);
    weight += ownBytes + PATH_WEIGHT_BYTES;
    if (walked.kind === "file" && cutsChunkAfter(walked.path, ownBytes + PATH_WEIGHT_BYTES))
      yield takeBatch();
  }
  if (batch.length > 0) yield takeBatch();
}

/** A batch is read as a whole or not at all: so its chunk does not depend on what happened to be known. */
function needsReading(batch: readonly TreePath[]): boolean {
  return batch.some((path) => hasOwnBytes(path) && path.known === undefined);
}

/** What is read is first listed, so that a change in between is seen. */
function relisted(batch: readonly TreePath[], options: TreeOptions): TreePath[] {
  const there: TreePath[] = [];
  for (const path of batch) {
    const { walked, known } = path;
    const now = hasOwnBytes(path) ? relist(walked, options) : walked;
    if (now === walked) there.push(path);
    else if (now) {
      const isSame =
        now.kind === "file" &&
        now.size === walked.size &&
        now.mode === walked.mode &&
        isSameTime(now, walked);
      there.push({ ...path, walked: now, known: isSame ? known : undefined });
    }
  }
  return there;
}

function* walkRoots({
  roots,
  sealed,
  known,
  onWalked,
  isExcluded,
  onLeftOut,
}: TreeOptions): Generator<TreePath> {
  const firstNames = new Map<string, { root: number; path: string }>();
  const onMarker = (folder: string): never => {
    throw unfinishedError(folder);
  };
  for (const [root, { absolute: top, written }] of roots.entries()) {
    const isExcludedHere =
      top === written ? isExcluded : (path: string): boolean => isExcluded(written + path.slice(top.length));
    for (const walked of walkTree(top, sealed[root], { isExcluded: isExcludedHere, onLeftOut, onMarker })) {
      onWalked(root, walked);
      const isLinked = walked.kind === "file" && walked.inode !== undefined;
      const firstName = isLinked ? firstNames.get(walked.inode!) : undefined;
      if (isLinked && !firstName) firstNames.set(walked.inode!, { root, path: walked.path });
      yield { walked, root, firstName, known: known[root]?.(walked) };
    }
  }
}

/** Makes the entries of each group in turn, without what was left out and the other names of it. */
function createCompletion({ onLeftOut }: TreeOptions): (group: ReadGroup) => TreeGroup {
  const leftOut = new Set<string>();
  const nameOf = ({ root, path }: { root: number; path: string }): string => `${root}/${path}`;
  return (group) => {
    const entries: Entry[] = [];
    for (const [i, { walked, root, firstName }] of group.paths.entries()) {
      const isOfLeftOut = firstName && leftOut.size > 0 && leftOut.has(nameOf(firstName));
      const why =
        group.problemOf(i) ?? (isOfLeftOut ? "it is another name of a file that was left out" : undefined);
      if (why === undefined) entries.push(group.entryOf(i));
      else {
        leftOut.add(nameOf({ root, path: walked.path }));
        onLeftOut(walked.absolute, why);
      }
    }
    return { chunks: group.chunks, entries };
  };
}
