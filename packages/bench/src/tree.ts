// Looks at a tree on disk: how much it is, and whether another one is the same. Nothing here is timed.

import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from "node:fs";
import { join } from "node:path";

export interface TreeSize {
  readonly files: number;
  readonly folders: number;
  readonly symlinks: number;
  /** Of the files' contents. */
  readonly bytes: number;
  /** What the file system gave them. */
  readonly allocatedBytes: number;
}

export function sizeOfTree(root: string): TreeSize {
  const size = { files: 0, folders: 0, symlinks: 0, bytes: 0, allocatedBytes: 0 };
  visit(root, "", (_, stats) => {
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

/**
 * The full check: kinds, contents, link targets, the owner's mode bits, and modification times of files to the second
 * (what every tool promises to keep). @returns at most `limit` differences, one line each.
 */
export function differencesBetween(expected: string, found: string, limit = 10): readonly string[] {
  const left = new Map<string, Stats>();
  visit(found, "", (path, stats) => left.set(path, stats));
  const differences: string[] = [];
  visit(expected, "", (path, stats) => {
    const other = left.get(path);
    left.delete(path);
    if (differences.length >= limit) return;
    const difference = other
      ? differenceOf(join(expected, path), stats, join(found, path), other)
      : "missing";
    if (difference !== undefined) differences.push(`${path}: ${difference}`);
  });
  for (const path of left.keys()) {
    if (differences.length < limit) differences.push(`${path}: not in the tree that was saved`);
  }
  return differences;
}

function differenceOf(expected: string, a: Stats, found: string, b: Stats): string | undefined {
  if (kindOf(a) !== kindOf(b)) return `a ${kindOf(b)} instead of a ${kindOf(a)}`;
  if (a.isSymbolicLink()) {
    return readlinkSync(expected) === readlinkSync(found) ? undefined : "another link target";
  }
  if ((a.mode & 0o700) !== (b.mode & 0o700)) return "another mode";
  if (!a.isFile()) return undefined;
  if (a.size !== b.size) return "another size";
  if (Math.floor(a.mtimeMs / 1000) !== Math.floor(b.mtimeMs / 1000)) return "another modification time";
  return readFileSync(expected).equals(readFileSync(found)) ? undefined : "other content";
}

function kindOf(stats: Stats): string {
  return stats.isDirectory() ? "folder" : stats.isSymbolicLink() ? "symlink" : "file";
}

function visit(root: string, path: string, onEntry: (path: string, stats: Stats) => void): void {
  for (const name of readdirSync(join(root, path))) {
    const inner = path === "" ? name : `${path}/${name}`;
    const stats = lstatSync(join(root, inner));
    onEntry(inner, stats);
    if (stats.isDirectory()) visit(root, inner, onEntry);
  }
}
