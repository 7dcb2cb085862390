// Where the roots of an artifact go on this machine. Only roots that the job's own path lines ask for are written; a
// root that is a symbolic link here is followed once.

import { type BigIntStats, lstatSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { type MarkerPlace, markerPlace } from "../lib/marker.ts";
import { UnsafePathError } from "../model/errors.ts";
import { type Folders, isAskedFor, type PathLine, type Root, resolveRoot } from "../model/root.ts";

/** A root that the artifact has entries for. */
export interface RootToRestore extends Root {
  /** Among the artifact's roots. */
  readonly index: number;
  readonly isFile: boolean;
}

export interface Target extends RootToRestore {
  /** Absolute, with the root's own link resolved. */
  readonly root: string;
  /** Absolute, as the line has it: what `!` lines are compared with. */
  readonly written: string;
  /** What is there now. */
  readonly found: "nothing" | "folder" | "other";
  readonly place: MarkerPlace;
}

/** @throws UnsafePathError */
export function resolveTargets(
  roots: readonly RootToRestore[],
  lines: readonly PathLine[],
  folders: Folders,
): Target[] {
  const targets = roots.map((root): Target => {
    const { isFile } = root;
    if (!isAskedFor(root, lines) || root.path.includes("\0"))
      throw new UnsafePathError(root.path, "no path line of this step asks for it");
    const path = resolveRoot(root, folders);
    let stats = lstat(path);
    const absolute = stats?.isSymbolicLink() ? followOnce(path) : path;
    if (absolute !== path) stats = lstat(absolute);
    const found = !stats ? "nothing" : stats.isDirectory() ? "folder" : "other";
    return { ...root, root: absolute, written: path, found, place: markerPlace(absolute, isFile) };
  });
  const taken = new Set<string>();
  for (const { root } of targets) {
    if (taken.has(root)) throw new UnsafePathError(root, "it is a root twice");
    taken.add(root);
  }
  for (const { root } of targets) {
    for (let above = dirname(root); above !== dirname(above); above = dirname(above)) {
      if (taken.has(above)) throw new UnsafePathError(root, `it lies inside another root, ${above}`);
    }
  }
  return targets;
}

function followOnce(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // A link that leads nowhere is replaced like any other thing in the way.
    return path;
  }
}

function lstat(path: string): BigIntStats | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false });
}
