// Looks at a tree on disk: how much it is, and whether another one is the same. Nothing here is timed. A tree may be a
// single file.

import {
  closeSync,
  existsSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  type Stats,
} from "node:fs";
import { join } from "node:path";

export interface TreeSize {
  readonly files: number;
  /** Without the root. */
  readonly folders: number;
  readonly symlinks: number;
  /** Of the files' contents. */
  readonly bytes: number;
  /** What the file system gave them. */
  readonly allocatedBytes: number;
}

/** @throws ENOENT */
export function sizeOfTree(root: string): TreeSize {
  const size = { files: 0, folders: 0, symlinks: 0, bytes: 0, allocatedBytes: 0 };
  visit(root, (_, stats) => {
    size.allocatedBytes += stats.blocks * 512;
    if (stats.isDirectory()) size.folders++;
    else if (stats.isSymbolicLink()) size.symlinks++;
    else {
      size.files++;
      size.bytes += stats.size;
    }
  });
  return size;
}

/** The quick check. @returns what differs, for a person; undefined when the counts and sizes agree. */
export function differenceInSize(expected: TreeSize, found: TreeSize): string | undefined {
  const differing = (["files", "folders", "symlinks", "bytes"] as const).filter(
    (what) => expected[what] !== found[what],
  );
  if (differing.length === 0) return undefined;
  return differing.map((what) => `${found[what]} ${what} instead of ${expected[what]}`).join(", ");
}

export interface CompareOptions {
  /** Whether `found` may hold more: a restore leaves what it did not write. Default: no. */
  readonly allowExtra?: boolean;
  /** Of lines that are returned. */
  readonly limit?: number;
}

/**
 * The full check: kinds, contents, link targets, the owner's mode bits, and modification times of files to the second
 * (what every tool promises to keep). @returns one line for each difference.
 */
export function differencesBetween(
  expected: string,
  found: string,
  { allowExtra = false, limit = 10 }: CompareOptions = {},
): readonly string[] {
  const differences: string[] = [];
  visit(expected, (path, stats) => {
    if (differences.length >= limit) return;
    const other = statsOf(join(found, path));
    const difference = other
      ? (timeDifference(stats, other) ?? differenceOf(join(expected, path), stats, join(found, path), other))
      : "missing";
    if (difference !== undefined) differences.push(`${path}: ${difference}`);
  });
  if (allowExtra || !existsSync(found)) return differences;
  visit(found, (path) => {
    if (differences.length >= limit || statsOf(join(expected, path))) return;
    differences.push(`${path}: not in the tree that was saved`);
  });
  return differences;
}

/** Kind, mode of the owner, link target or content of two paths; their times don't matter. */
export function differenceOf(expected: string, a: Stats, found: string, b: Stats): string | undefined {
  if (kindOf(a) !== kindOf(b)) return `a ${kindOf(b)} instead of a ${kindOf(a)}`;
  if (a.isSymbolicLink()) {
    return readlinkSync(expected) === readlinkSync(found) ? undefined : "another link target";
  }
  if ((a.mode & 0o700) !== (b.mode & 0o700)) return "another mode";
  if (!a.isFile()) return undefined;
  if (a.size !== b.size) return "another size";
  return hasSameContent(expected, found) ? undefined : "other content";
}

/** @returns undefined where nothing is, also below what is no folder. */
export function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw error;
  }
}

/** Calls for the root, too, when it is a file, with an empty path. */
export function visit(root: string, onEntry: (path: string, stats: Stats) => void): void {
  const stats = lstatSync(root);
  if (stats.isDirectory()) visitInside(root, "", onEntry);
  else onEntry("", stats);
}

function visitInside(root: string, path: string, onEntry: (path: string, stats: Stats) => void): void {
  for (const name of readdirSync(join(root, path))) {
    const inner = path === "" ? name : `${path}/${name}`;
    const stats = lstatSync(join(root, inner));
    onEntry(inner, stats);
    if (stats.isDirectory()) visitInside(root, inner, onEntry);
  }
}

function timeDifference(a: Stats, b: Stats): string | undefined {
  const differs = a.isFile() && b.isFile() && Math.floor(a.mtimeMs / 1000) !== Math.floor(b.mtimeMs / 1000);
  return differs ? "another modification time" : undefined;
}

function kindOf(stats: Stats): string {
  return stats.isDirectory() ? "folder" : stats.isSymbolicLink() ? "symlink" : "file";
}

const buffers = [Buffer.allocUnsafe(1 << 20), Buffer.allocUnsafe(1 << 20)] as const;

function hasSameContent(one: string, other: string): boolean {
  const fds = [openSync(one, "r"), openSync(other, "r")] as const;
  try {
    for (;;) {
      const [left, right] = fds.map((fd, i) => buffers[i]!.subarray(0, readSync(fd, buffers[i]!)));
      if (!left!.equals(right!)) return false;
      if (left!.length === 0) return true;
    }
  } finally {
    for (const fd of fds) closeSync(fd);
  }
}
