// From a folder upward to the top of its checkout: where the search for lock files and version files ends, and what the
// names of files in a key are relative to, so that it is the same key wherever the checkout lies.

import { existsSync } from "node:fs";
import { dirname, join, parse, relative, resolve, sep } from "node:path";

/**
 * The top of the checkout that a folder belongs to: the nearest folder upward with a `.git`.
 * @param within not above this one, which is the top where there is no `.git`. Undefined, or elsewhere: no bound, and
 * without a `.git` the folder itself.
 */
export function findCheckout(folder: string, within: string | undefined): string {
  const bound = within !== undefined && isWithin(folder, within) ? resolve(within) : undefined;
  const folders = foldersUpward(folder, bound ?? parse(resolve(folder)).root);
  return folders.find((each) => existsSync(join(each, ".git"))) ?? bound ?? resolve(folder);
}

/** The folder, then those above it, the last one `top`. A folder outside of `top` stands alone. */
export function foldersUpward(folder: string, top: string): string[] {
  const folders = [resolve(folder)];
  if (!isWithin(folder, top)) return folders;
  while (folders.at(-1) !== resolve(top)) folders.push(dirname(folders.at(-1)!));
  return folders;
}

export function isWithin(path: string, folder: string): boolean {
  return relativeWithin(path, folder) !== undefined;
}

/** `/`-separated, `.` for the folder itself. @returns undefined: it lies outside. */
export function relativeWithin(path: string, folder: string): string | undefined {
  const way = relative(resolve(folder), resolve(path));
  if (way === "") return ".";
  // On another drive of Windows the way is absolute.
  if (way === ".." || way.startsWith(`..${sep}`) || resolve(way) === way) return undefined;
  return way.split(sep).join("/");
}
