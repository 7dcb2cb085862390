// What has to go before something else can stand in its place: moved into an undo folder, or removed, read-only folders
// (of module caches, for example) too.

import { chmodSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** Roots with their undo folders. */
export type UndoFolders = readonly { readonly root: string; readonly folder: string }[];

/** Renames what stands at `path` into the undo folder of its root, under the same relative path. */
export function moveAway(path: string, undo: UndoFolders): void {
  const place = undo.find(({ root }) => path === root || path.startsWith(`${root}/`));
  if (!place) throw new Error(`${path} is in none of the roots`);
  const to = `${place.folder}/moved${path.slice(place.root.length)}`;
  mkdirSync(dirname(to), { recursive: true });
  // A folder is written to when its parent changes: its `..` does.
  if (lstatSync(path).isDirectory()) makeWritable(path);
  renameSync(path, to);
}

/** Lets the owner of a folder change what is in it; module caches, for example, are read-only. */
export function makeWritable(folder: string): void {
  const { mode } = statSync(folder);
  if ((mode & 0o300) !== 0o300) chmodSync(folder, (mode & 0o7777) | 0o700);
}

/** Removes a file or a folder with all that is in it, read-only folders too. What is not there is no error. */
export function removeTree(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    makeFoldersWritable(path);
    rmSync(path, { recursive: true, force: true });
  }
}

function makeFoldersWritable(path: string): void {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  makeWritable(path);
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) makeFoldersWritable(`${path}/${entry.name}`);
}
