// The write of a restore inside its undo: marker and undo folder before the first change, modes and times of folders at
// the end, and everything taken back when anything fails.

import type { Progress, RestoreRequest } from "../cache.ts";
import type { ArtifactPlace } from "../lib/read-artifact.ts";
import type { WalkedEntry } from "../lib/walk.ts";
import type { Artifact } from "../model/artifact-codec.ts";
import type { WorkerPool } from "../workers/pool.ts";
import { Action, hasItsBytes } from "../workers/restore-tasks.ts";
import { forEachFile, type Plan, pathOf } from "./plan.ts";
import type { Survey } from "./survey.ts";
import type { Target } from "./targets.ts";
import { beginUndo } from "./undo.ts";
import { type WrittenTree, writeTree } from "./write-tree.ts";

export interface UndoableWrite {
  readonly request: RestoreRequest;
  readonly place: ArtifactPlace;
  readonly artifact: Artifact;
  readonly todo: Plan;
  readonly targets: readonly (Target & { readonly survey: Survey })[];
  readonly pool: WorkerPool;
}

/** Writes what the plan says; when that fails, the tree is as it was. */
export async function writeUndoably({
  request,
  place,
  artifact,
  todo,
  targets,
  pool,
}: UndoableWrite): Promise<WrittenTree & { readonly notices: readonly string[] }> {
  const clean = request.clean ?? false;
  const undo = beginUndo(targets, !isUnchanged(todo, clean), ({ index, place, survey }) => ({
    created: () => relativeTo(place.folder, createdPaths(todo, index)),
    states: statesToKeep(todo, index, survey),
  }));
  let doneBytes = 0;
  const onWritten = (bytes: number): void => {
    doneBytes += bytes;
    request.onProgress?.(progressOf(todo, doneBytes));
  };
  try {
    const written = await writeTree({
      plan: todo,
      place,
      artifact,
      undo,
      pool,
      clean,
      signal: request.signal,
      onWritten,
    });
    written.finishDirectories();
    undo.finish();
    return { ...written, notices: written.finishRoots() };
  } catch (error) {
    // Nothing may be written any more while what was written is taken back.
    await pool.close();
    undo.rollBack();
    throw error;
  }
}

/** Paths of a root that will be made where nothing is, parents before children. */
function createdPaths(todo: Plan, index: number): string[] {
  const inTheWay = new Set(todo.inTheWay);
  const created: string[] = [];
  const add = (root: number, path: string): void => {
    if (root === index && !inTheWay.has(path)) created.push(path);
  };
  for (const { found, root, path } of todo.directories) if (!found) add(root, path);
  forEachFile(todo, ({ segment, actions }, i) => {
    if (actions[i] === Action.create) add(segment.roots[i]!, pathOf(todo, segment, i));
  });
  for (const { exists, root, path } of todo.links) if (!exists) add(root, path);
  return created;
}

/** Folders, and files of which perhaps only mode and times change; parents before children. */
function statesToKeep(todo: Plan, index: number, { walked }: Survey): WalkedEntry[] {
  const stale = new Set<string>();
  forEachFile(todo, ({ segment, actions }, i) => {
    const action = actions[i]!;
    const isStale = action === Action.compareStale || (hasItsBytes(action) && action !== Action.keep);
    if (isStale && segment.roots[i] === index) stale.add(segment.paths[i]!);
  });
  return walked.filter(({ kind, path }) => path !== "" && (kind === "directory" || stale.has(path)));
}

/** Whether the tree is as it should be but for the times of folders: then not even a marker is needed. */
function isUnchanged(todo: Plan, clean: boolean): boolean {
  if (todo.inTheWay.length > 0 || (clean && todo.extras.length > 0)) return false;
  if (!todo.directories.every(({ found }) => found) || !todo.links.every((link) => link.isLinked))
    return false;
  let isKept = true;
  forEachFile(todo, ({ actions }, i) => {
    isKept &&= actions[i] === Action.keep;
  });
  return isKept;
}

function relativeTo(folder: string, paths: readonly string[]): string[] {
  return paths.filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1));
}

function progressOf(todo: Plan, doneBytes: number): Progress {
  return {
    phase: "write",
    doneBytes,
    totalBytes: todo.treeBytes,
    doneEntries: 0,
    totalEntries: todo.fileCount,
  };
}
