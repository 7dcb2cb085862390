// Where the roots of an artifact go on this machine. Only roots that the job's own path lines ask for are written; a
// root that is a symbolic link here is followed once.

import { type BigIntStats, lstatSync, realpathSync } from "node:fs";
import { type MarkerPlace, markerPlace } from "../lib/marker.ts";
import { UnsafePathError } from "../model/errors.ts";
import { type Folders, isAskedFor, type PathLine, type Root, resolveRoot } from "../model/root.ts";

export interface Target {
  /** Absolute. */
  readonly root: string;
  readonly isFile: boolean;
  /** What is there now. */
  readonly found: "nothing" | "folder" | "other";
  readonly place: MarkerPlace;
}

/** @param kinds of each root, the kind of its own entry. @throws UnsafePathError */
export function resolveTargets(
  roots: readonly Root[],
  kinds: readonly string[],
  lines: readonly PathLine[],
  folders: Folders,
): Target[] {
  const targets = roots.map((root, i): Target => {
    if (!isAskedFor(root, lines))
      throw new UnsafePathError(root.path, "no path line of this step asks for it");
    const path = resolveRoot(root, folders);
    let stats = lstat(path);
    const absolute = stats?.isSymbolicLink() ? followOnce(path) : path;
    if (absolute !== path) stats = lstat(absolute);
    const isFile = kinds[i] !== "directory";
    const found = !stats ? "nothing" : stats.isDirectory() ? "folder" : "other";
    return { root: absolute, isFile, found, place: markerPlace(absolute, isFile) };
  });
  for (const [i, target] of targets.entries()) {
    const outer = targets.find(
      (other, j) => i !== j && (other.root === target.root || target.root.startsWith(`${other.root}/`)),
    );
    if (outer) throw new UnsafePathError(target.root, `it lies inside another root, ${outer.root}`);
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
