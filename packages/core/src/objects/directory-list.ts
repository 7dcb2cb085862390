// Lists a directory store in the order of names, folder by folder: a folder's names all begin with its own and a slash,
// so sorting it under that name puts everything where the listing of a bucket has it.

import type { Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { CallOptions, ListedObject, ObjectInfo } from "../ports/object-store.ts";
import { throwFileError } from "./directory-errors.ts";
import { noneIfMissing } from "./directory-files.ts";
import { checkObjectName, compareNames } from "./object-name.ts";

/** Files looked at together. */
const BATCH = 128;

type ListOptions = (CallOptions & { after?: string }) | undefined;

/** As list() of the port. Holds the names of one folder at each level; what is deleted meanwhile may be left out. */
export async function* listDirectory(
  root: string,
  prefix: string,
  options: ListOptions,
): AsyncGenerator<ListedObject> {
  options?.signal?.throwIfAborted();
  const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  if (folder !== "") checkObjectName(folder.slice(0, -1));
  try {
    yield* listFolder(root, folder, prefix, options);
  } catch (error) {
    throwFileError(error, root);
  }
}

/** @param folder empty, or with a slash at its end. */
async function* listFolder(
  root: string,
  folder: string,
  prefix: string,
  options: ListOptions,
): AsyncGenerator<ListedObject> {
  const after = options?.after ?? "";
  const entries = (await readdir(join(root, folder), { withFileTypes: true }).catch(noneIfMissing)) ?? [];
  const names = entries
    .filter((entry) => !entry.name.startsWith("."))
    .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? "/" : ""}`)
    .filter((name) => (isFolder(name) ? mayHold(name, prefix, after) : isListed(name, prefix, after)))
    .sort(compareNames);
  for (let start = 0; start < names.length; start += BATCH) {
    const batch = names.slice(start, start + BATCH);
    const stats = await Promise.all(
      batch.map((name) => (isFolder(name) ? undefined : statObject(join(root, name)))),
    );
    for (const [index, name] of batch.entries()) {
      options?.signal?.throwIfAborted();
      const found = stats[index];
      if (isFolder(name)) yield* listFolder(root, name, prefix, options);
      else if (found) yield { name, ...infoOf(found) };
    }
  }
}

/** Undefined when there is no such file; a folder is no object either. */
export async function statObject(path: string): Promise<Stats | undefined> {
  const found = await stat(path).catch(noneIfMissing);
  return found?.isFile() ? found : undefined;
}

export function infoOf(stats: Stats): ObjectInfo {
  return { sizeBytes: stats.size, modifiedAtMs: Math.floor(stats.mtimeMs) };
}

function isFolder(name: string): boolean {
  return name.endsWith("/");
}

function isListed(name: string, prefix: string, after: string): boolean {
  return name.startsWith(prefix) && compareNames(name, after) > 0;
}

/** Whether a folder (with its slash) may hold names with this prefix that come after `after`. */
function mayHold(folder: string, prefix: string, after: string): boolean {
  if (!folder.startsWith(prefix) && !prefix.startsWith(folder)) return false;
  return after.startsWith(folder) || compareNames(folder, after) > 0;
}
