// What a package manager does to a tree between the restore and the save of one job, done quickly: the tree becomes
// that of another data set, with all files new (`npm ci`) or only those that differ (an incremental `npm install`).

import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from "node:fs";
import { join } from "node:path";
import { differenceOf, statsOf, visit } from "./tree.ts";

export interface TreeChange {
  /** Without what lies in a folder that is removed. */
  readonly removed: readonly string[];
  /** Folders before what is in them. */
  readonly written: readonly string[];
}

/** Files of the same content and mode are the same, whatever their times. */
export function changeBetween(before: string, after: string): TreeChange {
  const written: string[] = [];
  visit(after, (path, stats) => {
    const old = statsOf(join(before, path));
    const isSame = old && differenceOf(join(after, path), stats, join(before, path), old) === undefined;
    if (!isSame) written.push(path);
  });
  const removed: string[] = [];
  visit(before, (path) => {
    if (statsOf(join(after, path))) return;
    if (!path.startsWith(`${removed.at(-1)}/`)) removed.push(path);
  });
  return { removed, written };
}

/** Makes `tree` what `after` is. What is not part of the change is not touched: it keeps its inode and its times. */
export function applyChange({ removed, written }: TreeChange, after: string, tree: string): void {
  for (const path of removed) rmSync(join(tree, path), { recursive: true });
  for (const path of written) replace(join(after, path), join(tree, path));
}

/** A new file in the place of the old one, as package managers write it. */
function replace(source: string, target: string): void {
  const stats = lstatSync(source);
  const old = statsOf(target);
  const isFolder = stats.isDirectory() && old?.isDirectory();
  if (!isFolder) rmSync(target, { recursive: true, force: true });
  if (stats.isDirectory()) {
    if (!isFolder) mkdirSync(target);
    chmodSync(target, stats.mode & 0o7777);
  } else if (stats.isSymbolicLink()) {
    symlinkSync(readlinkSync(source), target);
  } else {
    copyFileSync(source, target);
    chmodSync(target, stats.mode & 0o7777);
    utimesSync(target, stats.atime, stats.mtime);
  }
}
